"""Access: who may read what.

Everybody may read what is proven of an item: its page, its bundle, its trail,
receipts, the log. A query shows more: who sold what to whom, and what else was
on the pallet. So queries, and all that a token below is for, take a reader's
token, unless the operator set `open_queries`; then everybody may query.

The file that `reader_tokens` names has one token a line: its SHA-256, and
behind it what it lets its holder see.

    3f0a…9c all reveal statements                 # the operator
    77b1…02 prefix:9506000 prefix:9506001         # a brand owner
    90aa…1f item:https://id.gs1.org/00/095060001343520009
    c4d2…77 actor:did:web:dairy.example           # what the dairy signed

    all          everything
    prefix:…     the items that are made under that GS1 company prefix
    item:…       that item, in any of its spellings
    actor:…      the events that the actor signed, whole, with what they conceal
    reveal       also what is concealed in events of these items
    statements   also what any actor or key signed of these items

What is outside of a token's scope is left out before a query looks
(`provenance.ledger.scope`). What is `#` and behind it is for people.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

from fastapi import Request

from provenance.errors import MalformedError
from provenance.gs1 import read_item
from provenance.ledger.scope import Scope
from provenance.problems.table import OUT_OF_SCOPE
from provenance_node.problems import RefusedError
from provenance_node.settings import Settings
from provenance_node.tokens import read_tokens, require_token

REALM = "read"

NEVER_KEPT = "no-store"
"""What caches may do with what is shown to one reader alone."""


class TokenHolder(NamedTuple):
    """Somebody who reads.

    Attributes:
        scope: What belongs to it; None if it may see all.
        may_reveal: Whether it may see what events in its scope conceal.
        may_list: Whether it may ask what anybody signed of its scope.
    """

    scope: Scope | None = None
    may_reveal: bool = False
    may_list: bool = False

    def require_item(self, text: str) -> None:
        """Check that something of the item that *text* names can be shown.

        Raises:
            RefusedError: It is none of this reader's.
        """
        # Of an actor's own events any item may be asked for.
        if self.scope is None or self.scope.actors:
            return
        # What names no item, a pattern say, finds what it finds in the scope.
        with suppress(MalformedError):
            if not self.scope.has(read_item(text)):
                raise _out_of_scope("that item is not in this token's scope")

    def require_all(self) -> None:
        """Check that this reader may see all.

        Raises:
            RefusedError: It may not.
        """
        if self.scope is not None:
            raise _out_of_scope("that is for who may see all")

    def signers_revealed(self, item: str) -> frozenset[str] | None:
        """Return whose events of *item* are shown with what they conceal.

        None for everybody's.

        Raises:
            RefusedError: Nobody's.
        """
        if self.may_reveal and (self.scope is None or self.scope.has(item)):
            return None
        if self.scope is None or not self.scope.actors:
            raise _out_of_scope(
                f"this token does not show what events of {item} conceal"
            )
        return self.scope.actors

    def signers_listed(self, actor: str) -> frozenset[str] | None:
        """Return of whom this reader may see what they signed.

        None for everybody, as far as it is within its scope.

        Args:
            actor: The one that is asked for; "" for whoever has some key.

        Raises:
            RefusedError: Not of that one.
        """
        if self.may_list:
            return None
        own = frozenset() if self.scope is None else self.scope.actors
        if not own or (actor and actor not in own):
            raise _out_of_scope(
                "this token does not show what that actor signed"
            )
        return own


_ANYBODY = TokenHolder()
"""Who queries where queries are open."""


class Access:
    """Who may read what at one node.

    Attributes:
        is_open: Whether everybody may query.
    """

    def __init__(
        self, readers: Mapping[bytes, TokenHolder], *, is_open: bool
    ) -> None:
        self._readers = readers
        self.is_open = is_open

    @classmethod
    def read(cls, settings: Settings) -> Self:
        """Return what the operator's *settings* say.

        Raises:
            NotFoundError: There is no such file of tokens.
            RejectedError: Others than its owner can reach it.
            MalformedError: A line of it says something else.
            StoreError: It cannot be read.
        """
        readers: dict[bytes, TokenHolder] = {}
        if settings.reader_tokens:
            path = Path(settings.reader_tokens)
            readers = {
                digest: _read_line(path, said)
                for digest, said in read_tokens(path).items()
            }
        return cls(readers, is_open=settings.open_queries)

    def require(self, request: Request) -> TokenHolder:
        """Return whose token *request* has.

        Raises:
            RefusedError: It has none that counts.
        """
        sent = request.headers.get("authorization", "")
        return self._readers[require_token(sent, self._readers, realm=REALM)]

    def query(self, request: Request) -> TokenHolder:
        """Return who queries.

        Raises:
            RefusedError: Queries are not open, and *request* has no token
                that counts.
        """
        return _ANYBODY if self.is_open else self.require(request)

    @property
    def query_caching(self) -> str:
        """What caches may do with an answer to a query."""
        return "no-cache" if self.is_open else NEVER_KEPT


def _out_of_scope(detail: str) -> RefusedError:
    return RefusedError(OUT_OF_SCOPE, detail)


def _read_line(path: Path, said: str) -> TokenHolder:
    """Return what a line of tokens says behind the hash.

    Raises:
        MalformedError: It is none of the words above, or gives no scope.
    """
    found: dict[str, set[str]] = {
        "prefix": set(),
        "item": set(),
        "actor": set(),
    }
    rights: set[str] = set()
    for word in said.split():
        if word.startswith("#"):
            break
        kind, colon, value = word.partition(":")
        if colon and kind in found and value:
            known = value if kind == "prefix" else read_item(value)
            found[kind].add(known)
        elif word in {"all", "reveal", "statements"}:
            rights.add(word)
        else:
            raise MalformedError(
                f"{path}: {word[:80]!r} is no scope: write all, prefix:…,"
                " item:…, actor:…, and perhaps reveal and statements"
            )
    is_all = "all" in rights
    if is_all == any(found.values()):
        raise MalformedError(
            f"{path}: a token is for all, or for some prefixes, items and"
            f" actors: {said[:80]!r} says neither, or both"
        )
    scope = Scope(
        frozenset(found["prefix"]),
        frozenset(found["item"]),
        frozenset(found["actor"]),
    )
    return TokenHolder(
        None if is_all else scope, "reveal" in rights, "statements" in rights
    )
