"""CSV, row by row: what is one, what is none, and what that costs."""

import csv
import io
import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.epcis.table import RefusedRows
from provenance.epcis.table.mapping import ENCODINGS
from provenance.epcis.table.records import (
    MAX_CELL,
    MAX_LINES,
    MAX_RECORD,
    Record,
    Records,
)
from provenance.epcis.table.report import (
    REPORT_COLUMNS,
    escape_cell,
    unescape_cell,
)
from provenance.errors import MalformedError
from tests.support.vectors_of import shared


def read(
    data: bytes | str,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    is_quoted: bool = True,
) -> list[Record]:
    if isinstance(data, str):
        data = data.encode(encoding)
    return list(
        Records(
            io.BytesIO(data),
            encoding=encoding,
            delimiter=delimiter,
            is_quoted=is_quoted,
        )
    )


def cells(*arguments: object, **options: object) -> list[tuple[str, ...]]:
    return [record.cells for record in read(*arguments, **options)]  # type: ignore[arg-type]


def test_rows_come_with_the_line_they_start_on() -> None:
    records = read('a,b\n"1\n2",c\n\nd,"""e"""\n')
    assert records == [
        Record(1, ("a", "b")),
        Record(2, ("1\n2", "c")),
        Record(4, ()),
        Record(5, ("d", '"e"')),
    ]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_rows(data: bytes) -> None:
    assert read(data, encoding="utf-8-sig") == []


