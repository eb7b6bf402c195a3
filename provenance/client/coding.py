"""Content coding: what a node sent compressed, unpacked within bounds.

    Accept-Encoding: zstd, gzip           what is asked for
    Content-Encoding: zstd                what the node may send (RFC 9110, 8.4)

Some bytes can unpack to a thousand times as many, so nothing is unpacked but
within a bound: a byte more than what was asked for may have ends it. Memory
holds what was received, what came of it so far, and the window, at most 8 MiB
for zstd (RFC 9659) and 32 KiB for gzip.
"""

import sys
import zlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

from provenance.errors import MalformedError
from provenance.extras import MissingExtraError

try:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
except ModuleNotFoundError as error:
    raise MissingExtraError(error.name, extra="client") from error

ACCEPTED = "zstd, gzip"
"""What is asked for: of two that are liked as much, a node takes one."""

IDENTITY = "identity"

_GZIP_HEADER = 16
_WINDOW_LOG = 23


class _Unpacked(NamedTuple):
    """What came of the first bytes of an answer.

    Attributes:
        body: At most as many bytes as were wanted.
        is_whole: Whether it ended.
        rest: What came behind its end.
    """

    body: bytes
    is_whole: bool
    rest: bytes


def unpack(body: bytes, coding: str, *, most: int) -> bytes:
    """Return what *body* is under its content *coding*.

    Args:
        body: As it was received.
        coding: What Content-Encoding says; `identity` without it.
        most: How many bytes it may have.

    Raises:
        MalformedError: It is under another coding, or is not what that says,
            or stops too early or too late, or has more than *most* bytes. No
            more than one of those was unpacked.
    """
    coding = coding.strip().lower()
    if coding == IDENTITY:
        return body
    unpacker = _UNPACKERS.get(coding)
    if unpacker is None:
        raise MalformedError(
            f"it is compressed as {coding[:40]!r}, which was not asked for"
        )
    try:
        found = unpacker(body, most + 1)
    except (zlib.error, zstd.ZstdError) as error:
        raise MalformedError(f"it is no {coding}: {error}") from error
    if len(found.body) > most:
        raise MalformedError(
            f"it unpacks to more than {most} bytes, which nothing that was"
            " asked for has"
        )
    if not found.is_whole:
        raise MalformedError(f"it ends in the middle of its {coding}")
    if found.rest:
        raise MalformedError(f"it goes on after the end of its {coding}")
    return found.body


def _gzip(body: bytes, most: int) -> _Unpacked:
    unpacker = zlib.decompressobj(_GZIP_HEADER + zlib.MAX_WBITS)
    found = unpacker.decompress(body, most)
    return _Unpacked(found, unpacker.eof, unpacker.unused_data)


def _zstd(body: bytes, most: int) -> _Unpacked:
    unpacker = zstd.ZstdDecompressor(
        options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
    )
    found = unpacker.decompress(body, most)
    return _Unpacked(found, unpacker.eof, unpacker.unused_data)


_UNPACKERS: Mapping[str, Callable[[bytes, int], _Unpacked]] = {
    "zstd": _zstd,
    "gzip": _gzip,
    "x-gzip": _gzip,
}
