"""Actors as JSON: what a node and the command line tell of one.

    {"id": "did:web:maker.example", "name": "A maker", "is_authority": false,
     "enrolled_by": "did:web:authority.example",
     "keys": [{"id": "5f0c…", "public_key": "AP8…", "added": 3,
               "revoked": 9, "reason": "stolen"}],
     "grants": [{"id": "77d1…", "role": "producer", "prefixes": ["9521001"],
                 "places": [], "from": null, "until": null,
                 "may_grant": false, "granted_by": "did:web:authority.example",
                 "parent": null, "added": 4, "revoked": null}]}

`added` and `revoked` are indexes of the log's entries; -1 stands for the trust
file, as does an empty `enrolled_by`. Times are ms since 1970. There are no
secrets in it.
"""

from collections.abc import Callable
from typing import TypeVar

from provenance.claims.actor import Grant
from provenance.claims.permission import HeldGrant
from provenance.claims.registry import Actor, ActorKey
from provenance.encoding.base64 import decode_base64, encode_base64
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.strict_json import JSON
from provenance.errors import MalformedError

_T = TypeVar("_T")


def actor_to_json(actor: Actor) -> dict[str, JSON]:
    """Return *actor* as a JSON object, its keys and grants in their order."""
    return {
        "id": actor.id,
        "name": actor.name,
        "is_authority": actor.is_authority,
        "enrolled_by": actor.enrolled_by,
        "keys": [
            {
                "id": key_id.hex(),
                "public_key": encode_base64(key.data),
                "added": key.added,
                "revoked": key.revoked,
                "reason": key.reason,
            }
            for key_id, key in actor.keys.items()
        ],
        "grants": [_grant_to_json(held) for held in actor.grants.values()],
    }


def read_actor(value: JSON) -> Actor:
    """Return the actor that `actor_to_json` made *value* of.

    How often a grant was passed on is not told: its `depth` is 0.

    Raises:
        MalformedError: It is none.
    """
    said = _Members(value)
    keys = [_read_key(key) for key in said.list("keys")]
    grants = [
        _read_grant(grant, said.text("id")) for grant in said.list("grants")
    ]
    return Actor(
        said.text("id"),
        said.text("name"),
        is_authority=said.flag("is_authority"),
        enrolled_by=said.text("enrolled_by"),
        keys={sha256(key.data): key for key in keys},
        grants={held.id: held for held in grants},
    )


def _grant_to_json(held: HeldGrant) -> dict[str, JSON]:
    given = held.grant
    return {
        "id": held.id.hex(),
        "role": given.role,
        "prefixes": list[JSON](given.prefixes),
        "places": list[JSON](given.places),
        "from": given.start,
        "until": given.until,
        "may_grant": given.may_grant,
        "granted_by": held.granted_by,
        "parent": None if held.parent is None else held.parent.hex(),
        "added": held.added,
        "revoked": held.revoked,
    }


def _read_key(value: JSON) -> ActorKey:
    said = _Members(value)
    key = ActorKey(
        decode_base64(said.text("public_key")),
        said.number("added"),
        said.number_or_none("revoked"),
        said.text("reason"),
    )
    if said.hash("id") != sha256(key.data):
        raise MalformedError("a key of an actor has the id of another key")
    return key


def _read_grant(value: JSON, actor_id: str) -> HeldGrant:
    said = _Members(value)
    given = Grant(
        actor_id,
        said.text("role"),
        said.texts("prefixes"),
        said.texts("places"),
        said.number_or_none("from"),
        said.number_or_none("until"),
        said.flag("may_grant"),
    )
    return HeldGrant(
        said.hash("id"),
        given,
        said.text("granted_by"),
        said.hash_or_none("parent"),
        said.number("added"),
        said.number_or_none("revoked"),
    )


class _Members:
    """The members of a JSON object, each of the type that is asked for."""

    def __init__(self, value: JSON) -> None:
        if not isinstance(value, dict):
            raise MalformedError("an actor, a key and a grant are objects")
        self._members = value

    def text(self, name: str) -> str:
        return self._of(name, lambda v: v if isinstance(v, str) else None)

    def flag(self, name: str) -> bool:
        return self._of(name, lambda v: v if isinstance(v, bool) else None)

    def number(self, name: str) -> int:
        return self._of(name, _number)

    def number_or_none(self, name: str) -> int | None:
        return None if self._get(name) is None else self.number(name)

    def list(self, name: str) -> list[JSON]:
        return self._of(name, lambda v: v if isinstance(v, list) else None)

    def texts(self, name: str) -> tuple[str, ...]:
        found = [text for text in self.list(name) if isinstance(text, str)]
        if len(found) != len(self.list(name)):
            raise MalformedError(f"{name!r} of an actor is not all text")
        return tuple(found)

    def hash(self, name: str) -> Hash:
        try:
            return Hash(bytes.fromhex(self.text(name)))
        except ValueError as error:
            raise MalformedError(f"{name!r} of an actor is no hash") from error

    def hash_or_none(self, name: str) -> Hash | None:
        return None if self._get(name) is None else self.hash(name)

    def _get(self, name: str) -> JSON:
        if name not in self._members:
            raise MalformedError(f"an actor is told without {name!r}")
        return self._members[name]

    def _of(self, name: str, read: Callable[[JSON], _T | None]) -> _T:
        found = read(self._get(name))
        if found is None:
            raise MalformedError(f"{name!r} of an actor is of another type")
        return found


def _number(value: JSON) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value
