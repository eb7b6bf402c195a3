"""Actors: who signs, with which keys, entitled to what.

An actor is enrolled, given keys and granted roles by events like any other,
whose one item is the actor, with the relation `actor`: its keys and grants
are its trail. Their bodies are:

    {type: "ActorEnrolled", actor, name, key, proof}
    {type: "RoleGranted", actor, role, may_grant,
                          prefixes?, places?, from?, until?}
    {type: "GrantRevoked", actor, grant, reason}
    {type: "KeyAdded", actor, key, proof}
    {type: "KeyRotated", actor, old, key, proof}
    {type: "KeyRevoked", actor, old, reason}

`name` has 1 to 200 characters, of which none is a control or turns the
direction of reading, and not all are spaces. `key` is a public key (32 bytes),
`old` the id of one, `grant` the id of the event that granted. `proof` shows
that the enrolled party holds the key: its signature over
mp(["provenance/key/v1", origin, actor, key]).

In full: `FORMATS.md`, section 10.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from provenance.claims.event import Event, Item, check_item_id, make_event
from provenance.encoding.canonical import Value, encode
from provenance.encoding.digest import Hash
from provenance.encoding.text import hides
from provenance.errors import MalformedError
from provenance.keys import KeyHolder, signature_of

ACTOR_RELATION = "actor"

ENROLLED = "ActorEnrolled"
GRANTED = "RoleGranted"
GRANT_REVOKED = "GrantRevoked"
KEY_ADDED = "KeyAdded"
KEY_ROTATED = "KeyRotated"
KEY_REVOKED = "KeyRevoked"

_MEMBERS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    ENROLLED: (frozenset({"name", "key", "proof"}), frozenset()),
    GRANTED: (
        frozenset({"role", "may_grant"}),
        frozenset({"prefixes", "places", "from", "until"}),
    ),
    GRANT_REVOKED: (frozenset({"grant", "reason"}), frozenset()),
    KEY_ADDED: (frozenset({"key", "proof"}), frozenset()),
    KEY_ROTATED: (frozenset({"old", "key", "proof"}), frozenset()),
    KEY_REVOKED: (frozenset({"old", "reason"}), frozenset()),
}
"""Type → the members it must have and may have, beside type and actor."""

ANY = "*"
"""Among a grant's prefixes: may create items under any identifier."""


@dataclass(frozen=True, slots=True)
class Grant:
    """That *actor* may act in *role*, within limits.

    Attributes:
        actor: Who may.
        role: As what.
        prefixes: Under which GS1 company prefixes (digits), or other id
            prefixes, it may create items; `*` for any, empty for none.
        places: At which places only; empty for everywhere.
        start: From which log time on, in ms since 1970; None for ever.
        until: Until which log time, in ms; None for ever.
        may_grant: Whether it may enrol others and grant them the same role
            within the same limits.
    """

    actor: str
    role: str
    prefixes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    start: int | None = None
    until: int | None = None
    may_grant: bool = False

    @property
    def is_dated(self) -> bool:
        """Whether it holds for a time only."""
        return self.start is not None or self.until is not None

    def covers(self, earliest: int, latest: int) -> bool:
        """Return whether it holds all the time from *earliest* to *latest*."""
        return (self.start is None or self.start <= earliest) and (
            self.until is None or latest <= self.until
        )

    def lets_create(self, owner_key: str) -> bool:
        """Return whether an item with that owner key is its to create."""
        return any(
            prefix == ANY or owner_key.startswith(prefix)
            for prefix in self.prefixes
        )

    def contains(self, other: "Grant") -> bool:
        """Return whether *other* asks for nothing that this does not give."""
        return (
            self.role == other.role
            and all(self.lets_create(prefix) for prefix in other.prefixes)
            and (not self.places or bool(other.places))
            and (not self.places or set(other.places) <= set(self.places))
            and (
                self.start is None
                or (other.start is not None and other.start >= self.start)
            )
            and (
                self.until is None
                or (other.until is not None and other.until <= self.until)
            )
        )


MAX_NAME = 200
"""How many characters an actor's name has, at most."""


# Letters and marks that show nothing, which no category tells from others.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def name_key(name: str) -> str:
    """Return what two names have in common that people take for one.

    That is without regard to case and width of letters, to spaces, and to what
    cannot be seen.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(
        each
        for each in unicodedata.normalize("NFKC", folded)
        if unicodedata.category(each) not in {"Cf", "Zs"}
        and each not in _BLANK
        and not "\ufe00" <= each <= "\ufe0f"
    )


def is_registry_event(body: Mapping[str, Value]) -> bool:
    """Return whether *body* is that of a registry event."""
    kind = body.get("type")
    return isinstance(kind, str) and kind in _MEMBERS


def enrol(
    actor: str, *, name: str, signer: KeyHolder, origin: str, secret: bytes
) -> Event:
    """Return the event that enrols *actor* under *signer*'s key."""
    key = signer.verifier.data
    proof = signature_of(signer, possession_message(origin, actor, key))
    return _about(
        actor,
        {"type": ENROLLED, "name": name, "key": key, "proof": proof},
        secret,
    )


