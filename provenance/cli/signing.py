"""Who signs: the actor, and its key from a file."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from provenance.encoding.digest import Hash
from provenance.errors import UnknownActorError
from provenance.gs1 import canonical_item
from provenance.keys import Signer
from provenance.store.keyfile import read_key


class Signatory(NamedTuple):
    """An actor with its key."""

    issuer: str
    signer: Signer


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
    signer = read_key(key_file)
    if issuer is not None:
        return Signatory(canonical_item(issuer), signer)
    key_id = signer.verifier.key_id
    owner = find_owner(key_id)
    if owner is not None:
        return Signatory(owner, signer)
    raise UnknownActorError(
        f"no actor of this ledger has the key in {key_file}"
        f" ({key_id.hex()[:16]})"
    )
