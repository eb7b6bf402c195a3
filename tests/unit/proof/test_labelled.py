"""What a label says beside its key is held against the record."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from provenance.claims.actor import Grant
from provenance.encoding.base64 import encode_base64
from provenance.errors import MalformedError
from provenance.gs1.label import LabelData, read_label
from provenance.proof.evidence import ProvenEvent
from provenance.proof.labelled import _recorded
from provenance.proof.trust import format_trust
from provenance.proof.verdict import Outcome, Verdict
from tests.web.agree import Answerer
from tests.world import World, can, faults

GTIN = "09506000134352"
ITEM = can(1)
SERIAL = ITEM.rpartition("/")[2]
UNIT = f"(01){GTIN}(21){SERIAL}"
LINK = f"https://brand.example/01/{GTIN}"
RECORD = {
    "cbvmda:lotNumber": "L7",
    "cbvmda:itemExpirationDate": "2027-12-31",
    "gs1:productionDate": "2026-01-05T10:00:00+12:00",
    "https://gs1.org/voc/bestBeforeDate": " 2027-10-31\n",
}


@pytest.fixture(scope="module")
def answerer() -> Iterator[Answerer]:
    with Answerer() as answerer:
        yield answerer


def new_world(**ilmd: Any) -> World:
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("9506000",)))
    made = world.made(ITEM, ilmd=ilmd) if ilmd else world.made(ITEM)
    world.say(maker, made)
    world.commit()
    return world


def maker_of(world: World) -> str:
    return list(world.signers)[-1]


def judge(answerer: Answerer, world: World, item: str) -> Verdict:
    """Return the verdict, which both languages come to."""
    data = world.bundle(ITEM).to_bytes()
    verdict = world.examine(data, item=item)
    answer = answerer.ask(
        {
            "kind": "bundle",
            "bundle": encode_base64(data),
            "trust": format_trust(world.trust()),
            "now": world.now,
            "item": item,
        }
    )
    assert answer["answer"] == verdict.to_json()
    return verdict


def notices(verdict: Verdict) -> dict[str, str]:
    return {
        notice.code: notice.detail
        for notice in verdict.notices
        if notice.code.startswith("PRV-02")
    }


@pytest.mark.parametrize(
    "label",
    [
        f"{UNIT}(10)L7(17)271231(11)260105(15)271031",
        f"01{GTIN}21{SERIAL}\x1d10L7\x1d17271231112601051527103100"[:-2],
        f"{LINK}/10/L7/21/{SERIAL}?17=271231&11=260105&15=271031&x=1",
        f"]Q1{LINK}/10/L7/21/{SERIAL}?15=271000&17=271200",
    ],
)
def test_a_label_that_says_what_the_record_says_is_verified(
    answerer: Answerer, label: str
) -> None:
    verdict = judge(answerer, new_world(**RECORD), label)
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)
    assert set(notices(verdict)) == {"PRV-0204"}


@pytest.mark.parametrize(
    ("label", "says"),
    [
        (f"{UNIT}(17)281231", "No_match_GTIN_Serial_Expiry: the label says"),
        (f"{UNIT}(17)271200(10)L8", "No_match_GTIN_Serial_Lot: the label says"),
        (
            f"{UNIT}(10)l7(17)280100",
            "No_match_GTIN_Serial_Lot_Expiry: the label says",
        ),
        (f"{UNIT}(11)260106", "the label says (11) production date '260106'"),
        (f"{UNIT}(15)271001", "the label says (15) best-before date"),
        (f"{LINK}/10/L8/21/{SERIAL}", "No_match_GTIN_Serial_Lot"),
        (f"{LINK}/21/{SERIAL}?17=281231", "No_match_GTIN_Serial_Expiry"),
        (f"{LINK}/21/{SERIAL}?17=271332", "No_match_GTIN_Serial_Expiry"),
        (f"{LINK}/21/{SERIAL}?17=271231&17=281231", "_Expiry"),
        (f"{LINK}/21/{SERIAL}?x=1;17=281231", "No_match_GTIN_Serial_Expiry"),
        (f"{LINK}/21/{SERIAL}?%31%37=281231", "No_match_GTIN_Serial_Expiry"),
        (f"{UNIT}(7003)2812311200", "No_match_GTIN_Serial_Expiry"),
    ],
)
def test_a_label_that_differs_from_the_record_fails(
    answerer: Answerer, label: str, says: str
) -> None:
    verdict = judge(answerer, new_world(**RECORD), label)
    assert verdict.outcome is Outcome.FAILED
    assert set(faults(verdict)) == {"PRV-0205"}
    details = [s.detail for s in verdict.steps if s.code == "PRV-0205"]
    assert details[0].startswith(says) or says in details[0]
    assert "PRV-0200" not in {step.code for step in verdict.steps}


@pytest.mark.parametrize(
    "label",
    [
        f"{UNIT}(17)271231",
        f"{UNIT}(240)X",
        f"{LINK}/10/L7/21/{SERIAL}?13=260101",
    ],
)
@pytest.mark.parametrize(
    "ilmd",
    [{}, {"example:expiry": "2028-01-01"}, {"cbvmda:lotNumber": "L7"}],
)
def test_what_is_not_on_record_is_told_and_no_fault(
    answerer: Answerer, label: str, ilmd: dict[str, str]
) -> None:
    verdict = judge(answerer, new_world(**ilmd), label)
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)
    assert "not on record" in notices(verdict)["PRV-0206"]


def test_what_was_taken_back_as_an_error_is_no_record(
    answerer: Answerer,
) -> None:
    world = new_world()
    wrong = world.made(ITEM, ilmd={"cbvmda:itemExpirationDate": "2028-01-31"})
    world.say(maker_of(world), wrong)
    world.say(maker_of(world), world.as_error(wrong))
    world.commit()
    verdict = judge(answerer, world, f"{UNIT}(17)280131")
    assert "PRV-0206" in notices(verdict)


def test_of_two_records_that_differ_none_counts(answerer: Answerer) -> None:
    world = new_world(**RECORD)
    world.say(
        maker_of(world),
        world.made(ITEM, ilmd={"gs1:expirationDate": "2028-01-31"}),
    )
    world.commit()
    verdict = judge(answerer, world, f"{UNIT}(17)280131")
    assert faults(verdict) == ["PRV-0205"]


@pytest.mark.parametrize(
    "item", [ITEM, UNIT, f"{LINK}/21/{SERIAL}?lang=zh&linkType=gs1:pip"]
)
def test_an_item_alone_is_compared_as_ever(
    answerer: Answerer, item: str
) -> None:
    verdict = judge(answerer, new_world(**RECORD), item)
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)
    assert notices(verdict) == {}
    other = judge(answerer, new_world(**RECORD), f"{UNIT}9(17)281231")
    assert faults(other) == ["PRV-0202"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{LINK}/22/V/10/L%2F7/21/1?17=271231&10x=1&&x", "22V 10L/7 17271231"),
        (f"{LINK}/10/L7", ""),
        (f"{LINK}/235/T?10=L7&21=S", "10L7 21S"),
        ("https://id.gs1.org/414/9506000134376/254/0", ""),
        ("https://id.gs1.org/414/9506000134376/254/G", ""),
        ("urn:epc:class:lgtin:9506000.013435.L7", ""),
        ("did:web:a.example?17=271231", ""),
        ("(00)006141411234567890(400)PO1", "400PO1"),
    ],
)
def test_a_label_says_what_is_beside_its_key(text: str, said: str) -> None:
    label = read_label(text)
    assert " ".join(ai + value for ai, value in label.said) == said


def test_what_names_nothing_is_no_label() -> None:
    assert read_label(ITEM) == LabelData(ITEM, ())
    with pytest.raises(MalformedError):
        read_label("(17)271231")


def test_a_record_with_a_context_of_another_form_says_nothing() -> None:
    event = cast(
        "ProvenEvent",
        SimpleNamespace(body={"@context": [{"a": 7}], "ilmd": {}}, fields={}),
    )
    assert list(_recorded(event)) == []


def test_a_concealed_field_that_is_shown_is_on_record() -> None:
    event = cast(
        "ProvenEvent",
        SimpleNamespace(
            body={"ilmd": "text"},
            fields={
                "/ilmd/cbvmda:lotNumber": "L7",
                "/ilmd/https:~1~1gs1.org~1voc~1expirationDate": "2027-12-31",
                "/other": "1",
            },
        ),
    )
    assert list(_recorded(event)) == [("10", "L7"), ("17", "2027-12-31")]
