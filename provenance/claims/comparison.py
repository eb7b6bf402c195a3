"""Tags: concealed values of one order, compared and not shown.

    class key   HKDF-SHA256(order secret, no salt,
                            info = "provenance/compare/v1" ‖ 0x00 ‖ class)
    tag         HMAC-SHA256(class key, mp([class, normal form]))

Equal values of one class have equal tags; of another order they have others.
A party is given the keys of the classes that its own document holds.

In full: `FORMATS.md`, section 18.
"""

import hmac

from provenance.encoding.canonical import encode
from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.encoding.hkdf import derive
from provenance.errors import MalformedError


def class_key(order_secret: bytes, kind: str) -> bytes:
    """Return the key of the values of class *kind* in one order: 32 bytes.

    Raises:
        MalformedError: The secret does not have 32 bytes.
    """
    if len(order_secret) != HASH_SIZE:
        raise MalformedError(
            f"an order's secret has {HASH_SIZE} bytes, not {len(order_secret)}"
        )
    info = b"provenance/compare/v1\x00" + kind.encode()
    return derive(order_secret, salt=bytes(HASH_SIZE), info=info)


def tag(key: bytes, kind: str, normal_form: str) -> Hash:
    """Return the tag of a value of class *kind*, under that class's *key*."""
    said = encode([kind, normal_form])
    return Hash(hmac.digest(key, said, "sha256"))
