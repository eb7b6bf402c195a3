"""Who signs: the actor, and its key from a file."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from provenance.encoding.digest import Hash
from provenance.errors import UnknownActorError
from provenance.gs1 import canonical_item
from provenance.keys import KeyHolder
from provenance.store.keyfile import read_key


class Signatory(NamedTuple):
    """An actor with its key."""

    issuer: str
    signer: KeyHolder


def find_signatory(
    find_owner: Callable[[Hash], str | None],
    key_file: Path,
    issuer: str | None,
) -> Signatory:
    """Return the actor *issuer* with the key in *key_file*.

    Args:
        find_owner: Returns the actor whose key that is; None for nobody's.
        key_file: The actor's private key.
        issuer: The actor; None for the one that the ledger knows to have
            this key.

    Raises:
        UnknownActorError: No actor has that key.
    """
    return signatory_of(
        read_key(key_file), issuer, find_owner=find_owner, where=str(key_file)
    )


def signatory_of(
    signer: KeyHolder,
    issuer: str | None,
    *,
    find_owner: Callable[[Hash], str | None],
    where: str = "",
) -> Signatory:
    """Return the actor *issuer* with the key that *signer* holds.

    The arguments, and what it raises, are those of `find_signatory`; *where*
    is what to call the key's place.
    """
    if issuer is not None:
        return Signatory(canonical_item(issuer), signer)
    key_id = signer.verifier.key_id
    owner = find_owner(key_id)
    if owner is not None:
        return Signatory(owner, signer)
    raise UnknownActorError(
        f"no actor of this ledger has the key{f' in {where}' if where else ''}"
        f" ({key_id.hex()[:16]})"
    )
