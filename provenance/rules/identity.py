"""Identity: what an actor may be called by.

An actor is a party: a DID, another URI, or by GS1's keys a party GLN. The key
of a unit, a lot, a logistic unit or a place names a thing, whose trail is that
of goods: who enrolled it as an actor would stop everything that is said of the
thing, its recall too.

In full: `FORMATS.md`, section 10.
"""

from provenance.errors import MalformedError
from provenance.gs1 import canonical_item

_GS1 = "https://id.gs1.org/"
_PARTY = "https://id.gs1.org/417/"


def is_party(item: str) -> bool:
    """Return whether *item* can be the id of an actor, and of no thing.

    Where events named such an id as an item it would have a trail of goods,
    and nobody could be enrolled by it any more.
    """
    return item.startswith(_PARTY) or item[:4].lower() == "did:"


def check_actor_id(actor: str) -> None:
    """Check that an actor may be enrolled by that id.

    Raises:
        MalformedError: It is not canonical, or the id of a thing.
    """
    if (canonical := canonical_item(actor)) != actor:
        raise MalformedError(
            f"the actor {actor[:80]!r} is not named in canonical form: write"
            f" {canonical!r}"
        ).under("identity.actor")
    is_thing = actor.startswith(_GS1) and not actor.startswith(_PARTY)
    # What such a URN names has a Digital Link, or is none of GS1's things.
    if is_thing or actor.lower().startswith("urn:epc:"):
        raise MalformedError(
            f"{actor[:80]!r} is the key of an item or a place, and an actor is"
            " a party: a DID, a URI of its own, a party GLN (417)"
        ).under("identity.actor")
