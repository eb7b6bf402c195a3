r"""One JSON document that is larger than memory, read element by element.

What makes a document large is one list, which its *path* names:

    {"type": "EPCISDocument", …, "epcisBody": {"eventList": [{…}, {…}, {…}]}}
    └──────────────────── frame ────────────────────────────┘└ elements ┘└ frame

The bytes between the commas of that list are its elements; all others are the
*frame*, in which the list is empty. Frame and elements are each read as
`parse_json` reads, and no byte stands outside of them, so a document is taken
exactly if it is taken as a whole, and says the same: a member that comes
twice, a comma too much, a byte after the end are refused as ever. Places in
messages are those in the whole document.

Where the list begins and ends is found without reading what is inside. Once
every escape is blanked out, each quote opens or closes a string, and what
counts is where brackets and commas stand outside of strings. This goes wrong
where the text is no JSON, but only after the fault; and the part that holds
the fault is refused.

The frame is read before the first element, since what stands after the list
may be needed to understand it: so the stream is read twice.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import BinaryIO

from provenance.encoding.path import json_path
from provenance.encoding.strict_json import (
    JSON,
    JSONPlace,
    parse_json,
    read_json,
)
from provenance.errors import MalformedError

MAX_PART = 16 * 2**20
"""The largest element, and the largest frame, in bytes."""

CHUNK = 2**20
"""How many bytes are read at a time."""

Path = tuple[str, ...]
"""The members that lead to a list, outermost first."""

_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_BLANK = b" \t\r\n"

# The patterns look at text without escapes and always match. They go on until
# what they look for, or as far as what can be passed over whole: a string or a
# bracket may be cut off there. Their groups are 1: opens, 2: closes, 3: more.
#
# Repetitions have bounds, so that a match remembers few places to go back to:
# possessive ones, which remember none, match wrongly in CPython before 3.11.5
# (python/cpython#106052). Whoever stopped at a bound goes on from there.
_STRING = rb'"[^"]*"'
_FLAT = rb'[^"{}\[\]]*(?:' + _STRING + rb'[^"{}\[\]]*){0,1024}'
# An array or object that holds no other is passed over at once.
_SOLID = rb"(?:" + _STRING + rb"|[{\[]" + _FLAT + rb"[}\]])"
_BRACKET = rb"(?:([{\[])|([}\]])"

_INSIDE = re.compile(
    rb'[^"{}\[\]]*(?:' + _SOLID + rb'[^"{}\[\]]*){0,64}' + _BRACKET + rb")?"
)
_BETWEEN = re.compile(
    rb'[^"{}\[\],]*(?:'
    + _SOLID
    + rb'[^"{}\[\],]*){0,64}'
    + _BRACKET
    + rb"|(,))?"
)
_TOKEN = re.compile(
    rb'[^"{}\[\],:]*' + _BRACKET + rb"|(,)|(:)|(" + _STRING + rb"))?"
)
_OPENS, _CLOSES, _COMMA, _COLON, _QUOTED = range(1, 6)


class JsonStream:
    """A JSON document with a long list.

    Attributes:
        frame: What the document says, but with the list empty.
        path: Where the list is; None if the document has none at the paths
            that were given, and the frame is all of it.
        count: How many elements the list has.
    """

    def __init__(
        self,
        stream: BinaryIO,
        paths: Collection[Path],
        *,
        max_part: int = MAX_PART,
        chunk: int = CHUNK,
    ) -> None:
        """Read *stream* once, from where it stands to its end.

        The document may have a list at any of the *paths*; the first in the
        text is read in parts. Memory is needed for one part and one chunk.

        Args:
            stream: It can be read again from where it stands.
            paths: None of them leads into another.
            max_part: The largest element and the largest frame, in bytes.
            chunk: How many bytes to read at a time.

        Raises:
            MalformedError: The frame is not JSON, readers may disagree about
                it, or a part is too large. The elements were not yet read.
        """
        self._stream = stream
        self._begin = stream.tell()
        self._paths = frozenset(paths)
        self._max_part = max_part
        self._chunk = chunk
        cut = self._cut()
        self.count = sum(1 for _ in cut.elements())
        self.path = cut.path
        self._frame = _Frame(self, cut)
        self.frame = read_json(cut.head + cut.tail, self._frame)

    def elements(self) -> Iterator[tuple[JSON, JSONPlace]]:
        """Yield each element of the list with its place, in order.

        Raises:
            MalformedError: An element is not JSON, or readers may disagree
                about it; or the stream is not what it was.
        """
        cut = self._cut()
        index = 0
        for offset, data in cut.elements():
            place = _Element(self, offset, (*(self.path or ()), index))
            yield read_json(data, place), place
            index += 1
        if not (self._frame.is_around(cut) and index == self.count):
            raise MalformedError("the document changed while it was read")

    def line_and_column(self, byte: int) -> tuple[int, int]:
        """Return the line and column of *byte*, both counted from 1.

        That takes as long as reading up to there.
        """
        lines = 1
        characters = 0
        window = _Window(self._stream, self._begin, self._chunk)
        while window.start + len(window.raw) < byte and window.more(
            len(window.raw)
        ):
            before = window.raw[: byte - window.start]
            newlines = before.count(b"\n")
            if newlines:
                lines += newlines
                characters = 0
            last = before.rpartition(b"\n")[2]
            characters += len(last.translate(None, _CONTINUATION))
        return lines, characters + 1

    def _cut(self) -> "_Cut":
        window = _Window(self._stream, self._begin, self._chunk)
        return _Cut(window, self._paths, self._max_part)


_CONTINUATION = bytes(range(0x80, 0xC0))
"""The bytes that begin no character in UTF-8."""


def _plain(text: bytes) -> bytes:
    """Return *text* with its escapes blanked out, as long as it was."""
    return _ESCAPE.sub(b"__", text) if b"\\" in text else text


class _Window:
    """The part of a stream that is being looked at.

    Attributes:
        raw: The part.
        plain: The same without escapes.
        start: How many bytes of the document stand before it.
    """

    def __init__(self, stream: BinaryIO, begin: int, chunk: int) -> None:
        self._stream = stream
        self._begin = begin
        self._chunk = chunk
        self.raw = b""
        self.plain = b""
        self.start = 0

    def more(self, keep: int) -> bool:
        """Read on and forget what stands before *keep*; False at the end.

        Whoever keeps much gets much: else a long text would be looked through
        again for every chunk of it.
        """
        kept = self.raw[keep:]
        # Others may have read elsewhere since.
        self._stream.seek(self._begin + self.start + len(self.raw))
        read = self._stream.read(max(self._chunk, len(kept)))
        self.start += keep
        self.raw = kept + read
        self.plain = _plain(self.raw)
        return bool(read)


class _Cut:
    """One pass over a document, which cuts it into its parts.

    Attributes:
        path: Where the list is, once it was found.
        head: The document up to the bracket that opens the list.
        tail: The document from the bracket that closes it.
        tail_start: How many bytes stand before the tail.
    """

    def __init__(
        self, window: _Window, paths: frozenset[Path], max_part: int
    ) -> None:
        self._window = window
        self._paths = paths
        self._max_part = max_part
        self._position = 0
        self.path: Path | None = None
        self.head = b""
        self.tail = b""
        self.tail_start = 0

    def elements(self) -> Iterator[tuple[int, bytes]]:
        """Yield where each element starts and its bytes, cutting all."""
        self._take_head()
        if self.path is not None:
            yield from self._take_elements(self.path)
        self._take_tail()

    def _take_head(self) -> None:
        window = self._window
        way = _Way(self._paths)
        while self.path is None:
            found = _TOKEN.match(window.plain, self._position)
            assert found is not None, "the pattern matches any text"
            self._position = found.end()
            kind = found.lastindex
            if kind is None:
                self._require_small_frame(len(window.raw))
                self.head += window.raw[: self._position]
                is_more = window.more(self._position)
                self._position = 0
                if not is_more:
                    return
            elif kind == _QUOTED:
                way.quoted(window.raw[slice(*found.span(_QUOTED))])
            elif kind == _COLON:
                way.names()
            elif kind == _OPENS:
                self.path = way.opens(found[_OPENS] == b"[")
            elif kind == _CLOSES:
                way.closes()
        self.head += window.raw[: self._position]
        self._require_small_frame(0)

    def _take_elements(self, path: Path) -> Iterator[tuple[int, bytes]]:
        window = self._window
        position = begin = self._position
        offset = window.start + begin
        parts: list[bytes] = []
        index = depth = 0
        while True:
            pattern = _INSIDE if depth else _BETWEEN
            found = pattern.match(window.plain, position)
            assert found is not None, "the pattern matches any text"
            is_stuck = found.end() == position
            position = found.end()
            kind = found.lastindex
            if kind is None:
                if not is_stuck:
                    continue
                parts.append(window.raw[begin:position])
                seen = window.start + len(window.raw) - offset
                self._require_small_element(seen, path, index)
                is_more = window.more(position)
                position = begin = 0
                if not is_more:
                    break
            elif kind == _OPENS:
                depth += 1
            elif depth:
                depth -= 1
            else:
                element = b"".join((*parts, window.raw[begin : position - 1]))
                self._require_small_element(len(element), path, index)
                is_last = kind == _CLOSES
                if index or not is_last or element.strip(_BLANK):
                    yield offset, element
                if is_last:
                    position -= 1
                    break
                index += 1
                parts.clear()
                begin = position
                offset = window.start + begin
        self._position = position

    def _take_tail(self) -> None:
        window = self._window
        self.tail_start = window.start + self._position
        parts = [window.raw[self._position :]]
        size = len(parts[0])
        while window.more(len(window.raw)):
            parts.append(window.raw)
            size += len(window.raw)
            self._require_small_frame(size)
        self.tail = b"".join(parts)
        self._require_small_frame(size)

    def _require_small_frame(self, more: int) -> None:
        if len(self.head) + more > self._max_part:
            lists = " and ".join(sorted(map(".".join, self._paths)))
            raise MalformedError(
                f"the document has more than {self._max_part} bytes outside of"
                f" {lists}: send it in parts"
            )

    def _require_small_element(self, size: int, path: Path, index: int) -> None:
        if size > self._max_part:
            raise MalformedError.at(
                json_path((*path, index)),
                f"this has more than {self._max_part} bytes: send it in parts",
            )


class _Way:
    """How far a walk through a document has come on the way to a list."""

    def __init__(self, paths: frozenset[Path]) -> None:
        self._paths = paths
        self._members: Path = ()
        self._depth = 0
        self._quoted = b""
        self._name: str | None = None

    def quoted(self, text: bytes) -> None:
        """Pass a string; it may turn out to be a name."""
        self._quoted = text
        self._name = None

    def names(self) -> None:
        """Pass a colon: the string before it was a name."""
        if self._depth == len(self._members) + 1:
            self._name = _read_name(self._quoted)

    def opens(self, is_list: bool) -> Path | None:
        """Go into an array or object; return the path if that is the list."""
        members = self._members
        if self._depth == len(members) + 1 and self._name is not None:
            members = (*members, self._name)
            if is_list and members in self._paths:
                return members
        self._depth += 1
        self._name = None
        is_on_way = any(path[: len(members)] == members for path in self._paths)
        if is_on_way and self._depth == len(members) + 1:
            self._members = members
        return None

    def closes(self) -> None:
        """Come out of an array or object."""
        if self._members and self._depth == len(self._members) + 1:
            self._members = self._members[:-1]
        self._depth -= 1
        self._name = None


def _read_name(text: bytes) -> str | None:
    # What is wrong with it is said when the frame is read.
    if b"\\" not in text:
        return text[1:-1].decode(errors="replace")
    try:
        name = parse_json(text)
    except MalformedError:
        return None
    return name if isinstance(name, str) else None


class _Frame:
    """The place of a frame: the list is missing in its midst."""

    name = "the JSON"
    depth = 0

    def __init__(self, whole: JsonStream, cut: _Cut) -> None:
        self._whole = whole
        self._head = cut.head
        self._tail = cut.tail
        self._tail_start = cut.tail_start

    def is_around(self, cut: _Cut) -> bool:
        """Return whether another pass found the same frame."""
        return (cut.head, cut.tail) == (self._head, self._tail)

    def path(self, steps: Sequence[str | int]) -> str:
        return json_path(steps)

    def byte(self, offset: int) -> int:
        if offset < len(self._head):
            return offset
        return self._tail_start + offset - len(self._head)

    def line_and_column(self, offset: int) -> tuple[int, int]:
        return self._whole.line_and_column(self.byte(offset))


class _Element:
    """The place of one element."""

    def __init__(
        self, whole: JsonStream, offset: int, steps: tuple[str | int, ...]
    ) -> None:
        self._whole = whole
        self._offset = offset
        self._steps = steps

    @property
    def name(self) -> str:
        return json_path(self._steps)

    @property
    def depth(self) -> int:
        return len(self._steps)

    def path(self, steps: Sequence[str | int]) -> str:
        return json_path((*self._steps, *steps))

    def byte(self, offset: int) -> int:
        return self._offset + offset

    def line_and_column(self, offset: int) -> tuple[int, int]:
        return self._whole.line_and_column(self.byte(offset))
