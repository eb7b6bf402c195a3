"""Mappings: what they say, and each mistake in one with its place."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.strict_json import JSON
from provenance.epcis.table import cells
from provenance.epcis.table.mapping import (
    MAX_ROWS,
    TableMapping,
    parse_mapping,
)
from provenance.epcis.table.template import (
    LEFT_OUT,
    Constant,
    EventFilling,
    Members,
    columns_of,
    fill,
    parse_template,
)
from provenance.errors import MalformedError
from tests.unit.epcis.test_table import EVENT, MAPPING


def parse(text: str) -> TableMapping:
    return parse_mapping(text, find_zone=find_zone)


def find_zone(name: str) -> tzinfo | None:
    return ZoneInfo(name) if name == "Pacific/Auckland" else None


def test_a_mapping_names_its_columns_in_order_of_use() -> None:
    assert parse(MAPPING).headers == ("Filled", "GTIN", "Serial", "Lot")


def test_a_joined_column_needs_each_of_its_parts() -> None:
    mapping = parse(
        MAPPING.replace(
            "[columns.Filled]", '[columns.Filled]\njoins = ["Day", "Hour"]'
        ).replace("%dT", "%d ")
    )
    assert mapping.headers[:2] == ("Day", "Hour")


FAULTS = {
    "no TOML": ("mapping = ", "the mapping is not TOML: "),
    "too deep for TOML": (
        "a = " + "[" * 5_000,
        "the mapping is not TOML: ",
    ),
    "nothing": ("", "the mapping starts with mapping = 1"),
    "another version": ("mapping = 2", "the mapping starts with mapping = 1"),
    "a version that is none": ('mapping = "1"', "mapping: is a whole number"),
    "a yes for a number": ("mapping = true", "mapping: is a whole number"),
    "no rows": ("mapping = 1", "rows: the mapping has no [[rows]]"),
    "rows that are a table": (
        "mapping = 1\n[rows]\na = 1",
        "rows: is an array of tables, [[rows]]",
    ),
    "no events": (
        "mapping = 1\n[[rows]]",
        "rows[0].events: are missing: what do the rows tell?",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_that_is_no_mapping_is_refused(name: str) -> None:
    text, message = FAULTS[name]
    with pytest.raises(MalformedError, match=re.escape(message)):
        parse(text)


CONSTANT = """\
type = "ObjectEvent"
eventTime = "2026-03-01T00:00:00Z"
eventTimeZoneOffset = "+00:00"
"""

CHANGES = {
    "an unknown member": (
        "[table]", "[table]\nencodng = 'utf-8'",
        "table.encodng: a mapping has nothing of that name: is it 'encoding'?",
    ),
    "an unknown section": (
        "[table]", "[zone]\n[table]",
        "zone: a mapping has nothing of that name",
    ),
    "a table that is text": (
        "[table]", "table = 'utf-8'\n[columns]", "table: is a table",
    ),
    "an unknown encoding": (
        "[table]", "[table]\nencoding = 'ebcdic'",
        "table.encoding: is one of 'utf-8', ",
    ),
    "a delimiter of two": (
        "[table]", "[table]\ndelimiter = '::'", "table.delimiter: is one of ",
    ),
    "text for true": (
        "[table]", "[table]\ntrim = 'yes'", "table.trim: is true or false",
    ),
    "a number for texts": (
        "[table]", "[table]\nignored = [1]",
        "table.ignored: is a list of texts",
    ),
    "fewer than no lines": (
        "[table]", "[table]\nlines_before_header = -1",
        "table.lines_before_header: is a whole number",
    ),
    "a column that is used and ignored": (
        "[table]", "[table]\nignored = ['Lot', 'X']",
        "table.ignored: the column 'Lot' is used",
    ),
    "a column that nothing uses": (
        "[table]", "[columns.Colour]\n[table]",
        "columns.Colour: nothing uses this column: take the section out",
    ),
    "a kind that no column has": (
        'is = "gtin"', 'is = "ean"', "columns.GTIN.is: is one of 'text', ",
    ),
    "a column of no columns": (
        'is = "gtin"', "joins = []",
        "columns.GTIN.joins: names a column, at least",
    ),
    "words for a GTIN": (
        'is = "gtin"', "is = 'gtin'\nwords = {a = 'b'}",
        "columns.GTIN.words: are for text, not for a gtin",
    ),
    "a number that is a prefix": (
        "[table]", "[prefixes]\nx = 1\n[table]", "prefixes.x: is text",
    ),
    "a default that is a number": (
        'is = "gtin"', "is = 'gtin'\ndefault = 1.5\nempty = 'skip'",
        "columns.GTIN.default: and empty = 'skip': which?",
    ),
    "a word that is a list": (
        'is = "gtin"', "words = {a = ['b']}",
        "columns.GTIN.words.a: is text or a number",
    ),
    "a word that is no number": (
        'is = "gtin"', "words = {a = nan}",
        "columns.GTIN.words.a: is text or a number",
    ),
    "a format for a GTIN": (
        'is = "gtin"', "is = 'gtin'\nformat = '%Y'",
        "columns.GTIN.format: is for times and dates, not a gtin",
    ),
    "a zone for a GTIN": (
        'is = "gtin"', "is = 'gtin'\nzone = '+13:00'",
        "columns.GTIN.zone: is for times, not a gtin",
    ),
    "a default beside what else is done": (
        'is = "gtin"', "default = 'x'\nempty = 'omit'",
        "columns.GTIN.default: and empty = 'omit': which?",
    ),
    "no zone": (
        'zone = "+13:00"', "",
        "columns.Filled.format: '%Y-%m-%dT%H:%M' has no %z: state the zone",
    ),
    "a zone that is none": (
        '"+13:00"', '"+1300"',
        "columns.Filled.zone: '+1300' is no offset from UTC such as +13:00",
    ),
    "a zone too far from UTC": (
        '"+13:00"', '"+14:01"', "columns.Filled.zone: '+14:01' is no offset",
    ),
    "a zone of too many minutes": (
        '"+13:00"', '"+12:60"', "columns.Filled.zone: '+12:60' is no offset",
    ),
    "a zone that nobody knows": (
        '"+13:00"', '"Auckland"',
        "columns.Filled.zone: no zone is named 'Auckland'",
    ),
    "an unknown code": (
        "%Y", "%y", "columns.Filled.format: %y is no code here: write %Y, ",
    ),
    "a lone percent sign": (
        "%M", "%M %", "columns.Filled.format: % is no code here",
    ),
    "a code that is there twice": (
        "%Y", "%Y%Y",
        "columns.Filled.format: '%Y%Y-%m-%dT%H:%M' says one thing twice",
    ),
    "a time without minutes": (
        ":%M", "", "columns.Filled.format: '%Y-%m-%dT%H' says no minute",
    ),
    "an hour of twelve": (
        "%H", "%I", "columns.Filled.format: '%Y-%m-%dT%I:%M': %I and %p",
    ),
    "a half of an hour of 24": (
        "%M", "%M%p", "columns.Filled.format: '%Y-%m-%dT%H:%M%p': %I and %p",
    ),
    "a fraction of a minute": (
        "%M", "%M.%f", "says a fraction of no second",
    ),
    "a date without a year": (
        'is = "gtin"', "is = 'date'\nformat = '%d.%m.'",
        "columns.GTIN.format: '%d.%m.' says no year",
    ),
    "no rows at most": (
        "[[rows]]", "[[rows]]\nmost = 0", "rows[0].most: is 1 to 100000, not 0",
    ),
    "too many rows at most": (
        "[[rows]]", f"[[rows]]\nmost = {MAX_ROWS + 1}",
        "rows[0].most: is 1 to 100000, not 100001",
    ),
    "an unknown rule": (
        "[[rows]]", "[[rows]]\ngrup = ['Lot']",
        "rows[0].grup: a mapping has nothing of that name: is it 'group'?",
    ),
    "an event that is constant": (
        EVENT,
        CONSTANT,
        "rows[0].events[0]: the event says nothing of its rows",
    ),
    "an event without its time": (
        'eventTime = "{Filled}"', "",
        "rows[0].events[0]: eventTime is missing",
    ),
    "an event without its offset": (
        'eventTimeZoneOffset = "{Filled:offset}"', "",
        "rows[0].events[0]: eventTimeZoneOffset is missing",
    ),
    "a type out of a column": (
        '"ObjectEvent"', '"{Lot}"',
        "rows[0].events[0].type: the type is the same for all rows",
    ),
    "a type that is a number": (
        '"ObjectEvent"', "1",
        "rows[0].events[0].type: the type is the same for all rows",
    ),
    "a type that is none": (
        '"ObjectEvent"', '"Objectevent"',
        "rows[0].events[0].type: 'Objectevent' is no type of event",
    ),
    "a member that is none": (
        "readPoint", "readpoint",
        "rows[0].events[0]: no member is named 'readpoint': write 'readPoint'",
    ),
    "a member of another type": (
        "epcList", "childEPCs",
        "rows[0].events[0]: childEPCs is no member of ObjectEvent",
    ),
    "what the repository says": (
        "action", "recordTime", "rows[0].events[0].recordTime: has no place",
    ),
    "a context of its own": (
        'action = "ADD"', '"@context" = "x"',
        "rows[0].events[0]['@context']: has no place",
    ),
    "a constant that is wrong": (
        '"commissioning"', '"comissioning"',
        "rows[0].events[0].bizStep: 'comissioning' is no standard business",
    ),
    "a constant object that is wrong": (
        "414/9521001000017", "414/9521001000018",
        "rows[0].events[0].readPoint.id: ",
    ),
    "a prefix that nobody defines": (
        "action", "'other:x' = 1\naction",
        "rows[0].events[0]: nobody defines the prefix of 'other:x'",
    ),
    "a prefix that may not be": (
        "[table]", "[prefixes]\nhttps = 'https://a.example/'\n[table]",
        "prefixes: an @context may not define 'https'",
    ),
    "a date of TOML": (
        '"{Filled}"', "2026-03-01T09:00:00+13:00",
        "rows[0].events[0]: 2026-03-01 09:00:00+13:00 stands in no event",
    ),
    "a number that is none": (
        '"{Filled}"', "inf", "rows[0].events[0]: inf stands in no event",
    ),
    "an open brace": (
        '"{Filled}"', '"{Filled"',
        "rows[0].events[0]: '{Filled' has a brace without its other half",
    ),
    "an event too deep": (
        '"{Filled}"', "[" * 20 + "]" * 20,
        "rows[0].events[0]: an event nests at most 20 deep",
    ),
    "a part of what is no time": (
        "{Filled:offset}", "{Lot:offset}",
        "rows[0].events[0]: takes the offset of column 'Lot', which is a text",
    ),
    "the day of a GTIN": (
        "{Filled:offset}", "{GTIN:date}",
        "rows[0].events[0]: takes the date of column 'GTIN', which is a gtin",
    ),
    "a condition that is none": (
        "[[rows]]", "[[rows]]\nwhen = {Lot = 1}",
        "rows[0].when.Lot: is a list of texts",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_each_mistake_is_told_with_its_place(name: str) -> None:
    old, new, message = CHANGES[name]
    assert MAPPING.count(old) >= 1
    message = message.replace("['@context']", ".@context")
    with pytest.raises(MalformedError, match=re.escape(message)):
        parse(MAPPING.replace(old, new))


def test_a_zone_by_name_needs_somebody_who_knows_it() -> None:
    text = MAPPING.replace("+13:00", "Pacific/Auckland")
    assert parse(text).columns["Filled"].kind == "time"
    with pytest.raises(MalformedError, match=r"columns\.Filled\.zone: "):
        parse_mapping(text)


def test_a_type_of_ones_own_may_have_any_member() -> None:
    mapping = parse(
        MAPPING.replace('"ObjectEvent"', '"https://ns.example/Weighing"')
    )
    assert mapping.kinds[0].events


# Cells.


@pytest.mark.parametrize(
    ("cell", "gtin"),
    [
        ("9521001960014", "09521001960014"),
        ("09521001960014", "09521001960014"),
        ("614141000036", "00614141000036"),
        ("95010014", "00000095010014"),
    ],
)
def test_a_gtin_is_filled_up(cell: str, gtin: str) -> None:
    assert cells.read_gtin(cell) == gtin


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("9.52E+12", "rounded"),
        ("9,521E+12", "rounded"),
        ("95010012345", "8, 12, 13 or 14 digits, not 11"),
        ("952100196001X", "digits alone"),
        ("९५२१००१९६००१४", "digits alone"),
        (" 9521001960014", "digits alone"),
    ],
)
def test_what_is_no_gtin_is_refused(cell: str, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        cells.read_gtin(cell)


@pytest.mark.parametrize(
    ("decimal", "cell", "number"),
    [
        (".", "12.5", 12.5),
        (",", "12,5", 12.5),
        (".", "-3", -3),
        (",", "007", 7),
        (".", "12.0", 12.0),
    ],
)
def test_numbers_are_read_with_their_decimal(
    decimal: str, cell: str, number: float
) -> None:
    found = cells.number_reader(decimal)(cell)
    assert found == number
    assert type(found) is type(number)


@pytest.mark.parametrize(
    ("decimal", "cell"),
    [
        (".", "1,234.5"), (",", "1.234,5"), (".", "1,5"), (",", "1.5"),
        (".", "1e3"), (".", "nan"), (".", "1 000"), (".", "٣"), (".", "+1"),
        (".", ".5"), (",", "1,2,3"), (".", "9" * 31), (".", ""),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(decimal: str, cell: str) -> None:
    with pytest.raises(MalformedError, match="no separators of thousands"):
        cells.number_reader(decimal)(cell)


def test_words_stand_for_what_the_mapping_says() -> None:
    read = cells.words_reader({"ja": True, "12": 12})
    assert (read("ja"), read("12")) == (True, 12)
    with pytest.raises(MalformedError, match="'nein' is none of the column's"):
        read("nein")


@pytest.mark.parametrize(
    ("cell", "uri"),
    [
        ("urn:epc:id:sscc:9521001.1000000001", "urn:epc:id:sscc:9521001.1000000001"),
        ("https://id.gs1.org/00/395210010000000018", "https://id.gs1.org/00/395210010000000018"),
        ("(01)09521001960014(21)00042", "https://id.gs1.org/01/09521001960014/21/00042"),
        ("]d2010952100196001410L7\x1d2100042", "https://id.gs1.org/01/09521001960014/10/L7/21/00042"),
        ("9521001960014", "https://id.gs1.org/01/09521001960014"),
    ],
)  # fmt: skip
def test_an_item_is_what_a_scanner_reads_or_a_uri(cell: str, uri: str) -> None:
    assert cells.read_item(cell) == uri


@pytest.mark.parametrize("cell", ["(17)271231", "no", "(01)09521001960015"])
def test_what_names_no_item_is_refused(cell: str) -> None:
    with pytest.raises(MalformedError):
        cells.read_item(cell)


ZONE = ZoneInfo("Pacific/Auckland")


@pytest.mark.parametrize(
    ("code", "zone", "cell", "moment"),
    [
        (None, None, "2026-03-01T08:59:00+13:00", "2026-03-01T08:59:00+13:00"),
        (None, None, "2026-03-01T08:59:00.25Z", "2026-03-01T08:59:00.25Z"),
        (None, None, "2026-03-01 08:59 -0330", "2026-03-01T08:59:00-03:30"),
        (None, "+13:00", "2026-03-01 08:59:01,5", "2026-03-01T08:59:01.5+13:00"),
        (None, "+13:00", "2026-03-01T08:59Z", "2026-03-01T08:59:00Z"),
        ("%d.%m.%Y %H:%M", "+12:00", "1.3.2026 8:59", "2026-03-01T08:59:00+12:00"),
        ("%m/%d/%Y %I:%M %p", "+12:00", "3/1/2026 8:59 PM", "2026-03-01T20:59:00+12:00"),
        ("%m/%d/%Y %I:%M %p", "+12:00", "3/1/2026 12:00 a.m.", "2026-03-01T00:00:00+12:00"),
        ("%m/%d/%Y %I:%M %p", "+12:00", "3/1/2026 12:30 pm", "2026-03-01T12:30:00+12:00"),
        ("%Y%m%d%H%M%S%z", None, "20260301085900+1300", "2026-03-01T08:59:00+13:00"),
        ("%Y-%m-%d %H:%M:%S.%f", "+13:00", "2026-03-01 08:59:00.000001", "2026-03-01T08:59:00.000001+13:00"),
        ("%d%%%m%%%Y %H:%M", "+13:00", "01%03%2026 08:59", "2026-03-01T08:59:00+13:00"),
        ("%d.%m.%Y %H:%M", ZONE, "01.01.2026 09:00", "2026-01-01T09:00:00+13:00"),
        ("%d.%m.%Y %H:%M", ZONE, "01.07.2026 09:00", "2026-07-01T09:00:00+12:00"),
        (None, "+00:00", "0026-03-01T08:59", "0026-03-01T08:59:00+00:00"),
    ],
)  # fmt: skip
def test_moments_are_read_as_they_are_written(
    code: str | None, zone: str | tzinfo | None, cell: str, moment: str
) -> None:
    assert cells.time_reader(code, zone)(cell) == moment
    assert datetime.fromisoformat(moment).tzinfo is not None


@pytest.mark.parametrize(
    ("code", "zone", "cell", "message"),
    [
        (None, None, "2026-03-01T08:59:00", "has no zone: state it"),
        (None, "+13:00", "01.03.2026 08:59", "is not written as ISO 8601 says"),
        (None, "+13:00", "2026-02-29T08:59", "is a time that never was"),
        (None, "+13:00", "2026-03-01T24:00", "is a time that never was"),
        (None, "+13:00", "0000-03-01T23:00", "is a time that never was"),
        (None, "+13:00", "2026-03-01T08:59+14:01", "is no offset"),
        (None, "+13:00", "٢٠٢٦-03-01T08:59", "is not written as"),
        ("%d.%m.%Y %H:%M", "+13:00", "01.03.26 08:59", "is not written as '%d"),
        ("%d.%m.%Y %I:%M %p", "+13:00", "01.03.2026 13:59 PM", "is not written as"),
        ("%d.%m.%Y %H:%M", ZONE, "05.04.2026 02:30", "the clocks of Pacific/Auckland were changed"),
        ("%d.%m.%Y %H:%M", ZONE, "27.09.2026 02:30", "the clocks of Pacific/Auckland were changed"),
        ("%d.%m.%Y %H:%M", ZONE, "01.07.1860 09:00", "is no offset"),
    ],
)  # fmt: skip
def test_no_moment_is_guessed(
    code: str | None, zone: str | tzinfo | None, cell: str, message: str
) -> None:
    with pytest.raises(MalformedError, match=message):
        cells.time_reader(code, zone)(cell)


class Nowhere(tzinfo):
    """A zone that knows no offset."""

    def utcoffset(self, when: datetime | None, /) -> timedelta | None:
        del when
        return None

    dst = utcoffset

    def tzname(self, when: datetime | None, /) -> str | None:
        del when
        return None


def test_a_zone_that_knows_no_offset_gives_none() -> None:
    with pytest.raises(MalformedError, match="were changed"):
        cells.time_reader(None, Nowhere())("2026-03-01T08:59")


def test_parts_of_a_time_are_taken_as_written() -> None:
    assert cells.offset_of("2026-03-01T08:59:00Z") == "+00:00"
    assert cells.offset_of("2026-03-01T08:59:00.5-03:30") == "-03:30"
    assert cells.date_of("2026-03-01T08:59:00Z") == "2026-03-01"


@pytest.mark.parametrize(
    ("code", "cell", "day"),
    [(None, "2026-03-01", "2026-03-01"), ("%d/%m/%Y", "1/3/2026", "2026-03-01")],
)  # fmt: skip
def test_days_are_read_as_they_are_written(
    code: str | None, cell: str, day: str
) -> None:
    assert cells.date_reader(code)(cell) == day


def test_a_day_that_never_was_is_refused() -> None:
    with pytest.raises(MalformedError, match="never was"):
        cells.date_reader("%d/%m/%Y")("31/6/2026")


@given(st.text(max_size=30))
def test_no_cell_breaks_a_reader(cell: str) -> None:
    for read in (
        cells.read_gtin,
        cells.read_text,
        cells.number_reader(","),
        cells.date_reader(None),
        cells.time_reader(None, ZONE),
        cells.time_reader("%m/%d/%Y %I:%M %p", "+13:00"),
        cells.read_item,
    ):
        try:
            read(cell)
        except MalformedError:
            continue


# Templates.


def filled(value: object, **row: object) -> object:
    return fill(parse_template(value), row)  # type: ignore[arg-type]


def test_a_place_alone_is_what_the_cell_stands_for() -> None:
    assert filled("{a}", a=12.5) == 12.5
    assert filled("{a}", a=True) is True
    assert filled("{a}", a="= 1/2") == "= 1/2"


def test_a_place_in_a_text_is_the_cell_as_text() -> None:
    assert filled("{a} of {b}", a=12.5, b="x/y") == "12.5 of x/y"
    assert filled("{a}!", a=True) == "true!"


def test_a_place_in_a_uri_is_encoded() -> None:
    link = "https://id.gs1.org/01/{g}/21/{s}"
    assert filled(link, g="0", s="a/b%?#é ") == (
        "https://id.gs1.org/01/0/21/a%2Fb%25%3F%23%C3%A9%20"
    )
    assert filled("https://x.example/{s:as-is}", s="a/b") == (
        "https://x.example/a/b"
    )


def test_a_place_in_an_epc_urn_is_encoded_by_its_rules() -> None:
    urn = "urn:epc:id:sgtin:{p}.{i}.{s}"
    assert filled(urn, p="9521001", i="096001", s="a/b%c:d") == (
        "urn:epc:id:sgtin:9521001.096001.a%2Fb%25c:d"
    )


def test_a_text_with_a_space_is_no_uri() -> None:
    assert filled("note: {a}", a="x/y") == "note: x/y"
    assert filled("{a}https://", a="x/y") == "x/yhttps://"


def test_doubled_braces_are_meant() -> None:
    assert filled("{{{a}}}", a="x") == "{x}"
    assert parse_template("{{x}}") == Constant("{x}")


def test_a_column_may_have_a_colon_in_its_name() -> None:
    assert columns_of(parse_template("{Made: at}{:offset}{x:y}")) == (
        "Made: at", ":offset", "x:y",
    )  # fmt: skip
    assert columns_of(parse_template("{a:date}")) == ("a",)


def test_what_is_left_out_takes_what_depends_on_it_along() -> None:
    template = {
        "po": [{"type": "po", "id": "urn:x:{po}"}],
        "point": {"id": "{place}"},
        "both": {"a": "{a}", "b": "{b}"},
        "deep": {"in": {"x": "{po}"}},
        "kept": {"a": "{a}", "unit": "KGM"},
    }
    assert filled(template, po=None, place=None, a=1, b=None) == {
        "both": {"a": 1},
        "kept": {"a": 1, "unit": "KGM"},
    }
    assert filled({"a": "{a}", "b": 1}, a=None) is LEFT_OUT
    assert filled([["{a}", "x"], ["y"]], a=None) is LEFT_OUT
    assert filled([["{a}", "x"], ["{b}"]], a=None, b=2) == [[2]]


def test_a_constant_alone_is_left_in() -> None:
    assert filled({"a": [], "b": {}, "c": "{c}"}, c=1) == {
        "a": [], "b": {}, "c": 1,
    }  # fmt: skip


def event_of(template: Mapping[str, object], *rows: dict[str, object]) -> JSON:
    members = parse_template(template)
    assert isinstance(members, Members)
    return EventFilling(
        members,
        shared=rows[0],  # type: ignore[arg-type]
        rows=rows,  # type: ignore[arg-type]
        keys=("key",),
        once=("once",),
    ).value


def test_lists_tell_every_row_and_all_else_is_said_once() -> None:
    assert event_of(
        {"id": "{key}", "list": ["{a}", "{key}", "x"], "once": ["{a}"],
         "in": {"deep": ["{a}"]}},
        {"key": "K", "a": "1"}, {"key": "K", "a": "2"}, {"key": "K", "a": "2"},
    ) == {
        "id": "K", "list": ["1", "K", "x", "2", "2"], "once": ["1", "2"],
        "in": {"deep": ["1", "2", "2"]},
    }  # fmt: skip


def test_a_list_of_which_every_row_leaves_all_out_is_left_out() -> None:
    template = {
        "a": "{a}", "list": ["x", "{b}"], "o": {"list": ["{b}"]},
    }  # fmt: skip
    rows: list[dict[str, object]] = [{"a": 1, "b": None}, {"a": 1, "b": None}]
    assert event_of(template, *rows) == {"a": 1}
    assert event_of(template, *rows, {"a": 1, "b": 2}) == {
        "a": 1, "list": ["x", 2], "o": {"list": [2]},
    }  # fmt: skip
    assert event_of({"a": "{b}"}, {"b": None}) == {}
