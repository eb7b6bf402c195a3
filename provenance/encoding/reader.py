r"""Reading canonical msgpack by what must come next, never by what is there.

`canonical.decode` makes values of any bytes and leaves their shape to its
caller. A bundle or an anchor has one shape: so its parser asks for each part
in turn, by type and with a bound, and nothing is set aside before both fit.

    reader = Reader(data)                    93 07 a2 61 62 c4 01 ff
    reader.row(3)                            93
    reader.uint()               7               07
    reader.text(9)              "ab"               a2 61 62
    reader.binary(9)            b"\xff"                    c4 01 ff
    reader.end()

It is one pass over the bytes, and takes the shortest form of each value alone
(`canonical`): so whoever reads all of an input like this, has read its one
spelling. An array is never longer than the bytes that are left, one at least
for each of its values: memory is in proportion to the input.

In full: `FORMATS.md`, section 1.
"""

import math
from struct import Struct

from provenance.encoding.canonical import MAX_INT
from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.errors import MalformedError

_NIL, _FLOAT64 = 0xC0, 0xCB
_ARRAY16, _ARRAY32 = 0xDC, 0xDD
_DOUBLE = Struct(">d")

# First byte -> how many bytes of length follow, and the least length that may
# be written so: one below fits a shorter form.
_BINARIES = {0xC4: (1, 0), 0xC5: (2, 1 << 8), 0xC6: (4, 1 << 16)}
_TEXTS = {0xD9: (1, 32), 0xDA: (2, 1 << 8), 0xDB: (4, 1 << 16)}
_ARRAYS = {_ARRAY16: (2, 16), _ARRAY32: (4, 1 << 16)}
_UINTS = {
    0xCC: (1, 128),
    0xCD: (2, 256),
    0xCE: (4, 1 << 16),
    0xCF: (8, 1 << 32),
}
_INTS = {
    0xD0: (1, -(1 << 7), -33),
    0xD1: (2, -(1 << 15), -(1 << 7) - 1),
    0xD2: (4, -(1 << 31), -(1 << 15) - 1),
    0xD3: (8, -MAX_INT, -(1 << 31) - 1),
}


class ByteReader:
    """A place in canonical bytes, which moves on with each value read.

    Whatever is read: MalformedError, with the byte at which it starts, if
    something else stands there, more than the bound, or not in its shortest
    form. The place is then of no more use.

    Attributes:
        at: The number of the byte that is read next.
    """

    __slots__ = ("_data", "at")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def array(self, most: int, *, least: int = 0) -> int:
        """Return how many values follow as an array's, *least* to *most*."""
        at = self.at
        first = self._first("an array")
        if first & 0xF0 == 0x90:
            count = first & 0x0F
            self.at = at + 1
        else:
            count = self._length(_ARRAYS, "an array")
        # Each value has a byte at least: who makes room for them all makes no
        # more of it than the input has.
        if not least <= count <= most or count > len(self._data) - self.at:
            raise self.fault(
                f"{count} values in an array of {least} to {most}", at
            )
        return count

    def row(self, size: int) -> None:
        """Read the start of an array of just *size* values, 15 at most."""
        at = self.at
        if self._data[at : at + 1] != bytes((0x90 | size,)):
            raise self.fault(f"no array of {size} values")
        self.at = at + 1

    def uint(self, most: int = MAX_INT) -> int:
        """Return an integer from 0 to *most*."""
        at = self.at
        first = self._first("an integer")
        if first < 0x80:
            number = first
            self.at = at + 1
        else:
            number = self._length(_UINTS, "an integer from 0 on")
        if number > most:
            raise self.fault(f"{number} is more than {most}", at)
        return number

    def number(self) -> int | float:
        """Return an integer within ±(2**53 - 1), or a finite other number."""
        at = self.at
        first = self._first("a number")
        if first == _FLOAT64:
            data = self._take(at + 1, 8)
            number: float = _DOUBLE.unpack(data)[0]
            if not math.isfinite(number) or (
                number.is_integer() and abs(number) <= MAX_INT
            ):
                raise self.fault(f"{number} is no number that is not whole", at)
            return number
        if first >= 0xE0:
            self.at = at + 1
            return first - 0x100
        if first in _INTS:
            width, low, high = _INTS[first]
            data = self._take(at + 1, width)
            negative = int.from_bytes(data, "big", signed=True)
            if not low <= negative <= high:
                raise self.fault("an integer out of range, or too long", at)
            return negative
        return self.uint()

    def text(self, most: int) -> str:
        """Return text of at most *most* bytes of UTF-8."""
        at = self.at
        first = self._first("text")
        if first & 0xE0 == 0xA0:
            size = first & 0x1F
            self.at = at + 1
        else:
            size = self._length(_TEXTS, "text")
        try:
            return self._bounded(at, size, most).decode()
        except UnicodeDecodeError:
            raise self.fault("text that is no UTF-8", at) from None

    def binary(self, most: int) -> bytes:
        """Return at most *most* bytes."""
        at = self.at
        # Hashes, salts and most leaves are this short: at once, if all fits.
        head = self._data[at : at + 2]
        if head[:1] == b"\xc4" and len(head) == 2:
            size = head[1]
            value = self._data[at + 2 : at + 2 + size]
            if len(value) == size <= most:
                self.at = at + 2 + size
                return value
        return self._bounded(at, self._length(_BINARIES, "bytes"), most)

    def exactly(self, size: int) -> bytes:
        """Return just *size* bytes."""
        at = self.at
        data = self.binary(size)
        if len(data) != size:
            raise self.fault(f"{len(data)} bytes, not {size}", at)
        return data

    def hash(self) -> Hash:
        """Return a hash: 32 bytes."""
        return Hash(self.exactly(HASH_SIZE))

    def hashes(self, most: int) -> tuple[Hash, ...]:
        """Return at most *most* hashes, which are joined in one value."""
        at = self.at
        joined = self.binary(HASH_SIZE * most)
        if len(joined) % HASH_SIZE:
            raise self.fault("bytes that are not joined hashes", at)
        return tuple(
            Hash(joined[start : start + HASH_SIZE])
            for start in range(0, len(joined), HASH_SIZE)
        )

    def nil(self) -> bool:
        """Return whether nil comes next; if so, it has been read."""
        if self._first("a value") != _NIL:
            return False
        self.at += 1
        return True

    def end(self) -> None:
        """Refuse that anything follows."""
        if self.at != len(self._data):
            raise self.fault("bytes follow the value")

    def fault(self, what: str, at: int | None = None) -> MalformedError:
        """Return the error that *what* stands at byte *at*, or at this one."""
        return MalformedError(f"byte {self.at if at is None else at}: {what}")

    def _first(self, due: str) -> int:
        try:
            return self._data[self.at]
        except IndexError:
            raise self.fault(f"the input ends where {due} must be") from None

    def _length(self, forms: dict[int, tuple[int, int]], due: str) -> int:
        """Return the number that a head of one of *forms* tells."""
        at = self.at
        first = self._first(due)
        if first not in forms:
            raise self.fault(f"0x{first:02x} begins something else than {due}")
        width, least = forms[first]
        length = int.from_bytes(self._take(at + 1, width), "big")
        if length < least:
            raise self.fault(f"{due}, not in the shortest form", at)
        return length

    def _bounded(self, at: int, size: int, most: int) -> bytes:
        if size > most:
            raise self.fault(f"{size} bytes, more than {most}", at)
        return self._take(self.at, size)

    def _take(self, start: int, size: int) -> bytes:
        data = self._data[start : start + size]
        if len(data) != size:
            raise self.fault("the input ends inside of a value")
        self.at = start + size
        return data
