"""Page tokens: where a page ended, as a text to hand in for the next.

    base64url(mp([checksum, size, given, number]))

A token says how large the log was when the first page was made (*size*): an
event that was logged later is on none of the pages, and no event is on two of
them, however the log grows. *given* counts the events of all pages so far;
*number* tells which event of the log was the last.

The checksum, of these three, the ledger's name and the query's digest, shows
that a token was cut, changed, or belongs to another query or ledger. It is no
signature: whoever makes up a token chooses only where to go on reading in the
answer to a query that they may ask anyway.
"""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from provenance.encoding.canonical import decode_flat, encode
from provenance.encoding.digest import Hash, sha256
from provenance.errors import MalformedError

_CONTEXT = "provenance/page/v1"
_CHECKSUM_SIZE = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")
_FIELDS = [bytes, int, int, int]


class PageEnd(NamedTuple):
    """Where a page ended.

    Attributes:
        size: The log's size when the first page was made.
        given: How many events there were on this page and those before.
        number: Which event of the log the last of them is, from 0.
    """

    size: int
    given: int
    number: int


def format_token(end: PageEnd, *, query: Hash, origin: str) -> str:
    """Return the token of *end*, for the query with that digest."""
    bound = encode([_CONTEXT, origin, query, *end])
    data = encode([sha256(bound)[:_CHECKSUM_SIZE], *end])
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def parse_token(token: str, *, query: Hash, origin: str) -> PageEnd:
    """Return where the page ended that *token* came with.

    Raises:
        MalformedError: It is no token, or one of another query or ledger.
    """
    end = _read(token)
    # One text for one place: what differs in any bit is another token.
    if end is None or format_token(end, query=query, origin=origin) != token:
        raise MalformedError(
            f"nextPageToken: {token[:40]!r} did not come with a page of this"
            " query: ask for the first page again"
        )
    return end


def _read(token: str) -> PageEnd | None:
    if _TOKEN.fullmatch(token) is None:
        return None
    try:
        data = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        return None
    fields = decode_flat(data, _FIELDS)
    return None if fields is None else PageEnd(*fields[1:])
