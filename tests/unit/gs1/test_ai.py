"""Our table of AIs says what GS1's dictionary says, of every AI."""

import re
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1.ai import all_ais, find_ai, find_ai_at
from provenance.gs1.checks import _CHECKS
from provenance.gs1.identifier import KEYS, ORDERS, QUALIFIERS
from tests.support.gs1_values import values
from tests.support.vectors_of import shared

LINTERS = {
    "couponcode": "coupon",
    "couponposoffer": "offer",
    "csum": "digit",
    "csumalpha": "pair",
    "gcppos1": "owner0",
    "gcppos2": "owner1",
    "hasnondigit": "letter",
    "hh": "hour",
    "hhmi": "clock",
    "hyphen": "hyphen",
    "iban": "iban",
    "importeridx": "importer",
    "iso3166": "country",
    "iso3166999": "country9",
    "iso3166alpha2": "country2",
    "iso4217": "currency",
    "iso5218": "sex",
    "latitude": "latitude",
    "longitude": "longitude",
    "mediatype": "medium",
    "mi": "minute",
    "nonzero": "nonzero",
    "nozeroprefix": "unpadded",
    "packagetype": "package",
    "pcenc": "percent",
    "pieceoftotal": "piece",
    "posinseqslash": "sequence",
    "ss": "second",
    "winding": "winding",
    "yesno": "flag",
    "yymmd0": "day0",
    "yymmdd": "day",
    "yyyymmdd": "date",
    "zero": "zero",
}
"""The dictionary's name of each check → ours. None is left out."""

OTHERWISE = {
    "gcppos1": "no list of granted company prefixes is asked, and the"
    " dictionary asks none by itself either: four digits are one",
    "gcppos2": "the same",
    "csumalpha": "the pair comes after a company prefix, not inside it",
    "cset64": "padding of one or two = may end a value of any length, where the"
    " dictionary wants three characters or six, which base64 does not have",
    "posinseqslash": "one digit on either side, for the AI has no room for more",
}
"""What we check a little differently, and why."""


PartEntry = tuple[str, int, int, bool, tuple[str, ...]]
"""Alphabet, least and most characters, whether it is optional, checks."""


@dataclass(frozen=True)
class Entry:
    """What the dictionary says of one AI."""

    title: str
    parts: tuple[PartEntry, ...]
    is_predefined: bool
    is_attribute: bool
    needs: tuple[tuple[str, ...], ...]
    bars: tuple[str, ...]
    key: str | None


def read_dictionary() -> dict[str, Entry]:
    file = shared("gs1-syntax-dictionary") / "gs1-syntax-dictionary.txt"
    found = {}
    for line in file.read_text("utf-8").splitlines():
        if not line[:1].isdigit():
            continue
        said, _, title = line.partition("#")
        codes, *words = said.split()
        flags = words.pop(0) if re.fullmatch(r"[*?]+", words[0]) else ""
        parts: list[PartEntry] = []
        needs: list[tuple[str, ...]] = []
        bars: list[str] = []
        key = None
        for word in words:
            name, _, value = word.partition("=")
            if name == "req":
                # Each `req` is a demand of its own; no AI has two of them.
                assert not needs
                needs = [tuple(each.split("+")) for each in value.split(",")]
            elif name == "ex":
                bars += value.split(",")
            elif name == "dlpkey":
                key = value
            else:
                parts.append(read_part(word))
        entry = Entry(
            title.strip(),
            tuple(parts),
            "*" in flags,
            "?" in flags,
            tuple(needs),
            tuple(bars),
            key,
        )
        first, _, last = codes.partition("-")
        for number in range(int(first), int(last or first) + 1):
            found[f"{number:0{len(first)}}"] = entry
    return found


def read_part(word: str) -> PartEntry:
    said, *linters = word.split(",")
    found = re.fullmatch(r"(\[?)([NXYZ])(\.\.)?(\d+)\]?", said)
    assert found is not None, word
    most = int(found[4])
    return (
        found[2],
        1 if found[3] else most,
        most,
        bool(found[1]),
        tuple(LINTERS[linter] for linter in linters),
    )


DICTIONARY = read_dictionary()


def test_we_know_the_ais_of_the_dictionary_and_no_others() -> None:
    assert set(all_ais()) == set(DICTIONARY)
    assert len(DICTIONARY) > 500


@pytest.mark.parametrize("code", DICTIONARY)
def test_an_ai_is_as_in_the_dictionary(code: str) -> None:
    ours, theirs = find_ai(code), DICTIONARY[code]
    assert ours.code == code
    assert (
        tuple(
            (p.alphabet, p.least, p.most, p.is_optional, p.checks)
            for p in ours.parts
        )
        == theirs.parts
    )
    assert ours.is_predefined == theirs.is_predefined
    assert ours.is_attribute == theirs.is_attribute
    assert ours.needs == theirs.needs
    assert ours.bars == theirs.bars
    # The dictionary gives coupons no title.
    assert ours.title == theirs.title or theirs.title in ("", "-")
    if theirs.key is None:
        assert code not in KEYS
    else:
        orders = tuple(
            tuple(order.split(",")) for order in theirs.key.split("|") if order
        )
        assert orders == ORDERS.get(code, ())


