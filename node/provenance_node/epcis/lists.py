"""Lists: pages of what the node keeps itself, and the tokens between them.

A token says behind which element the page ended. The lists are ordered so
that what is added later never moves what a page had: jobs from the latest to
the earliest, queries by name.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from provenance.epcis.query import MAX_PER_PAGE, PER_PAGE
from provenance.epcis.query_values import read_count
from provenance.errors import MalformedError

_PARAMETERS = frozenset({"perPage", "nextPageToken"})


class PageRequest(NamedTuple):
    """Which page of a list is asked for.

    Attributes:
        most: How many elements it has.
        behind: The last element of the page before; "" for the first page.
    """

    most: int
    behind: str


def require_paging(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return the parameters in *pairs*, which say which page is wanted.

    Raises:
        MalformedError: One of them says something else, or stands twice.
    """
    found: dict[str, str] = {}
    for name, text in pairs:
        if name not in _PARAMETERS or name in found:
            raise MalformedError(
                f"{name[:80]!r}: here are perPage and nextPageToken, each once"
            )
        found[name] = text
    return found


def read_page(pairs: list[tuple[str, str]], *, of: str) -> PageRequest:
    """Return which page *pairs* ask for, of the list that is called *of*.

    Raises:
        MalformedError: They ask for none.
    """
    asked = require_paging(pairs)
    count = PER_PAGE
    if "perPage" in asked:
        try:
            count = read_count(asked["perPage"], most=MAX_PER_PAGE)
        except MalformedError as error:
            raise MalformedError(f"perPage: {error}") from error
    token = asked.get("nextPageToken")
    return PageRequest(count, "" if token is None else _read(token, of))


def format_token(behind: str, *, of: str) -> str:
    """Return the token for the page behind that element."""
    return urlsafe_b64encode(f"{of} {behind}".encode()).rstrip(b"=").decode()


def _read(token: str, of: str) -> str:
    try:
        data = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        kind, _, behind = data.decode().partition(" ")
    except (binascii.Error, ValueError):
        kind = behind = ""
    # One text for one place: what differs in any bit is another token.
    if kind != of or format_token(behind, of=of) != token:
        raise MalformedError(
            f"nextPageToken: {token[:40]!r} came with no page of this list"
        )
    return behind