def grant(given: Grant, *, secret: bytes) -> Event:
    """Return the event that gives *given*."""
    body: dict[str, object] = {
        "type": GRANTED,
        "role": given.role,
        "may_grant": given.may_grant,
    }
    if given.prefixes:
        body["prefixes"] = list(given.prefixes)
    if given.places:
        body["places"] = list(given.places)
    if given.start is not None:
        body["from"] = given.start
    if given.until is not None:
        body["until"] = given.until
    return _about(given.actor, body, secret)


def revoke_grant(
    actor: str, *, granted_by: Hash, reason: str, secret: bytes
) -> Event:
    """Return the event that ends the grant made by event *granted_by*."""
    body = {"type": GRANT_REVOKED, "grant": bytes(granted_by), "reason": reason}
    return _about(actor, body, secret)


def add_key(
    actor: str, *, signer: KeyHolder, origin: str, secret: bytes
) -> Event:
    """Return the event that gives *actor* one more key."""
    key = signer.verifier.data
    proof = signature_of(signer, possession_message(origin, actor, key))
    return _about(
        actor, {"type": KEY_ADDED, "key": key, "proof": proof}, secret
    )


def rotate_key(
    actor: str, *, old: Hash, signer: KeyHolder, origin: str, secret: bytes
) -> Event:
    """Return the event that puts *signer*'s key in the place of *old*."""
    key = signer.verifier.data
    proof = signature_of(signer, possession_message(origin, actor, key))
    body = {"type": KEY_ROTATED, "old": bytes(old), "key": key, "proof": proof}
    return _about(actor, body, secret)


def revoke_key(actor: str, *, old: Hash, reason: str, secret: bytes) -> Event:
    """Return the event after which nothing signed with *old* is admitted."""
    body = {"type": KEY_REVOKED, "old": bytes(old), "reason": reason}
    return _about(actor, body, secret)


def possession_message(origin: str, actor: str, key: bytes) -> bytes:
    """Return what a new key signs to show that its holder is the actor."""
    return encode(["provenance/key/v1", origin, actor, key])


def check_registry_body(
    body: Mapping[str, Value], items: Iterable[Item]
) -> None:
    """Check that a registry event has its members, of their types.

    Raises:
        MalformedError: It has not, or its one item is not the actor.
    """
    kind = str(body["type"])
    needed, allowed = _MEMBERS[kind]
    members = set(body) - {"type", "actor"}
    if missing := needed - members:
        raise MalformedError(f"{kind} needs {min(missing)!r}")
    if extra := members - needed - allowed:
        raise MalformedError(f"{kind} has no member {min(extra)!r}")
    for member, value in body.items():
        if not _TYPES[member](value):
            rule = "identity.name" if member == "name" else ""
            raise MalformedError(f"{kind} has a malformed {member!r}").under(
                rule
            )
    subject = [(item.relation, item.id) for item in items]
    if subject != [(ACTOR_RELATION, check_item_id(str(body.get("actor"))))]:
        raise MalformedError(f"the one item of {kind} is its actor")


def read_grant(body: Mapping[str, Value]) -> Grant:
    """Return the grant in the checked body of a RoleGranted event."""
    start, until = body.get("from"), body.get("until")
    return Grant(
        actor=str(body["actor"]),
        role=str(body["role"]),
        prefixes=tuple(_texts(body.get("prefixes"))),
        places=tuple(_texts(body.get("places"))),
        start=start if isinstance(start, int) else None,
        until=until if isinstance(until, int) else None,
        may_grant=body["may_grant"] is True,
    )


def _about(actor: str, body: Mapping[str, object], secret: bytes) -> Event:
    event = make_event(
        {**body, "actor": actor}, [Item(ACTOR_RELATION, actor)], secret=secret
    )
    check_registry_body(event.body, event.items)
    return event


def _texts(value: Value) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list) else []


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and value != ""


def _is_name(value: Value) -> bool:
    return (
        isinstance(value, str)
        and 1 <= len(value) <= MAX_NAME
        and not value.isspace()
        and not hides(value)
    )


def _is_texts(value: Value) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))


def _is_time(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_bytes(size: int) -> Callable[[Value], bool]:
    return lambda value: isinstance(value, bytes) and len(value) == size


_TYPES: Mapping[str, Callable[[Value], bool]] = {
    "type": _is_text,
    "actor": _is_text,
    "name": _is_name,
    "role": _is_text,
    "reason": _is_text,
    "prefixes": _is_texts,
    "places": _is_texts,
    "from": _is_time,
    "until": _is_time,
    "may_grant": lambda value: isinstance(value, bool),
    "key": _is_bytes(32),
    "old": _is_bytes(32),
    "grant": _is_bytes(32),
    "proof": _is_bytes(64),
}
