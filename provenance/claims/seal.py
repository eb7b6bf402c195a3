"""A seal under the lid: a secret that shows once that a pack was opened.

The maker draws a random code for each unit, prints it under the seal, and
puts into the unit's item leaf the public key of

    seed     HKDF-SHA256(code, salt = H(unit id), info = "provenance/seal/v1")

Whoever opens the pack learns the code, and signs with that key

    opened   mp(["provenance/opened/v1", origin, unit id, nonce, hour])

so that nobody else can say it, and the code itself is never sent.

In full: `FORMATS.md`, section 18.
"""

from provenance.encoding.canonical import encode
from provenance.encoding.digest import sha256
from provenance.encoding.hkdf import derive
from provenance.errors import MalformedError
from provenance.keys import Signer

MIN_CODE_SIZE = 10
"""80 bits: fewer could be guessed."""

NONCE_SIZE = 16


def seal_signer(code: bytes, unit: str) -> Signer:
    """Return the key that the *code* under the seal of *unit* stands for.

    Raises:
        MalformedError: The code has fewer than 10 bytes.
    """
    if len(code) < MIN_CODE_SIZE:
        raise MalformedError(
            f"a seal's code has {MIN_CODE_SIZE} bytes or more, not {len(code)}"
        )
    salt = sha256(unit.encode())
    return Signer.from_seed(derive(code, salt=salt, info=b"provenance/seal/v1"))


def opened_message(origin: str, unit: str, nonce: bytes, hour: int) -> bytes:
    """Return what the key under the seal signs when *unit* was opened.

    Args:
        origin: The ledger that is to log it.
        unit: The unit's id.
        nonce: 16 random bytes.
        hour: When, in hours since 1970.

    Raises:
        MalformedError: The nonce has another length, or the hour is negative.
    """
    if len(nonce) != NONCE_SIZE or hour < 0:
        raise MalformedError(
            f"an opening has {NONCE_SIZE} random bytes and an hour since 1970"
        )
    return encode(["provenance/opened/v1", origin, unit, nonce, hour])
