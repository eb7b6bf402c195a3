"""Concealed values: read by who holds the ledger, and shown to whom they wish."""

import contextlib
import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from provenance.claims.event import (
    Event,
    Field,
    event_id,
    parse_field,
    room_for,
    withhold,
)
from provenance.encoding.base64 import encode_base64
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import InvalidProofError, NotFoundError
from provenance.intake.prepare import prepare_document
from provenance.proof.verify import examine_bundle
from provenance.tlog.merkle import verify_inclusion
from tests.ledger_world import PRODUCER, LedgerWorld, can, signer_of
from tests.support.cli_runs import (
    CAN,
    Place,
    found_ledger,
    ok,
    run,
    write_document,
)
from tests.support.epcis_world import alone
from tests.support.node_world import array_of, new_world, one_process, served

NAME, PHONE = "/ex:buyer/name", "/ex:buyer/phone"
SECRET = "Wang-Xiaoce-7731"
CONTEXT = {"ex": "https://ns.example/"}


def concealing(number: int, **buyer: object) -> Event:
    """Return an event that conceals what is said of the buyer."""
    said: dict[str, Any] = {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "eventTime": "2026-02-01T09:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": [can(number)],
        "ex:buyer": buyer,
    }
    document = json.loads(alone(said))
    document["@context"] = [document["@context"][0], CONTEXT]
    (event,) = prepare_document(
        json.dumps(document).encode(),
        conceal=[f"/ex:buyer/{member}" for member in buyer],
    )
    return event


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerWorld]:
    world = LedgerWorld(tmp_path_factory.mktemp("revealing") / "ledger")
    world.enrol_everyone()
    for event in (
        concealing(1, name=SECRET, phone="+64 0000"),
        world.made(can(2)),
        withhold(concealing(3, name=SECRET, phone="+64 1"), [NAME]),
        withhold(concealing(4, name=SECRET), [NAME]),
    ):
        (answer,) = world.ledger.submit([world.sign(PRODUCER, event)])
        assert not isinstance(answer, Exception)
    yield world
    world.ledger.close()


# The library.


def test_what_an_items_events_conceal_is_read_with_who_signed_it(
    world: LedgerWorld,
) -> None:
    name, phone = world.ledger.reveal(can(1))
    assert (name.pointer, name.value) == (NAME, SECRET)
    assert (phone.pointer, phone.value) == (PHONE, "+64 0000")
    assert name.issuer == PRODUCER
    assert name.issued_at == world.now
    (step,) = world.ledger.trail(can(1))
    assert (name.log_index, name.position) == (
        step.log_index, step.position,
    )  # fmt: skip
    assert world.ledger.reveal(can(1), [PHONE]) == [phone]


def test_one_event_is_revealed_by_its_place_in_the_log(
    world: LedgerWorld,
) -> None:
    (name,) = world.ledger.reveal(can(1), [NAME])
    at = name.log_index, name.position
    assert world.ledger.reveal(at, [NAME]) == [name]
    for wrong in ((name.log_index, 1), (name.log_index, -1), (10**6, 0)):
        with pytest.raises(NotFoundError):
            world.ledger.reveal(wrong)


def test_the_leaf_leads_to_the_id_of_the_event_that_was_signed(
    world: LedgerWorld,
) -> None:
    """So whoever is handed it can check the value without the ledger."""
    (found,) = world.ledger.reveal(can(1), [NAME])
    (step,) = world.ledger.trail(can(1))
    said = parse_field(
        found.leaf.leaf, pointer=NAME, room=room_for(len(found.leaf.leaf))
    )
    assert said == Field(NAME, SECRET)
    root = root_of(step.event.hashes)
    assert found.event_id == event_id(
        step.event.counts, step.event.pointers, root
    )
    forged = found.leaf.leaf.replace(b"7731", b"7732")
    for leaf, is_true in ((found.leaf.leaf, True), (forged, False)):
        with (
            contextlib.nullcontext()
            if is_true
            else pytest.raises(InvalidProofError)
        ):
            verify_inclusion(
                found.leaf.proof,
                index=found.leaf.number,
                size=4,
                leaf=leaf_hash(leaf),
                root=root,
            )