def test_a_last_line_needs_no_end() -> None:
    assert cells("a\nb") == cells("a\nb\n") == [("a",), ("b",)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them(end: str) -> None:
    # So long that some ends fall between two reads.
    rows = [("x" * (number % 7), str(number)) for number in range(30_000)]
    text = end.join(f"{a},{b}" for a, b in rows)
    assert cells(text) == rows


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_reads_what_it_wrote(encoding: str) -> None:
    text = "Stück;Größe\nÄ;5\n"
    assert cells(text, encoding=encoding, delimiter=";") == [
        ("Stück", "Größe"),
        ("Ä", "5"),
    ]


def test_chinese_tables_come_as_gb18030() -> None:
    assert cells("序列号,批次\n42,甲", encoding="gb18030") == [
        ("序列号", "批次"),
        ("42", "甲"),
    ]


@pytest.mark.parametrize(
    ("written", "stated"),
    [("utf-8-sig", "utf-8"), ("utf-16", "utf-8"), ("utf-8-sig", "gb18030")],
)
def test_a_mark_of_another_encoding_is_seen(written: str, stated: str) -> None:
    with pytest.raises(MalformedError, match=f"state encoding = '{written}'"):
        read("a,b\n".encode(written), encoding=stated)


def test_which_half_of_utf_16_comes_first_is_not_guessed() -> None:
    with pytest.raises(MalformedError, match="no byte order mark"):
        read("a,b\n".encode("utf-16-le"), encoding="utf-16")
    assert read(b"", encoding="utf-16") == []


@pytest.mark.parametrize(
    ("encoding", "bad"),
    [
        ("utf-8", b"\xe9"),
        ("utf-8", b"\xed\xa0\x80"),
        ("gb18030", b"\xff"),
        ("windows-1252", b"\x81"),
    ],
)
def test_bytes_that_are_no_text_cost_their_row_alone(
    encoding: str, bad: bytes
) -> None:
    good, faulty, after = read(
        b"a,b\nc" + bad + b",d\ne,f\n", encoding=encoding
    )
    assert (good.cells, after.cells) == (("a", "b"), ("e", "f"))
    assert f"the row is not {encoding}" in faulty.fault
    back = ",".join(faulty.cells).encode(encoding, "surrogateescape")
    assert back == b"c" + bad + b",d"


def test_half_a_pair_in_utf_16_costs_its_row_alone() -> None:
    data = "a\n".encode("utf-16") + b"\x00\xd8b\x00\n\x00c\x00\n\x00"
    first, faulty, last = read(data, encoding="utf-16")
    assert (first.cells, last.cells) == (("a",), ("c",))
    assert "is not utf-16" in faulty.fault


def test_a_nul_costs_its_row_alone() -> None:
    first, faulty, last = read(b"a,b\nc\0,d\ne,f\n")
    assert "NUL" in faulty.fault
    assert (first.fault, last.fault) == ("", "")


def test_a_quote_that_is_never_closed_costs_its_row_alone() -> None:
    records = read('a,b\nc,"d\ne,f\ng,h\n')
    assert [record.cells for record in records] == [
        ("a", "b"), ('c,"d',), ("e", "f"), ("g", "h"),
    ]  # fmt: skip
    assert [bool(record.fault) for record in records] == [
        False, True, False, False,
    ]  # fmt: skip
    assert [record.line for record in records] == [1, 2, 3, 4]
    assert "no CSV" in records[1].fault


def test_a_quote_closed_rows_later_costs_none_of_those_between() -> None:
    records = read('1,"a\n2,b\n3,c"x\n4,d\n')
    assert [bool(r.fault) for r in records] == [True, False, True, False]
    assert [r.cells[0][0] for r in records] == ["1", "2", "3", "4"]


def test_a_quote_in_an_open_cell_is_refused() -> None:
    # Some readers take it for text, others start a cell there.
    good, faulty, after = read('a,b\nc,5" pipe\ne,f\n')
    assert "not quoted" in faulty.fault
    assert faulty.cells == ('c,5" pipe',)
    assert not good.fault
    assert not after.fault


def test_without_quoting_a_quote_is_a_quote() -> None:
    assert cells('a\t5" pipe\n"b\tc\n', delimiter="\t", is_quoted=False) == [
        ("a", '5" pipe'),
        ('"b', "c"),
    ]


def test_a_row_on_too_many_lines_ends_after_its_first() -> None:
    lines = [f"r{number},x" for number in range(MAX_LINES + 5)]
    records = read("\n".join(['a,"b', *lines]))
    assert "does not end" in records[0].fault
    assert [r.cells[0] for r in records[1:]] == [
        f"r{number}" for number in range(MAX_LINES + 5)
    ]
    assert not any(record.fault for record in records[1:])


def test_rows_whose_quotes_never_close_are_read_in_time() -> None:
    row = 'a,"b\n' + "c,d\n" * 400
    started = time.process_time()
    records = read(row * 100)
    assert sum(bool(record.fault) for record in records) == 100
    # Of the processor's time, which does not grow with what else it does.
    assert time.process_time() - started < 20


def test_a_line_without_an_end_is_not_kept() -> None:
    first, faulty, last = read("a\n" + "x" * (3 * MAX_RECORD) + ",y\nb\n")
    assert (first.cells, last.cells) == (("a",), ("b",))
    assert faulty.fault
    assert sum(map(len, faulty.cells)) <= MAX_RECORD


def test_a_cell_of_too_many_characters_costs_its_row_alone() -> None:
    _, at_most, faulty, last = read(
        f"a,b\n{'x' * MAX_CELL},c\n{'x' * (MAX_CELL + 1)},d\ne,f\n"
    )
    assert not at_most.fault
    assert f"more than {MAX_CELL}" in faulty.fault
    assert last.cells == ("e", "f")


def test_many_cells_make_no_longer_row_than_there_may_be() -> None:
    (faulty,) = read("y," * (MAX_RECORD // 2 + 1))
    assert f"more than {MAX_RECORD} characters" in faulty.fault


def test_lines_before_the_header_are_passed_over() -> None:
    records = Records(
        io.BytesIO(b'Report "x\n\nA,B\n1,2\n'),
        encoding="utf-8", delimiter=",", is_quoted=True,
    )  # fmt: skip
    records.skip_lines(2)
    assert list(records) == [
        Record(3, ("A", "B")),
        Record(4, ("1", "2")),
    ]


def test_more_lines_are_passed_over_than_there_are() -> None:
    records = Records(
        io.BytesIO(b"a\n"), encoding="utf-8", delimiter=",", is_quoted=True
    )
    records.skip_lines(3)
    assert list(records) == []


@given(
    st.lists(
        st.lists(
            st.text(
                st.characters(exclude_characters="\0\r", exclude_categories=["Cs"])
            ),
            min_size=2, max_size=4,
        )
    ),
    st.sampled_from(",;\t|"),
)  # fmt: skip
def test_what_a_csv_writer_wrote_is_read_back(
    rows: list[list[str]], delimiter: str
) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    found = read(file.getvalue(), delimiter=delimiter)
    assert [list(record.cells) for record in found] == rows
    assert not any(record.fault for record in found)


@given(st.binary(max_size=400), st.sampled_from(ENCODINGS), st.booleans())
def test_no_bytes_break_the_reader(
    data: bytes, encoding: str, is_quoted: bool
) -> None:
    try:
        records = read(data, encoding=encoding, is_quoted=is_quoted)
    except MalformedError:
        return
    lines = [record.line for record in records]
    assert lines == sorted(set(lines))


@given(st.text(st.sampled_from('ab,"\n'), max_size=60))
def test_no_line_is_lost_whatever_is_broken(text: str) -> None:
    # Every line is in some record: those that are read, and those that are
    # told as they stand.
    records = read(text)
    lines = text.removesuffix("\n").split("\n") if text else []
    covered = 0
    for record in records:
        assert record.line == covered + 1
        if record.fault or not record.cells:
            covered += 1
        else:
            covered += 1 + sum(cell.count("\n") for cell in record.cells)
    assert covered == len(lines)


# The report of refused rows.


def report(
    header: tuple[str, ...], *rows: tuple[str, ...], **options: object
) -> bytes:
    form: dict[str, object] = {
        "encoding": "utf-8", "delimiter": ",", "is_quoted": True, **options,
    }  # fmt: skip
    writer = RefusedRows(**form)  # type: ignore[arg-type]
    return writer.header(header) + b"".join(
        writer.row(number, "it is\nwrong", row)
        for number, row in enumerate(rows, 2)
    )


def test_a_report_has_the_rows_behind_their_number_and_reason() -> None:
    assert report(("a", "b"), ("1", "=2")) == (
        b'"provenance:row","provenance:reason","a","b"\r\n'
        b'"2","it is wrong","1","\'=2"\r\n'
    )


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@A1", "\tx", "＝1", "'=1", "'"]
)
def test_no_cell_of_a_report_starts_a_formula(cell: str) -> None:
    assert escape_cell(cell) == f"'{cell}"
    assert unescape_cell(escape_cell(cell)) == cell


@given(st.text())
def test_an_escaped_cell_comes_back_as_it_was(cell: str) -> None:
    escaped = escape_cell(cell)
    assert unescape_cell(escaped) == cell
    assert not escaped.startswith(tuple("=+-@\t\r\n＝＋－＠"))


def read_report(data: bytes, **options: object) -> Iterator[tuple[str, ...]]:
    header, *rows = read(data, **options)  # type: ignore[arg-type]
    assert header.cells[:2] == REPORT_COLUMNS
    for row in rows:
        assert not row.fault
        yield tuple(map(unescape_cell, row.cells[2:]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_naughty_strings_survive_a_report(encoding: str) -> None:
    strings = json.loads(shared("naughty-strings/blns.json").read_bytes())
    rows = [
        ("x", "\n".join(text.replace("\0", "").splitlines()))
        for text in strings
    ]
    data = report(("a", "b"), *rows, encoding=encoding)
    assert list(read_report(data, encoding=encoding)) == rows


def test_a_reason_is_written_in_any_encoding() -> None:
    writer = RefusedRows(encoding="latin-1", delimiter=";", is_quoted=True)
    writer.header(("a",))
    assert writer.row(2, "no 批次", ("ä",)) == (
        b'"2";"no \\u6279\\u6b21";"\xe4"\r\n'
    )


def test_bytes_that_are_no_text_come_back_in_a_report() -> None:
    (record,) = read(b"caf\xe9,1\n")
    writer = RefusedRows(encoding="utf-8", delimiter=",", is_quoted=True)
    assert b'"caf\xe9","1"' in writer.row(1, record.fault, record.cells)


def test_a_report_of_a_table_without_quotes_has_none() -> None:
    data = report(("a", "b"), ('5" x', "=y"), delimiter="\t", is_quoted=False)
    assert data == (
        b"provenance:row\tprovenance:reason\ta\tb\r\n"
        b"2\tit is wrong\t5\" x\t'=y\r\n"
    )
    options = {"delimiter": "\t", "is_quoted": False}
    assert list(read_report(data, **options)) == [('5" x', "=y")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_report_has_its_mark_once_and_first(encoding: str) -> None:
    writer = RefusedRows(encoding=encoding, delimiter=",", is_quoted=True)
    data = writer.header(("a",), lines_before=2) + writer.row(1, "r", ("x",))
    text = data.decode(encoding)
    assert text.startswith('\r\n\r\n"provenance:row"')
    assert "\ufeff" not in text


def test_a_row_of_another_width_costs_its_first_line_alone() -> None:
    records = Records(
        io.BytesIO(b'a,b\n1,"x\n2,y\n3,z",4\n5,6\n\n,,\n'),
        encoding="utf-8", delimiter=",", is_quoted=True,
    )  # fmt: skip
    rows = iter(records)
    records.width = len(next(rows).cells)
    assert [(r.line, r.cells, bool(r.fault)) for r in rows] == [
        (2, ('1,"x',), True),
        (3, ("2", "y"), False),
        (4, ('3,z",4',), True),
        (5, ("5", "6"), False),
        (6, (), False),
        (7, ("", "", ""), False),
    ]


def test_a_torn_row_never_has_as_many_cells_as_the_header() -> None:
    records = Records(
        io.BytesIO(b'a\n"b\nc\n'),
        encoding="utf-8",
        delimiter=",",
        is_quoted=True,
    )
    rows = iter(records)
    records.width = len(next(rows).cells)
    assert [row.cells for row in rows] == [('"b', ""), ("c",)]
