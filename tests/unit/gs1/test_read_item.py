"""One thing has one id, from whatever people have of it."""

import subprocess
import sys

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import check_item_id
from provenance.cli.arguments import ITEM
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item, read_item
from provenance.gs1.elementstring import ElementString, format_raw
from tests.support.gs1_values import elements

GTIN = "09506000134352"
UNIT = f"https://id.gs1.org/01/{GTIN}/21/00042"
SPELLINGS = [
    UNIT,
    "urn:epc:id:sgtin:9506000.013435.00042",
    "https://brand.example/01/9506000134352/21/00042?17=271231",
    f"(01){GTIN}(21)00042",
    f"(17)271231(21)00042(01){GTIN}(10)L7",
    f"01{GTIN}2100042",
    f"01{GTIN}10L7\x1d2100042",
    f"\x1d01{GTIN}2100042\x1d",
    f"]d201{GTIN}2100042",
    f"]Q301{GTIN}2100042\r\n",
    f"]Q1https://brand.example/01/{GTIN}/21/00042",
    "]d1urn:epc:id:sgtin:9506000.013435.00042",
    f"  (01){GTIN}(21)00042\n",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_unit_has_one_id_however_it_comes(spelling: str) -> None:
    assert read_item(spelling) == UNIT


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("9506000134352", f"https://id.gs1.org/01/{GTIN}"),
        ("]E402345673", "https://id.gs1.org/01/00000002345673"),
        ("416000336108", "https://id.gs1.org/01/00416000336108"),
        (
            "(00)006141411234567890",
            "https://id.gs1.org/00/006141411234567890",
        ),
        (
            "(414)9520123456788(254)0",
            "https://id.gs1.org/414/9520123456788",
        ),
        (f"(01){GTIN}(10)L/7", f"https://id.gs1.org/01/{GTIN}/10/L%2F7"),
        ("did:web:customs.example", "did:web:customs.example"),
        ("]Q1https://brand.example/x", "https://brand.example/x"),
    ],
)
def test_whatever_names_a_thing_gets_its_id(text: str, item: str) -> None:
    assert read_item(text) == item


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no absolute URI"),
        (" ", "is no absolute URI"),
        ("PO-1", "is no absolute URI"),
        ("x:", "is no absolute URI"),
        ("]Q1", "is no absolute URI"),
        ("(10)L7", "names no thing: it has no GS1 key"),
        (f"(02){GTIN}(37)5", "names no thing: it has no GS1 key"),
        ("(415)9520123456788", "names no thing: it has no GS1 key"),
        ("9506000134353", "'9506000134353': .*other digits give 2"),
        (f"(01){GTIN}(21)", "SERIAL has 1 to 20"),
        ("12", "'12': at position 0: .12. DUE DATE has 6 digits"),
        ("(", "neither an AI in brackets"),
        ("]", "no kind of code"),
        ("\x1d", "there is no element"),
    ],
)
def test_what_names_nothing_is_refused(text: str, says: str) -> None:
    with pytest.raises(MalformedError, match=says):
        read_item(text)


@given(elements())
def test_any_label_with_a_key_has_an_id_that_stays(
    said: tuple[tuple[str, str], ...],
) -> None:
    label = ElementString(said)
    if label.identifier is None:
        with pytest.raises(MalformedError, match="names no thing"):
            read_item("]d2" + format_raw(label))
        return
    item = read_item("]d2" + format_raw(label))
    assert canonical_item(item) == read_item(item) == item
    assert check_item_id(item) == item


@given(st.text(max_size=60))
def test_hostile_input_raises_only_malformed(text: str) -> None:
    for start in ("", "]Q1", "]d2", "(01)", "urn:"):
        try:
            item = read_item(start + text)
        except MalformedError:
            continue
        assert canonical_item(item) == check_item_id(item)


@pytest.mark.parametrize("bad", ["x:", "mailto:", "urn:", "a+b.c-d:"])
def test_a_scheme_alone_names_nothing(bad: str) -> None:
    with pytest.raises(MalformedError, match="is no absolute URI"):
        canonical_item(bad)
    with pytest.raises(MalformedError):
        check_item_id(bad)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_command_line_takes_every_spelling(spelling: str) -> None:
    assert ITEM.convert(spelling, None, None) == UNIT


def test_the_command_line_says_what_is_wrong() -> None:
    with pytest.raises(click.BadParameter, match="other digits give 2"):
        ITEM.convert("9506000134353", None, None)


def test_the_table_of_ais_is_read_for_scans_alone() -> None:
    script = (
        "import sys\n"
        "from provenance.gs1 import read_item\n"
        f"read_item({UNIT!r})\n"
        "assert 'provenance.gs1.ai' not in sys.modules\n"
        "read_item('9506000134352')\n"
        "assert 'provenance.gs1.ai' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