@pytest.mark.parametrize(
    ("number", "pointers", "says"),
    [
        (1, ["/ex:nothing"], "no concealed field /ex:nothing: concealed are"),
        (2, [], "has none: concealed are none here"),
        (3, [NAME], f"concealed are {PHONE}, and 1 as hashes alone"),
        (4, [], "concealed are none here, and 1 as hashes alone"),
    ],
)
def test_what_is_not_concealed_or_was_erased_is_said_to_be_so(
    world: LedgerWorld, number: int, pointers: list[str], says: str
) -> None:
    with pytest.raises(NotFoundError) as caught:
        world.ledger.reveal(can(number), pointers)
    assert says in str(caught.value)


def test_what_is_left_of_an_event_is_revealed(world: LedgerWorld) -> None:
    (phone,) = world.ledger.reveal(can(3))
    assert phone.pointer == PHONE


def test_a_bundle_shows_one_field_to_one_holder(world: LedgerWorld) -> None:
    for reveal, shown in (([], {}), ([NAME], {NAME: SECRET})):
        bundle = world.ledger.prove_item(can(1), reveal=reveal)
        (moment,) = examine_bundle(
            bundle, trust=world.trust, now=world.now
        ).timeline
        assert moment.fields == shown
        assert (SECRET.encode() in bundle) == bool(reveal)


# The command line.


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("place")
    place = found_ledger(folder)
    document = write_document(
        folder / "a.json",
        "K0000",
        **{"example:buyer": {"name": f"{SECRET}\u202e\x1b[2J", "age": 7}},
    )
    ok(
        "submit", document, "--key", place.maker_key, "-C", place.ledger,
        "--conceal", "/example:buyer/name", "--conceal", "/example:buyer/age",
    )  # fmt: skip
    return place


def test_reveal_prints_each_value_with_entry_event_and_signer(
    place: Place,
) -> None:
    done = ok("reveal", CAN, "-C", place.ledger)
    # By the pointers, as they stand in the event.
    head, age, _, name = done.out.splitlines()
    assert head.startswith("entry 5, event 0  signed by Maker <did:web:maker")
    # What a stranger wrote obeys no terminal.
    assert name == (rf'    /example:buyer/name: "{SECRET}\u202e\u001b[2J"')
    assert age == "    /example:buyer/age: 7"
    assert "bundle" in done.err
    assert "--reveal" in done.err
    done = ok(
        "reveal", CAN, "--field", "/example:buyer/age", "-C", place.ledger,
        "--json",
    )  # fmt: skip
    (field,) = done.json["fields"]
    assert field["value"] == 7
    assert field["issuer_name"] == "Maker"
    assert field["leaf"].keys() == {"number", "bytes", "proof"}


def test_reveal_of_what_is_not_concealed_ends_with_not_found(
    place: Place, tmp_path: pathlib.Path
) -> None:
    for command in (
        ("reveal", CAN, "--field", "/example:nothing"),
        (
            "bundle", CAN, "-o", tmp_path / "b", "--reveal", "/example:nothing",
        ),
    ):  # fmt: skip
        done = run(*command, "-C", place.ledger)
        assert done.code == 4
        assert "concealed are /example:buyer/age" in done.err
    assert not (tmp_path / "b").exists()


@pytest.fixture(scope="module")
def bundle(place: Place) -> pathlib.Path:
    file = place.folder / "shown.provenance"
    done = ok(
        "bundle", CAN, "-o", file, "--reveal", "/example:buyer/name",
        "-C", place.ledger,
    )  # fmt: skip
    assert "shows /example:buyer/name of entry 5, event 0" in done.out
    return file


def test_verify_prints_what_a_bundle_reveals_escaped(
    place: Place, bundle: pathlib.Path
) -> None:
    done = ok("verify", bundle, "--trust", place.trust)
    lines = done.out.splitlines()
    start = lines.index("Concealed from others, shown by this:")
    assert lines[start + 1].startswith("  entry 5, event 0, signed by Maker <")
    assert rf"{SECRET}\u202e" in lines[start + 2]
    assert "buyer/age" not in done.out
    plain = place.folder / "plain.provenance"
    ok("bundle", CAN, "-o", plain, "-C", place.ledger)
    assert "Concealed" not in ok("verify", plain, "--trust", place.trust).out


