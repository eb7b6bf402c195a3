"""Acts about actors, ready to be appended: enrolling, granting, revoking.

    ledger.append(
        [provenance.enrol(DAIRY, name="A dairy", signer=key, origin=origin),
         provenance.grant(DAIRY, "producer", prefixes=["9521001"])],
        signer=authority_key, issuer=AUTHORITY,
    )

They are signed by an authority of the ledger, or by whoever may grant. Each
has a fresh secret, from which the salts of its leaves come. Actors and places
may be in any spelling that `read_item` takes.
"""

from collections.abc import Collection

from provenance.claims import actor as acts
from provenance.claims.actor import Grant
from provenance.claims.event import Event
from provenance.encoding.digest import Hash
from provenance.encoding.instant import Instant, to_ms
from provenance.gs1.reading import read_item
from provenance.intake.prepare import new_secret
from provenance.keys import KeyHolder


def enrol(actor: str, *, name: str, signer: KeyHolder, origin: str) -> Event:
    """Return the event that enrols *actor* with its first key.

    Args:
        actor: Its id.
        name: What people call it.
        signer: Its key, which signs a proof that the actor holds it; neither
            that key nor anything else secret is in the event.
        origin: The ledger that is to enrol it.

    Raises:
        MalformedError: *actor* is no id, or *name* is empty.
        InvalidSignatureError: What *signer* made is no signature of its key.
    """
    return acts.enrol(
        read_item(actor),
        name=name,
        signer=signer,
        origin=origin,
        secret=new_secret(),
    )


def grant(  # noqa: PLR0913  # each by its name
    actor: str,
    role: str,
    *,
    prefixes: Collection[str] = (),
    places: Collection[str] = (),
    start: Instant | None = None,
    until: Instant | None = None,
    may_grant: bool = False,
) -> Event:
    """Return the event that lets *actor* act in *role*, within limits.

    Args:
        actor: Its id.
        role: One of the ledger's roles, such as "producer".
        prefixes: The GS1 company prefixes, or the beginnings of other ids,
            under which it may create items; "*" for any.
        places: Where it may act; without any, everywhere.
        start: The time from which on it holds; None for always.
        until: The time until which it holds; None for ever.
        may_grant: Whether it may pass the role on, within the same limits.

    Raises:
        MalformedError: *actor* or a place is no id, or a limit is none.
        ValueError: A time has no time zone.
    """
    given = Grant(
        read_item(actor),
        role,
        tuple(prefixes),
        tuple(read_item(place) for place in places),
        None if start is None else to_ms(start),
        None if until is None else to_ms(until),
        may_grant,
    )
    return acts.grant(given, secret=new_secret())


def revoke_grant(actor: str, *, granted_by: Hash, reason: str) -> Event:
    """Return the event that ends the grant of *actor* made by that event.

    Raises:
        MalformedError: *actor* is no id, or *reason* is empty.
    """
    return acts.revoke_grant(
        read_item(actor),
        granted_by=granted_by,
        reason=reason,
        secret=new_secret(),
    )


def add_key(actor: str, *, signer: KeyHolder, origin: str) -> Event:
    """Return the event that gives *actor* the key *signer* beside others.

    Raises as `enrol` does.
    """
    return acts.add_key(
        read_item(actor), signer=signer, origin=origin, secret=new_secret()
    )


def rotate_key(
    actor: str, *, old: Hash, signer: KeyHolder, origin: str
) -> Event:
    """Return the event that puts the key *signer* in place of the key *old*.

    Args:
        actor: Its id.
        old: The id of the key that ends: `signer.verifier.key_id`.
        signer: The new key.
        origin: The ledger.

    Raises as `enrol` does.
    """
    return acts.rotate_key(
        read_item(actor),
        old=old,
        signer=signer,
        origin=origin,
        secret=new_secret(),
    )


def revoke_key(actor: str, *, old: Hash, reason: str) -> Event:
    """Return the event after which nothing signed with the key *old* counts.

    Raises as `revoke_grant` does.
    """
    return acts.revoke_key(
        read_item(actor), old=old, reason=reason, secret=new_secret()
    )
