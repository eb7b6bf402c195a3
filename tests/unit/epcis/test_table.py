"""Tables: rows become events, together or not at all."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.epcis.draft import EventDraft, check_event
from provenance.epcis.table import (
    RefusedRows,
    RowGroup,
    Table,
    TableMapping,
    parse_mapping,
    read_group,
)
from provenance.epcis.table import grouping as grouping_module
from provenance.epcis.table.rows import Row
from provenance.errors import MalformedError

EVENT = """\
type = "ObjectEvent"
action = "ADD"
bizStep = "commissioning"
eventTime = "{Filled}"
eventTimeZoneOffset = "{Filled:offset}"
epcList = ["https://id.gs1.org/01/{GTIN}/21/{Serial}"]
readPoint.id = "https://id.gs1.org/414/9521001000017"
ilmd."cbvmda:lotNumber" = "{Lot}"
"""

MAPPING = f"""\
mapping = 1

[table]

[columns.GTIN]
is = "gtin"

[columns.Filled]
is = "time"
format = "%Y-%m-%dT%H:%M"
zone = "+13:00"

[[rows]]

[[rows.events]]
{EVENT}"""

HEADER = "GTIN,Serial,Lot,Filled\n"
ROW = "9521001960014,K{},L7,2026-03-01T09:00\n"
GROUPED = MAPPING.replace("[[rows]]", '[[rows]]\ngroup = ["Lot"]')
UNIT = "https://id.gs1.org/01/09521001960014/21/K"


def table(data: str | bytes, mapping: str | TableMapping = MAPPING) -> Table:
    if isinstance(data, str):
        data = data.encode()
    if isinstance(mapping, str):
        mapping = parse_mapping(mapping)
    return Table(io.BytesIO(data), mapping)


def read(
    data: str | bytes, mapping: str | TableMapping = MAPPING
) -> list[tuple[RowGroup, list[EventDraft]]]:
    return [read_group(group) for group in table(data, mapping)]


def reasons(data: str | bytes, mapping: str = MAPPING) -> dict[int, str]:
    """Return why rows are refused, by their numbers."""
    return {
        row.number: reason
        for group, _ in read(data, mapping)
        for row, reason in zip(group.rows, group.reasons, strict=False)
    }


def accepted(data: str | bytes, mapping: str = MAPPING) -> list[list[int]]:
    """Return the numbers of the rows of each group that is accepted."""
    return [
        [row.number for row in group.rows]
        for group, drafts in read(data, mapping)
        if drafts
    ]


def items(drafts: Sequence[EventDraft]) -> list[str]:
    return [item.id for draft in drafts for item in draft.items]


def test_a_row_becomes_an_event() -> None:
    ((group, (draft,)),) = read(HEADER + ROW.format(1))
    assert items([draft]) == [UNIT + "1"]
    assert draft.body == {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "eventTime": "2026-03-01T09:00:00+13:00",
        "eventTimeZoneOffset": "+13:00",
        "readPoint": {"id": "https://id.gs1.org/414/9521001000017"},
        "ilmd": {"cbvmda:lotNumber": "L7"},
    }
    assert group.rows == (
        Row(2, 2, ("9521001960014", "K1", "L7", "2026-03-01T09:00")),
    )


def test_an_empty_table_has_no_events() -> None:
    assert read(HEADER) == []


@pytest.mark.parametrize("data", ["", "\n", "\n" + HEADER])
def test_a_table_without_a_header_is_refused(data: str) -> None:
    with pytest.raises(MalformedError, match="the table has no header"):
        table(data)


def test_a_header_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(MalformedError, match="the header: the row is not utf"):
        table(b"GTIN,\xe9\n")


def test_a_missing_column_is_told_with_the_one_it_may_be() -> None:
    with pytest.raises(
        MalformedError, match=r"no column 'Serial' \(it has 'serial'\)"
    ):
        table(HEADER.replace("Serial", "serial"))
    with pytest.raises(
        MalformedError,
        match=r"no column 'Filled', .* is GTIN;Serial;Lot;Filled",
    ):
        table(HEADER.replace(",", ";"))


def test_a_column_named_twice_is_refused() -> None:
    with pytest.raises(MalformedError, match="names 'Lot' twice"):
        table("GTIN,Serial,Lot,Filled,Lot\n")


def test_a_column_that_nothing_uses_is_a_warning_unless_ignored() -> None:
    data = "GTIN,Serial,Lot,Filled,Note,,\n"
    ignoring = MAPPING.replace("[table]", '[table]\nignored = ["Note", ""]')
    assert table(data.replace(",,", "")).warnings == [
        "nothing uses the column 'Note': name it in table.ignored"
    ]
    assert table(data, ignoring).warnings == []


def test_a_bad_row_costs_no_other() -> None:
    data = HEADER + "".join(
        [
            ROW.format(1),
            "9521001960015,K2,L7,2026-03-01T09:00\n",
            ROW.format(3),
            "9521001960014,K4,L7\n",
            "9521001960014,,L7,2026-03-01T09:00\n",
            '9521001960014,"K6,L7,2026-03-01T09:00\n',
            ROW.format(7),
            "9521001960014,K8,L7,2026-03-01\n",
            "9521001960014, K9,L7,2026-03-01T09:00\n",
        ]
    )
    assert accepted(data) == [[2], [4], [8]]
    found = reasons(data)
    assert list(found) == [3, 5, 6, 7, 9, 10]
    assert found[3].startswith("row 3, column GTIN: ")
    assert "check digit" in found[3]
    assert found[5] == "row 5: the row has 3 cells, the header 4"
    assert found[6] == "row 6, column Serial: the cell is empty"
    assert found[7].startswith("row 7: the row is no CSV")
    assert found[9].startswith("row 9, column Filled: '2026-03-01' is not")
    assert found[10].startswith("row 10, column Serial: ' K9' starts or ends")


def test_lines_are_named_where_they_differ_from_rows() -> None:
    data = (
        'GTIN,"Serial",Lot,Filled\n'
        '9521001960014,K1,L7,2026-03-01T09:00\n9521001960014,"K\n2",L7,x\n'
        "9521001960014,K3,L7,x\n"
    )
    found = reasons(data)
    assert found[3].startswith("row 3, column Filled")
    assert found[4].startswith("row 4 (line 5), column Filled")


def test_rows_without_a_word_are_passed_over() -> None:
    data = HEADER + "\n" + ROW.format(1) + ",,,\n,\n" + ROW.format(2)
    assert accepted(data) == [[3], [6]]
    assert reasons(data) == {}


def test_spaces_mean_nothing_where_the_mapping_says_so() -> None:
    trimming = MAPPING.replace("[table]", "[table]\ntrim = true")
    data = (
        "GTIN , Serial,Lot,Filled\n 9521001960014 , K1,L7 ,2026-03-01T09:00\n"
    )
    ((_, drafts),) = read(data, trimming)
    assert items(drafts) == [UNIT + "1"]


def test_rows_to_skip_are_counted() -> None:
    skipping = MAPPING.replace(
        "[table]", '[table]\nskipped = {Lot = ["test", ""]}'
    )
    found = table(
        HEADER
        + ROW.format(1)
        + ROW.format(2).replace("L7", "test")
        + ROW.format(3).replace("L7", ""),
        skipping,
    )
    assert len(list(found)) == 1
    assert found.skipped == 2


# Empty cells.


def with_lot(rule: str) -> str:
    return MAPPING.replace(
        "[columns.GTIN]", f"[columns.Lot]\n{rule}\n[columns.GTIN]"
    )


WITHOUT_LOT = HEADER + ROW.format(1).replace("L7", "") + ROW.format(2)


def test_an_empty_cell_is_refused_unless_the_mapping_knows_better() -> None:
    assert reasons(WITHOUT_LOT) == {2: "row 2, column Lot: the cell is empty"}


def test_an_empty_cell_may_leave_its_member_out() -> None:
    (_, (first,)), (_, (second,)) = read(
        WITHOUT_LOT, with_lot('empty = "omit"')
    )
    assert "ilmd" not in first.body
    assert second.body["ilmd"] == {"cbvmda:lotNumber": "L7"}


def test_an_empty_cell_may_stand_for_something() -> None:
    (_, (first,)), _ = read(WITHOUT_LOT, with_lot('default = "L0"'))
    assert first.body["ilmd"] == {"cbvmda:lotNumber": "L0"}


def test_an_empty_cell_may_take_its_row_along() -> None:
    found = table(WITHOUT_LOT, with_lot('empty = "skip"'))
    assert [group.rows[0].number for group in found] == [3]
    assert found.skipped == 1


def test_words_stand_for_others() -> None:
    mapping = with_lot('words = {L7 = "LOT-7"}')
    assert reasons(
        HEADER + ROW.format(1) + ROW.format(2).replace("L7", "L8"), mapping
    ) == {3: "row 3, column Lot: 'L8' is none of the column's words: 'L7'"}


# Groups.


def rows(*lots: str) -> str:
    return HEADER + "".join(
        ROW.format(number).replace("L7", lot) for number, lot in enumerate(lots)
    )


def test_rows_that_agree_tell_one_event() -> None:
    (first, drafts), (second, _) = read(rows("A", "A", "B"), GROUPED)
    assert [row.number for row in first.rows] == [2, 3]
    assert items(drafts) == [UNIT + "0", UNIT + "1"]
    assert [row.number for row in second.rows] == [4]


def test_one_bad_row_costs_its_group_and_no_other() -> None:
    data = rows("A", "A", "B", "B", "B", "C").replace("K3,", "K?3 ,")
    assert accepted(data, GROUPED) == [[2, 3], [7]]
    found = reasons(data, GROUPED)
    assert found[5].startswith("row 5, column Serial: 'K?3 ' starts or ends")
    assert (
        found[4]
        == found[6]
        == (f"row 5 of the same event is refused: {found[5]}")
    )


def test_a_fault_of_the_event_is_told_of_its_row() -> None:
    data = rows("A", "A", "A").replace(",K1,", ",K{},").replace("K{}", "K^1")
    found = reasons(data, GROUPED)
    assert found[3].startswith("row 3, column Serial: ")
    assert found[2].startswith("row 3 of the same event is refused: row 3, ")


def test_a_unit_that_is_there_twice_is_refused() -> None:
    data = rows("A", "A", "A").replace("K2", "K0")
    found = reasons(data, GROUPED)
    assert found[4].startswith(
        "row 4, columns GTIN and Serial: an earlier element says the same"
    )
    assert accepted(
        data, GROUPED.replace('["Lot"]', '["Lot"]\nonce = ["epcList"]')
    ) == [[2, 3, 4]]


def test_rows_of_one_event_agree_in_what_is_said_once() -> None:
    data = rows("A", "A", "A").replace(
        "K1,A,2026-03-01T09:00", "K1,A,2026-03-01T09:01"
    )
    found = reasons(data, GROUPED)
    assert found[3] == (
        "row 3, column Filled: '2026-03-01T09:01:00+13:00' is not what row 2 of"
        " the same event says, '2026-03-01T09:00:00+13:00'"
    )
    for chosen, minute in (("first", "00"), ("last", "02")):
        mapping = GROUPED.replace(
            "[columns.Filled]", f'[columns.Filled]\nin_group = "{chosen}"'
        )
        changed = data.replace("K2,A,2026-03-01T09:00", "K2,A,2026-03-01T09:02")
        ((_, (draft,)),) = read(changed, mapping)
        assert draft.body["eventTime"] == f"2026-03-01T09:{minute}:00+13:00"


def test_a_fault_of_all_rows_is_told_of_all() -> None:
    mapping = GROUPED.replace("414/9521001000017", "414/{Place}")
    data = "Place,GTIN,Serial,Lot,Filled\n" + "".join(
        f"9521001000018,{ROW.format(n)}" for n in range(3)
    )
    found = reasons(data, mapping)
    assert len(set(found.values())) == 1
    assert found[2].startswith("rows 2 to 4, column Place: ")


def test_a_fault_of_the_mapping_is_told_with_its_member() -> None:
    mapping = MAPPING.replace("readPoint.id", "readPoint.ID").replace(
        '"https://id.gs1.org/414/9521001000017"', '"{Lot}"'
    )
    assert reasons(HEADER + ROW.format(1), mapping)[2].startswith(
        "row 2, column Lot: id is missing"
    )
    mapping = MAPPING.replace('action = "ADD"\n', "")
    (group,) = table(HEADER + ROW.format(1), mapping)
    with pytest.raises(MalformedError, match="row 2, the event: action is"):
        check_event(group.events[0])
    assert reasons(HEADER + ROW.format(1), mapping)[2].startswith(
        "row 2, the event: action is missing"
    )


def test_a_fault_deep_in_a_list_is_told_of_its_row() -> None:
    mapping = GROUPED.replace(
        "readPoint.id",
        'sensorElementList = [{sensorReport = [{type = "Temperature",'
        ' value = "{Serial}"}]}]\nreadPoint.id',
    )
    found = reasons(rows("A", "A"), mapping)
    assert found[2].startswith("row 2, column Serial: this must be a number")
    assert found[3].startswith("row 2 of the same event")


def test_a_place_of_many_columns_is_named_by_its_member() -> None:
    mapping = MAPPING.replace("/21/{Serial}", "/21/{Serial}{Lot}{A}")
    data = "A,GTIN,Serial,Lot,Filled\n" + "^," + ROW.format("^")
    assert reasons(data, mapping)[2].startswith("row 2, epcList: ")


def test_a_group_of_too_many_rows_is_refused_row_by_row() -> None:
    mapping = GROUPED.replace("[[rows]]", "[[rows]]\nmost = 2")
    data = rows("A", "A", "B", "B", "B", "B", "C")
    assert accepted(data, mapping) == [[2, 3], [8]]
    found = reasons(data, mapping)
    assert list(found) == [4, 5, 6, 7]
    assert set(found.values()) == {
        "the event has more than 2 rows: most = … in the mapping allows more"
    }


def test_a_group_that_need_not_be_whole_becomes_several() -> None:
    mapping = GROUPED.replace("[[rows]]", "[[rows]]\nmost = 2\nwhole = false")
    assert accepted(rows("A", "A", "A", "B", "A"), mapping) == [
        [2, 3], [4], [5], [6],
    ]  # fmt: skip


def test_rows_of_one_event_that_stand_apart_are_refused() -> None:
    data = rows("A", "B", "B", "A", "A", "C")
    assert accepted(data, GROUPED) == [[2], [3, 4], [7]]
    found = reasons(data, GROUPED)
    assert list(found) == [5, 6]
    assert found[5] == (
        "the rows with Lot 'A' stand apart, but tell one event: sort the table"
    )


def test_only_so_many_groups_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(grouping_module, "REMEMBERED_GROUPS", 2)
    data = rows("A", "B", "C", "B", "A")
    assert accepted(data, GROUPED) == [[2], [3], [4], [6]]


def test_a_row_that_cannot_be_read_may_belong_to_either_group() -> None:
    data = rows("A", "A", "B", "B", "C").splitlines(keepends=True)
    data.insert(3, "broken\n")
    text = "".join(data)
    assert accepted(text, GROUPED) == [[7]]
    found = reasons(text, GROUPED)
    assert found[4] == "row 4: the row has 1 cells, the header 4"
    others = {found[number] for number in (2, 3, 5, 6)}
    assert others == {
        "row 4 cannot be read, and may be of the same event: mend that first"
    }


def test_a_row_that_cannot_be_read_costs_no_event_that_need_not_be_whole() -> (
    None
):
    data = rows("A", "A").replace("K1,", "K1")
    mapping = GROUPED.replace("[[rows]]", "[[rows]]\nwhole = false")
    assert accepted(data, mapping) == [[2]]


def test_no_more_than_so_many_unreadable_rows_are_held_for_one_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(grouping_module, "MOST_HELD", 3)
    mapping = GROUPED.replace("[[rows]]", "[[rows]]\nwhole = false")
    data = HEADER + ROW.format(1) + "torn\n" * 3 + ROW.format(2)
    # The event ends where the rows that wait for its end are too many.
    assert accepted(data, mapping) == [[2], [6]]
    assert list(reasons(data, mapping)) == [3, 4, 5]


# Kinds of rows.

KINDS = MAPPING.replace("[[rows]]", '[[rows]]\nwhen = {Kind = "fill"}') + """
[[rows]]
when = {Kind = ["pack", "box"]}
group = ["Box"]