@pytest.fixture(scope="module")
def stranger(place: Place) -> pathlib.Path:
    """The trust file of somebody who knows the authority by another key."""
    text = place.trust.read_text(encoding="utf-8")
    (key,) = set(re.findall(r'keys = \["([^"]+=)"\]', text))
    other = encode_base64(signer_of("other").verifier.data)
    path = place.folder / "other.toml"
    path.write_text(text.replace(key, other), encoding="utf-8")
    return path


def test_a_failed_bundles_values_come_with_a_warning(
    bundle: pathlib.Path, stranger: pathlib.Path
) -> None:
    for more in ((), ("--story",), ("--story", "--lang", "zh")):
        done = run("verify", bundle, "--trust", stranger, *more)
        assert done.code == 1
        warning = "请勿采信" if "zh" in more else "Do not rely on what follows"
        assert done.out.index(warning) < done.out.index(SECRET)


# Over HTTP.


VALUES = {
    "item": can(1),
    "epc": can(1),
    "statement": "7",
    "code": "PRV-9004",
    "rest": "09506000134352/21/K000001",
    "eventType": "ObjectEvent",
    "bizStep": "commissioning",
    "disposition": "active",
    "queryName": "all",
}
ASKING: tuple[dict[str, str], ...] = (
    {},
    {"reveal": NAME},
    {"fields": NAME},
    {f"EQ_{NAME[1:]}": SECRET, "EXISTS_ex:buyer": ""},
    {"linkType": "all"},
)


def spellings(data: bytes) -> list[bytes]:
    """Return *data* as an answer may have it: raw, in hex or base64."""
    found = [data, data.hex().encode()]
    for shift in range(3):
        text = encode_base64(bytes(shift) + data)
        # What its neighbours would change is left out.
        found.append(text[shift and shift + 1 : len(text) - 4].encode())
    return found


def test_no_route_of_a_node_gives_a_concealed_value_or_its_salt(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    event = concealing(1, name=SECRET)
    sent = world.sign(PRODUCER, event)
    leaf = event.leaves[-1]
    assert leaf is not None
    salt = leaf[leaf.index(b"field") + 7 :][:16]
    never = [
        each for data in (SECRET.encode(), salt) for each in spellings(data)
    ]
    ledger = world.reopen()
    (receipt,) = ledger.submit([sent])
    assert not isinstance(receipt, Exception)
    # Control: that is how they would look.
    shown = ledger.prove_item(can(1), reveal=[NAME])
    assert never[0] in shown
    assert spellings(salt)[0] in shown
    size = ledger.size
    ledger.close()
    with served(world, one_process(read_rate=10**6)) as client:
        paths = client.get("/openapi.json").json()["paths"]
        asked = [
            (_filled(path), {"accept": media_type}, query)
            for path, ways in paths.items()
            if "get" in ways
            for media_type in [
                *ways["get"]["responses"].get("200", {}).get("content", {}),
                *ways["get"]["responses"].get("200", {}).get("x-also-as", ()),
                "*/*",
                "text/html",
            ]
            for query in ASKING
        ]
        asked += [
            (f"/log/{path}", {}, {})
            for path in (
                "checkpoint",
                f"tile/0/000.p/{size}",
                f"tile/entries/000.p/{size}",
            )
        ]
        good = set()
        for path, headers, query in asked:
            answer = client.get(
                path, headers=headers, params=query, follow_redirects=False
            )
            assert answer.status_code != 429
            said = answer.content + repr(answer.headers).encode()
            if SECRET in query.values():
                # The question itself may be quoted.
                said = said.replace(SECRET.encode(), b"")
            for each in never:
                assert each not in said, (path, headers, query)
            if answer.status_code == 200:
                good.add(path)
        again = client.post(
            "/v1/statements",
            content=array_of(sent),
            headers={"content-type": "application/msgpack"},
        )
        assert again.status_code < 300
        assert not any(each in again.content for each in never)
    item = quote(can(1), safe="")
    assert {
        f"/v1/items/{item}/bundle",
        f"/v1/items/{item}/trail",
        "/v1/events",
        "/epcis/events",
        f"/log/tile/entries/000.p/{size}",
        f"/01/{VALUES['rest']}",
    } <= good


def _filled(path: str) -> str:
    """Return *path* with values for its parameters."""
    parts = path.split("/")
    for number, part in enumerate(parts):
        if part.startswith("{"):
            name = part.strip("{}")
            value = VALUES.get(name, can(1))
            parts[number] = value if name == "rest" else quote(value, safe="")
    return "/".join(parts)