def test_every_key_and_no_other_ai_is_a_key() -> None:
    keys = {code for code, entry in DICTIONARY.items() if entry.key is not None}
    assert keys == set(KEYS)


def test_every_check_of_the_dictionary_is_made() -> None:
    assert set(LINTERS.values()) == set(_CHECKS)
    assert set(OTHERWISE) <= {*LINTERS, "cset64"}
    used = {
        check
        for ai in all_ais().values()
        for p in ai.parts
        for check in p.checks
    }
    assert used == set(_CHECKS)


def test_no_ai_is_the_start_of_another() -> None:
    codes = sorted(all_ais())
    assert not any(later.startswith(code) for code, later in pairwise(codes))
    for code in codes:
        assert find_ai_at(f"x{code}123", 1).code == code


def test_only_the_last_part_of_a_value_varies_in_length() -> None:
    for ai in all_ais().values():
        assert all(part.least == part.most for part in ai.parts[:-1])
        assert not ai.is_predefined or ai.parts[-1].least == ai.parts[-1].most


@given(st.sampled_from(sorted(all_ais())), st.data())
def test_a_value_with_all_that_is_asked_is_taken(
    code: str, data: st.DataObject
) -> None:
    ai = find_ai(code)
    value = data.draw(values(ai))
    ai.check(value)
    assert len(value) <= ai.longest


@given(st.sampled_from(sorted({**KEYS, **QUALIFIERS})), st.data())
def test_identifiers_take_what_the_table_takes(
    code: str, data: st.DataObject
) -> None:
    form = {**KEYS, **QUALIFIERS}[code]
    value = data.draw(
        st.one_of(
            values(find_ai(code)),
            st.text("0123456789", max_size=31),
            st.text(st.characters(codec="ascii"), max_size=31),
        )
    )
    try:
        find_ai(code).check(value)
    except MalformedError:
        return
    assert form.pattern.fullmatch(value)


@given(st.sampled_from(sorted(all_ais())), st.text(max_size=100))
def test_a_hostile_value_raises_only_malformed(code: str, value: str) -> None:
    try:
        find_ai(code).check(value)
    except MalformedError:
        return
    assert value.isascii()
    assert value


@pytest.mark.parametrize(
    ("code", "value", "says"),
    [
        ("01", "", "14 digits, unlike ''"),
        ("01", "0950600013435", "14 digits, unlike"),
        ("01", "095060001343521", "14 digits, unlike"),
        (
            "01",
            "09506000134353",
            r"\(01\) GTIN: '09506000134353' has a wrong check digit",
        ),
        ("01", "0950600013435२", "14 digits"),
        ("10", "a b", "1 to 20 characters"),
        ("10", "A" * 21, "1 to 20 characters"),
        ("17", "271332", "no day of any calendar"),
        ("17", "270229", "that February has 28"),
        ("253", "9506000134352" + "1" * 18, "13 digits, then maybe 1 to 17"),
        ("423", "07615", "3 digits, then maybe 3 digits, then"),
        ("423", "076157", "'157' at position 3"),
        ("421", "076", "then 1 to 9 characters"),
        ("4330", "001234+", "'\\+' at position 6 .* no minus sign"),
        ("7040", "1AB!", "no importer index"),
        ("8003", "19506000134352", "'1' is not 0"),
        ("8010", "9506000a", "of A-Z, 0-9, #, - and /"),
        ("8030", "=A", "1 to 90 of base64url"),
        ("9", "A", r"\(9\) is no application identifier"),
        ("0" * 99, "A", r"\(00000000000000000000\) is no application"),
    ],
)
def test_a_wrong_value_is_refused_with_the_place(
    code: str, value: str, says: str
) -> None:
    with pytest.raises(MalformedError, match=says):
        find_ai(code).check(value)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("17", "240229"),
        ("17", "271200"),
        ("253", "9506000134352"),
        ("255", "9506000134352123456789012"),
        ("423", "076156840"),
        ("423", "076156840076156"),
        ("4330", "001234"),
        ("4330", "001234-"),
        ("7007", "271231"),
        ("7007", "271231271231"),
        ("8008", "27123123"),
        ("8008", "271231235959"),
        ("8043", "123456789012345678"),
        ("8043", "12345678901234567890"),
        ("8030", "QUJD=="),
    ],
)
def test_a_value_may_end_before_a_part_that_may_be_missing(
    code: str, value: str
) -> None:
    find_ai(code).check(value)


def test_titles_of_one_kind_are_counted() -> None:
    assert str(find_ai("7039")) == "(7039) PROCESSOR # 9"
    assert str(find_ai("7239")) == "(7239) CERT # 10"
