"""A stream that is too long for memory, made while it is read."""

import io


class LongStream(io.RawIOBase):
    """*head*, *count* times *middle*, and *tail*."""

    def __init__(
        self, head: bytes, middle: bytes, count: int, tail: bytes
    ) -> None:
        self._head = head
        self._middle = middle
        self._many = middle * (2**20 // len(middle) + 2)
        self._tail = tail
        self._end_of_middle = len(head) + count * len(middle)
        self.size = self._end_of_middle + len(tail)
        self._at = 0

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        assert whence == 0
        self._at = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        assert size >= 0
        end = min(self._at + size, self.size)
        parts = []
        while self._at < end:
            part = self._from_here()[: end - self._at]
            parts.append(part)
            self._at += len(part)
        return b"".join(parts)

    def _from_here(self) -> bytes:
        if self._at < len(self._head):
            return self._head[self._at :]
        if self._at >= self._end_of_middle:
            return self._tail[self._at - self._end_of_middle :]
        begin = (self._at - len(self._head)) % len(self._middle)
        return self._many[begin : begin + self._end_of_middle - self._at]