[[rows.events]]
type = "AggregationEvent"
action = "ADD"
eventTime = "{Filled}"
eventTimeZoneOffset = "{Filled:offset}"
parentID = "https://id.gs1.org/00/{Box}"
childEPCs = ["https://id.gs1.org/01/{GTIN}/21/{Serial}"]

[[rows.events]]
type = "ObjectEvent"
action = "OBSERVE"
bizStep = "packing"
eventTime = "{Filled}"
eventTimeZoneOffset = "{Filled:offset}"
epcList = ["https://id.gs1.org/00/{Box}"]
"""  # fmt: skip
BOX = "195210010000000014"
KINDS_HEADER = "Kind,Box," + HEADER


def test_each_kind_of_row_tells_its_own_events() -> None:
    data = KINDS_HEADER + (
        f"fill,,{ROW.format(1)}pack,{BOX},{ROW.format(1)}"
        f"box,{BOX},{ROW.format(2)}"
    )
    (_, (filled,)), (group, (packed, seen)) = read(data, KINDS)
    assert filled.body["bizStep"] == "commissioning"
    assert [row.number for row in group.rows] == [3, 4]
    assert items([packed]) == [
        f"https://id.gs1.org/00/{BOX}", UNIT + "1", UNIT + "2",
    ]  # fmt: skip
    assert items([seen]) == [f"https://id.gs1.org/00/{BOX}"]


def test_events_of_the_same_rows_fall_together() -> None:
    bad = BOX[:-1] + "5"
    data = KINDS_HEADER + f"pack,{bad},{ROW.format(1)}"
    assert accepted(data, KINDS) == []
    assert reasons(data, KINDS)[2].startswith("row 2, column Box: ")


def test_a_row_of_no_kind_is_refused_as_one_that_cannot_be_read() -> None:
    data = KINDS_HEADER + (
        f"pack,{BOX},{ROW.format(1)}pakc,{BOX},{ROW.format(2)}"
        f"pack,{BOX},{ROW.format(3)}"
    )
    assert accepted(data, KINDS) == []
    found = reasons(data, KINDS)
    assert (
        found[3]
        == "row 3: no [[rows]] of the mapping is for it: Kind is 'pakc'"
    )
    assert found[2] == found[4]


# Reports of refused rows.


def report_of(data: str, mapping: str) -> bytes:
    parsed = parse_mapping(mapping)
    found = table(data, parsed)
    writer = RefusedRows(
        encoding=parsed.encoding,
        delimiter=parsed.delimiter,
        is_quoted=parsed.is_quoted,
    )
    lines = [
        writer.row(row.number, reason, row.cells)
        for group in found
        for row, reason in zip(
            group.rows, read_group(group)[0].reasons, strict=False
        )
    ]
    header = writer.header(
        found.header, lines_before=parsed.lines_before_header
    )
    return header + b"".join(lines)


def test_a_report_is_mended_and_sent_again() -> None:
    bad = ROW.format(2).replace("9521001960014", "9521001960015")
    data = HEADER + ROW.format(1) + bad + ROW.format(3).replace("L7", "=L7")
    broken = report_of(data.replace("=L7", ""), MAPPING)
    mended = broken.replace(b"9521001960015", b"9521001960014").replace(
        b'"K3",""', b'"K3","L7"'
    )
    again = table(mended)
    assert again.is_report
    assert again.warnings == []
    assert [items(read_group(group)[1]) for group in again] == [
        [UNIT + "2"], [UNIT + "3"],
    ]  # fmt: skip


def test_a_report_of_a_report_has_the_same_rows() -> None:
    mapping = MAPPING.replace("[table]", "[table]\nlines_before_header = 2")
    data = "x\ny\n" + HEADER + ROW.format(1).replace("K1,L7", "'=K,") + "a,b\n"
    first = report_of(data, mapping).decode()
    second = report_of(first, mapping).decode()
    assert first.startswith("\r\n\r\n")
    for report in (first, second):
        (_, _, *cells), (_, _, *others) = list(csv.reader(io.StringIO(report)))[
            3:
        ]
        assert cells == ["9521001960014", "''=K", "", "2026-03-01T09:00"]
        assert others == ["a", "b"]


def test_a_torn_row_is_in_a_report_as_it_was_and_refused_again() -> None:
    mapping = MAPPING.replace("[table]", "[table]\ntrim = true")
    torn = '9521001960014,K"1,L7,2026-03-01T09:00'
    first = report_of(HEADER + torn + "\n", mapping).decode()
    assert first.endswith(',"{}"\r\n'.format(torn.replace('"', '""')))
    assert (
        reasons(first, mapping)[2] == "row 2: the row has 3 cells, the header 6"
    )
    # Whoever breaks the report itself loses nothing either.
    broken = HEADER.join(
        ['"provenance:row","provenance:reason",', "2,x," + torn]
    )
    assert "quoted" in reasons(broken, mapping)[2]
    assert torn.replace('"', '""') in report_of(broken, mapping).decode()


@given(st.data())
def test_every_row_is_told_once_whatever_they_say(data: st.DataObject) -> None:
    lines = data.draw(
        st.lists(
            st.sampled_from(
                [ROW.format(n).replace("L7", lot) for n in range(4) for lot in "AB"]
                + ["x\n", '"\n', "9521001960014,,A,2026-03-01T09:00\n"]
            ),
            max_size=12,
        )
    )  # fmt: skip
    mapping = data.draw(st.sampled_from([
        MAPPING, GROUPED, GROUPED.replace("[[rows]]", "[[rows]]\nmost = 2"),
        GROUPED.replace("[[rows]]", "[[rows]]\nmost = 2\nwhole = false"),
    ]))  # fmt: skip
    told = sorted(
        row.number
        for group, _ in read(HEADER + "".join(lines), mapping)
        for row in group.rows
    )
    assert told == list(range(2, 2 + len(lines)))


# The examples.

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "mappings"


@pytest.mark.parametrize(
    ("name", "events"),
    [("commissioning", [3, 1]), ("shipping", [2, 1]), ("labels", [2, 1])],
)
def test_the_example_mappings_read_their_tables(
    name: str, events: list[int]
) -> None:
    mapping = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
    data = (EXAMPLES / f"{name}.csv").read_bytes()
    assert table(data, mapping).warnings == []
    assert [
        len(draft.items)
        for _, drafts in read(data, mapping)
        for draft in drafts
    ] == events
    assert reasons(data, mapping) == {}


# What a spreadsheet has rounded.


def serials(*cells: str, mapping: str = MAPPING) -> dict[int, str]:
    rows = "".join(
        f"9521001960014,{cell},L7,2026-03-01T09:00\n" for cell in cells
    )
    return reasons(HEADER + rows, mapping)


@pytest.mark.parametrize(
    "cell",
    [
        "1.23457E+15", "9.00E+15", "9E+15", "1.2e+16", '"1,23457E+15"',
        "1.23457E15", "1234570000000000000", "00012345678901234500",
        "123457890123.0",
    ],
)  # fmt: skip
def test_a_serial_that_a_spreadsheet_rounded_is_refused(cell: str) -> None:
    (told,) = serials(cell).values()
    assert told.startswith("row 2, column Serial: ")
    assert "a spreadsheet has rounded" in told


@pytest.mark.parametrize(
    "cell",
    ["1E5", "K1.5E+3", "1000000000000", "1234567890123450", "12.0", "1.5"],
)
def test_a_serial_that_only_looks_so_is_taken(cell: str) -> None:
    assert serials(cell) == {}


def test_a_column_of_which_all_long_serials_end_in_zeros_is_rounded() -> None:
    cut = ["1234567890123450", "1234567890123460", "K7"]
    assert list(serials(*cut)) == [2, 3]
    # One that does not shows that nothing was cut.
    assert serials(*cut, "1234567890123471") == {}
    exact = MAPPING + "\n[columns.Serial]\nexact = true\n"
    assert serials(*cut, mapping=exact) == {}


def test_other_identifiers_and_lots_are_guarded_as_serials_are() -> None:
    mapping = MAPPING.replace(
        'bizStep = "commissioning"',
        'bizStep = "commissioning"\nbizLocation.id ='
        ' "https://id.gs1.org/414/{Place}"',
    )
    header = "Place," + HEADER
    good = "9521001000017," + ROW.format(1)
    assert reasons(header + good, mapping) == {}
    for before, after, column in (
        ("9521001000017", "9.521E+12", "Place"),
        ("9521001960014", "9.521E+12", "GTIN"),
        ("L7", "2.02603E+11", "Lot"),
    ):
        (told,) = reasons(
            header + good.replace(before, after), mapping
        ).values()
        assert told.startswith(f"row 2, column {column}: ")
        assert "a spreadsheet has rounded" in told
    items = MAPPING.replace(
        '"https://id.gs1.org/01/{GTIN}/21/{Serial}"', '"{A}"'
    )
    items = items.replace(
        '[columns.GTIN]\nis = "gtin"', '[columns.A]\nis = "item"'
    )
    data = "A,Lot,Filled\n9.52E+17,L7,2026-03-01T09:00\n"
    (told,) = reasons(data, items).values()
    assert "row 2, column A" in told
    assert "a spreadsheet has rounded" in told
