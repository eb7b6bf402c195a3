r"""The report of refused rows: a table to mend, and to send again.

It is the table that was read, with two columns in front, and of its rows only
those that were refused:

    provenance:row,provenance:reason,GTIN,Serial
    17,"row 17, column GTIN: … has a wrong check digit",9421902960018,'-K1

Whoever mends the cells and sends the file again, with the same mapping, has
nothing else to do: a table whose header starts with these two columns is
known for a report, and they are left out. A row whose cells could not be told
apart stands in one cell, as it was; sent again like this, it is refused again.

It will be opened in a spreadsheet, and those run what a cell says if it
starts with one of `= + - @`, a tab or a carriage return, in ASCII or in full
width. Whoever wrote the table could have put it there. So each such cell gets
an apostrophe in front, and so does each that starts with an apostrophe
itself; reading a report takes one away. What stood in the table comes back
as it was. All cells are quoted, so that nothing in them starts another cell,
as long as the spreadsheet is told the table's own delimiter.
"""

import codecs
from collections.abc import Iterable, Sequence

REPORT_COLUMNS = ("provenance:row", "provenance:reason")
"""What the header of a report starts with."""

_DANGEROUS = tuple("=+-@\t\r\n'＝＋－＠")


class RefusedRows:
    """Writes a report, line by line, as bytes."""

    def __init__(
        self, *, encoding: str, delimiter: str, is_quoted: bool
    ) -> None:
        """Make a writer of reports in the form of the table.

        Args:
            encoding: One of `mapping.ENCODINGS`.
            delimiter: What stands between cells.
            is_quoted: Whether cells are quoted. If not, a reason is written
                without its delimiters, and a cell has none.
        """
        self._encoding = encoding
        self._delimiter = delimiter
        self._is_quoted = is_quoted
        # It writes a byte order mark once, where the encoding has one.
        self._encoder = codecs.getincrementalencoder(encoding)(
            "surrogateescape"
        )

    def header(self, header: Iterable[str], *, lines_before: int = 0) -> bytes:
        """Return the first line, after as many as the mapping expects."""
        empty = self._encoder.encode("\r\n" * lines_before)
        return empty + self._line([*REPORT_COLUMNS, *map(escape_cell, header)])

    def row(self, number: int, reason: str, cells: Iterable[str]) -> bytes:
        """Return the line of one refused row."""
        told = " ".join(reason.split())
        if not self._is_quoted:
            told = told.replace(self._delimiter, " ")
        # A reason may say what the table's encoding cannot.
        data = told.encode(self._encoding, "backslashreplace")
        told = data.decode(self._encoding)
        return self._line(
            [str(number), escape_cell(told), *map(escape_cell, cells)]
        )

    def _line(self, cells: Sequence[str]) -> bytes:
        if self._is_quoted:
            cells = ['"{}"'.format(cell.replace('"', '""')) for cell in cells]
        return self._encoder.encode(self._delimiter.join(cells) + "\r\n")


def escape_cell(cell: str) -> str:
    """Return *cell* as a report has it, safe to open in a spreadsheet."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def unescape_cell(cell: str) -> str:
    """Return *cell* of a report as the table had it."""
    return cell.removeprefix("'")
