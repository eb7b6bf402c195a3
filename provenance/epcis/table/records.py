"""Records: the rows of a CSV file, one by one, the broken ones among them.

CSV is RFC 4180 here, taken strictly: a cell with a delimiter, a quotation
mark or a line break stands in quotation marks, and one inside it is doubled.
A row that is not so written is told as it stands, and costs no other row:

    1,"a,b",c        three cells
    2,a"b,c          a quotation mark in a cell that is not quoted
    3,"ab,c          never closed: reading goes on with the line after this
    4,d              too few cells
    5,d,e            three cells

What is read at a time is bounded, however large the file, a line or a cell.
"""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, Self

from provenance.errors import MalformedError

MAX_CELL = 32_767
"""The most characters in a cell, as in the common spreadsheets."""

MAX_RECORD = 1 << 20
"""The most characters in a row."""

MAX_LINES = 1_000
"""The most lines that one row may stand on."""

_CHUNK = 1 << 16
_WITHOUT_ESCAPE = ("utf-16", "utf-16-le", "utf-16-be")
_NO_CHARACTER = re.compile("[\ud800-\udfff]")
_REPLACED = re.compile("\ufffd")


class Record(NamedTuple):
    """A row of the file.

    Attributes:
        line: The number of the line it starts on, from 1.
        cells: Its cells, none for an empty line. If they cannot be told
            apart, the whole line, and not as many as the header has.
        fault: Why it cannot be read; empty if it can.
        is_torn: Whether its cells could not be told apart.
    """

    line: int
    cells: tuple[str, ...]
    fault: str = ""
    is_torn: bool = False


class _TooLongError(Exception):
    """Raised through the reader when a row does not end."""


class _Feed:
    """What the reader reads from; after its end there may be more again."""

    def __init__(self, next_line: Callable[[], str]) -> None:
        self._next_line = next_line

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        return self._next_line()


class Records:
    """Reads the records of a table, in order.

    Attributes:
        width: How many cells each has that says something; 0 for any number.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        encoding: str,
        delimiter: str,
        is_quoted: bool,
    ) -> None:
        """Read from *stream*, which is left open.

        Args:
            stream: The file, at its start.
            encoding: One of `mapping.ENCODINGS`.
            delimiter: What stands between cells.
            is_quoted: Whether a cell may stand in quotation marks.

        Raises:
            MalformedError: It starts as a file in another encoding does.
        """
        self.width = 0
        self._encoding = encoding
        self._delimiter = delimiter
        self._is_quoted = is_quoted
        self._lines = _read_lines(stream, encoding)
        self._ahead: deque[str] = deque()
        self._taken: list[str] = []
        self._size = 0
        self._line = 1
        self._not_text = (
            _REPLACED if encoding in _WITHOUT_ESCAPE else _NO_CHARACTER
        )
        cell = rf'(?:"[^"]*(?:""[^"]*)*"|[^"{re.escape(delimiter)}\n]*)'
        self._form = re.compile(rf"{cell}(?:{re.escape(delimiter)}{cell})*\n")

    def skip_lines(self, count: int) -> None:
        """Pass over the next *count* lines, whatever they say."""
        for _ in range(count):
            next(self._lines, None)
            self._line += 1

    def __iter__(self) -> Iterator[Record]:
        """Yield the records; a line that is empty is one without cells."""
        reader = csv.reader(
            _Feed(self._next_line),
            delimiter=self._delimiter,
            strict=True,
            quoting=csv.QUOTE_MINIMAL if self._is_quoted else csv.QUOTE_NONE,
        )
        while True:
            self._taken.clear()
            self._size = 0
            start = self._line
            fault = ""
            cells: list[str] = []
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _TooLongError:
                fault = (
                    f"the row does not end within {MAX_LINES} lines or"
                    f" {MAX_RECORD} characters: a quotation mark is not closed"
                )
            except csv.Error as error:
                fault = f"the row is no CSV: {error}"
            text = "".join(self._taken)
            fault = fault or self._fault_of_form(text)
            is_torn = bool(fault)
            fault = fault or self._fault_of_content(text, cells)
            is_torn = is_torn or bool(fault and len(self._taken) > 1)
            if is_torn:
                # What seemed to be inside the row may be rows of their own.
                self._ahead.extendleft(reversed(self._taken[1:]))
                del self._taken[1:]
                cells = [self._taken[0].removesuffix("\n")[:MAX_RECORD]]
                if self.width == 1:
                    cells.append("")
            self._line += len(self._taken)
            yield Record(start, tuple(cells), fault, is_torn)

    def _next_line(self) -> str:
        if self._taken and (
            len(self._taken) == MAX_LINES or self._size > MAX_RECORD
        ):
            raise _TooLongError
        line = self._ahead.popleft() if self._ahead else next(self._lines)
        self._taken.append(line)
        self._size += len(line)
        return line

    def _fault_of_form(self, text: str) -> str:
        """Return why the cells of a row are not known; empty if they are."""
        if self._is_quoted and '"' in text and not self._form.fullmatch(text):
            return (
                "a quotation mark stands in a cell that is not quoted: quote"
                " the cell, and double the mark"
            )
        return ""

    def _fault_of_content(self, text: str, cells: list[str]) -> str:
        """Return why a row is not to be read; empty if it is."""
        if len(text) > MAX_RECORD:
            return f"the row has more than {MAX_RECORD} characters"
        if "\0" in text:
            return "the row holds a NUL character"
        if self._not_text.search(text):
            return (
                f"the row is not {self._encoding}: state the table's encoding"
                " in the mapping"
            )
        if len(text) > MAX_CELL and max(map(len, cells)) > MAX_CELL:
            return f"a cell has more than {MAX_CELL} characters"
        if len(cells) != self.width != 0 and any(cells):
            return f"the row has {len(cells)} cells, the header {self.width}"
        return ""


def _read_lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield the lines of *stream*, each ended by a line feed.

    Of a line that is too long for any row, the start is returned, and more of
    it than a row may have.
    """
    first = stream.read(_CHUNK)
    _require_encoding(first, encoding)
    errors = "replace" if encoding in _WITHOUT_ESCAPE else "surrogateescape"
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding)(errors), translate=True
    )
    return _lines(first, stream, decoder)


def _lines(
    first: bytes, stream: BinaryIO, decoder: io.IncrementalNewlineDecoder
) -> Iterator[str]:
    rest, data = "", first
    while True:
        *lines, last = decoder.decode(data, final=not data).split("\n")
        for line in lines:
            yield f"{rest}{line}\n"
            rest = ""
        # Of a line without an end, what is beyond a row is thrown away.
        rest = f"{rest}{last}"[: MAX_RECORD + 1]
        if not data:
            break
        data = stream.read(_CHUNK)
    if rest:
        yield f"{rest}\n"


def _require_encoding(start: bytes, encoding: str) -> None:
    marks = {
        codecs.BOM_UTF8: "utf-8-sig",
        codecs.BOM_UTF16_LE: "utf-16",
        codecs.BOM_UTF16_BE: "utf-16",
    }
    found = next((marks[mark] for mark in marks if start.startswith(mark)), "")
    if found and found != encoding:
        raise MalformedError(
            f"the table starts with the mark of {found}, and the mapping says"
            f" {encoding}: state encoding = {found!r}"
        )
    if encoding == "utf-16" and start and not found:
        raise MalformedError(
            "the table has no byte order mark: state utf-16-le or utf-16-be in"
            " the mapping"
        )
