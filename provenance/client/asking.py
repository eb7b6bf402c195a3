"""Asking: what to ask a node for, and what to make of its answers.

A client's verb is a generator here: it yields requests, is sent the answer of
each, or has thrown into it what the asking raised, and returns what the verb
does. No line of it knows how a request travels, so that a client that blocks
and one that does not are the same client:

    request = next(verb)
    request = verb.send(answer)     and so on, until StopIteration.value
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from provenance.claims.actor_json import read_actor
from provenance.claims.registry import Actor
from provenance.claims.statement import parse_entry
from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.encoding.instant import Instant, to_ms
from provenance.encoding.strict_json import JSON, parse_json
from provenance.errors import InvalidProofError, MalformedError
from provenance.gs1 import read_item
from provenance.ledger.reveal import Revealed, read_hash, read_revealed
from provenance.ledger.signed import SignedEvent, read_signed
from provenance.proof.bundle import MAX_BUNDLE_SIZE
from provenance.proof.bundle import MEDIA_TYPE as BUNDLE
from provenance.proof.opening import open_trusted, require_quorum
from provenance.proof.receipt import Receipt, verify_receipt
from provenance.proof.trust import Trust
from provenance.proof.verdict import Verdict
from provenance.proof.verify import examine_bundle
from provenance.tlog.checkpoint import SignedCheckpoint
from provenance.tlog.growth import require_growth
from provenance.tlog.tile import TILE_WIDTH, nodes_from, tile_at

JSON_TYPE = "application/json"

_MOST_TEXT = 2**20
_TEXT = "text/plain"

_T = TypeVar("_T")


class Request(NamedTuple):
    """What to ask a node. It must do no harm to ask twice.

    Attributes:
        path: From the node's own root on, encoded as URLs are.
        accept: The media type that is wanted.
        most_bytes: How large the answer may be.
        body: What to send: then it is a POST, else a GET.
        media_type: What that is.
    """

    path: str
    accept: str
    most_bytes: int
    body: bytes | None = None
    media_type: str = ""


Asking = Generator[Request, bytes, _T]
"""A verb: yields requests, is sent the bodies of the answers."""

Parameters = Mapping[str, str | int | Sequence[str]]
"""Those of SimpleEventQuery; any of several values may hold."""


class EventsPage(NamedTuple):
    """Events that match, as a node finds and tells them.

    Attributes:
        events: Each as the node's /docs describe it (`listEvents`).
        size: The size of the log that the answer stands on.
        next_page_token: What the next page is asked for with; None if there
            is none.
    """

    events: list[dict[str, JSON]]
    size: int
    next_page_token: str | None


class SignedPage(NamedTuple):
    """What an actor, or one key, signed, as a node tells it.

    Attributes:
        issuer: The actor.
        keys: The ids of those of its keys that were asked for.
        events: What it signed, event by event.
        following: The first entry of the next page; None if there is none.
    """

    issuer: str
    keys: list[Hash]
    events: list[SignedEvent]
    following: int | None


class Questions:
    """The verbs of a client that has *trust*. What they promise, `Client` says.

    Attributes:
        trust: The caller's own trust file.
        clock: Returns the time, in ms since 1970.
    """

    def __init__(
        self, *, trust: Trust, log_prefix: str, clock: Callable[[], int]
    ) -> None:
        self.trust = trust
        self.clock = clock
        self._log_prefix = log_prefix

    def receipt(self, entry: bytes) -> Asking[Receipt]:
        """Ask for the proof that *entry* is in the log."""
        parsed = parse_entry(entry)
        name = f"{parsed.header.issued_at}-{parsed.statement_id.hex()}"
        answer = yield Request(
            f"/v1/statements/{name}/receipt", _TEXT, _MOST_TEXT
        )
        index = verify_receipt(
            answer, entry=entry, trust=self.trust, now=self.clock()
        )
        # The proof was ASCII, or it had been none.
        return Receipt(index, parsed.statement_id, answer.decode(), entry)

    def bundle(self, item: str, start: int | None) -> Asking[bytes]:
        """Ask for the bundle of *item*."""
        return (yield from _item(read_item(item), "bundle", BUNDLE, start))

    def verify(self, item: str, start: int | None) -> Asking[Verdict]:
        """Ask for the bundle of *item*, and examine it."""
        data = yield from self.bundle(item, start)
        # As it is written: a label says more than the item's id.
        return examine_bundle(
            data, trust=self.trust, now=self.clock(), item=item
        )

    def trail(self, item: str, start: int | None) -> Asking[dict[str, JSON]]:
        """Ask for the story of *item* as the node tells it."""
        answer = yield from _item(read_item(item), "trail", JSON_TYPE, start)
        return read_object(answer)

    def events(
        self, parameters: Parameters, token: str | None = None
    ) -> Asking[EventsPage]:
        """Ask for one page of the events that match."""
        asked = {
            name: value if isinstance(value, str | int) else "|".join(value)
            for name, value in parameters.items()
        }
        if token is not None:
            asked["nextPageToken"] = token
        answer = yield Request(
            "/v1/events?" + urlencode(asked), JSON_TYPE, MAX_BUNDLE_SIZE
        )
        page = read_object(answer)
        found, following = page.get("events"), page.get("next_page_token")
        size = page.get("size")
        # A node could lead on from one empty page to the next for ever.
        if not isinstance(found, list) or (following is not None and not found):
            raise MalformedError("the node's page has no events")
        if not isinstance(following, str | None) or not isinstance(size, int):
            raise MalformedError("the node's page has no token or no size")
        rows = [row for row in found if isinstance(row, dict)]
        if len(rows) < len(found):
            raise MalformedError("the node's event is no JSON object")
        return EventsPage(rows, size, following)

    def concealed(
        self, item: str, fields: Sequence[str], start: int
    ) -> Asking[tuple[list[Revealed], int | None]]:
        """Ask for one page of what is concealed, and where the next starts."""
        item = read_item(item)
        asked = [("from", str(start)), *(("field", each) for each in fields)]
        answer = yield Request(
            f"/v1/items/{quote(item, safe='')}/concealed?{urlencode(asked)}",
            JSON_TYPE,
            MAX_BUNDLE_SIZE,
        )
        page = read_object(answer)
        rows = page.get("fields")
        if not isinstance(rows, list):
            raise MalformedError("the node's page has no fields")
        found = [read_revealed(row) for row in rows if isinstance(row, dict)]
        return found, _following(page, start)

    def statements(  # noqa: PLR0913  # each by name
        self,
        *,
        issuer: str | None,
        key: str | None,
        since: Instant | None,
        until: Instant | None,
        start: int,
        stop: int | None,
    ) -> Asking[SignedPage]:
        """Ask for one page of what somebody signed."""
        asked = {
            "issuer": issuer,
            "key": key,
            "since": None if since is None else to_ms(since),
            "until": None if until is None else to_ms(until),
            "from": start,
            "before": stop,
        }
        said = {
            name: value for name, value in asked.items() if value is not None
        }
        answer = yield Request(
            f"/v1/statements?{urlencode(said)}", JSON_TYPE, MAX_BUNDLE_SIZE
        )
        page = read_object(answer)
        match page:
            case {
                "issuer": str(actor),
                "keys": list(keys),
                "events": list(rows),
            }:
                return SignedPage(
                    actor,
                    [read_hash(each) for each in keys],
                    [read_signed(row) for row in rows if isinstance(row, dict)],
                    _following(page, start),
                )
            case _:
                raise MalformedError("the node's page has no statements")

    def actors(
        self, key_id: bytes | None, start: int
    ) -> Asking[tuple[list[Actor], int | None]]:
        """Ask for one page of the actors, and where the next one starts."""
        asked: dict[str, str | int] = {"start": start}
        if key_id is not None:
            asked["key"] = key_id.hex()
        answer = yield Request(
            "/v1/actors?" + urlencode(asked), JSON_TYPE, MAX_BUNDLE_SIZE
        )
        page = read_object(answer)
        rows, following = page.get("actors"), page.get("next")
        if not isinstance(rows, list):
            raise MalformedError("the node's page has no actors")
        if following is None:
            return [read_actor(row) for row in rows], None
        # A node could lead on from one empty page to the next for ever.
        stop = start + len(rows)
        if following != stop or not rows:
            raise MalformedError("the node's next page does not follow")
        return [read_actor(row) for row in rows], stop

    def actor(self, actor_id: str) -> Asking[Actor]:
        """Ask for one actor."""
        actor_id = read_item(actor_id)
        path = f"/v1/actors/{quote(actor_id, safe='')}"
        answer = yield Request(path, JSON_TYPE, MAX_BUNDLE_SIZE)
        actor = read_actor(read_object(answer).get("actor"))
        if actor.id != actor_id:
            raise MalformedError("the node tells of another actor")
        return actor

    def checkpoint(self) -> Asking[SignedCheckpoint]:
        """Ask for the log's latest checkpoint."""
        answer = yield Request(
            f"{self._log_prefix}/checkpoint", _TEXT, _MOST_TEXT
        )
        signed = open_trusted(_decode(answer), self.trust)
        require_quorum(signed, self.trust, now=self.clock())
        return signed

    def require_extension(
        self, old: SignedCheckpoint, new: SignedCheckpoint
    ) -> Asking[tuple[Hash, ...]]:
        """Ask for the tiles that prove *new* to extend *old*."""
        size = new.checkpoint.size
        tiles: dict[str, bytes] = {}

        def read_tile(level: int, number: int) -> bytes:
            tile = tile_at(level, number, size)
            if tile is None:
                raise InvalidProofError(f"a log of {size} has no such tile")
            if tile.path not in tiles:
                raise _MissingTile(tile.path)
            return tiles[tile.path]

        while True:
            try:
                return require_growth(old, new, nodes_from(read_tile))
            except _MissingTile as missing:
                tiles[missing.path] = yield Request(
                    f"{self._log_prefix}/{missing.path}",
                    "application/octet-stream",
                    TILE_WIDTH * HASH_SIZE,
                )

    def trust_text(self) -> Asking[str]:
        """Ask for the trust file that the node gives."""
        answer = yield Request("/v1/trust", "application/toml", _MOST_TEXT)
        return _decode(answer)


class _MissingTile(Exception):  # noqa: N818  # it never leaves this module
    """A tile is needed that was not asked for yet."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def read_object(body: bytes) -> dict[str, JSON]:
    """Return the JSON object that an answer's *body* is.

    Raises:
        MalformedError: It is none.
    """
    value = parse_json(body)
    if not isinstance(value, dict):
        raise MalformedError("the node's answer is no JSON object")
    return value


def _following(page: Mapping[str, JSON], start: int) -> int | None:
    """Return where the page behind the one from *start* begins, if one does.

    Raises:
        MalformedError: It does not lead on: it would be asked for for ever.
    """
    following = page.get("next")
    if following is None:
        return None
    if not isinstance(following, int) or following <= start:
        raise MalformedError("the node's next page does not follow")
    return following


def _item(
    item: str, what: str, media_type: str, start: int | None
) -> Asking[bytes]:
    query = "" if start is None else f"?from={start}"
    return (
        yield Request(
            f"/v1/items/{quote(item, safe='')}/{what}{query}",
            media_type,
            MAX_BUNDLE_SIZE,
        )
    )


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("the node's answer is no text") from error
