"""Who and what the vectors are about: their own ids, keys and times."""

from hashlib import sha256

from provenance.keys import Signer

ORIGIN = "ledger.example/world"
OWNER = "did:web:operator.example"
MAKER, CARRIER, CUSTOMS = (
    f"did:web:{name}.example" for name in ("maker", "carrier", "customs")
)

START = 1_750_000_000_000
MINUTE = 60_000
DAY = 24 * 60 * MINUTE

GTIN = "https://id.gs1.org/01/09506000134352"
LOT = f"{GTIN}/10/L7"
TRUST = f"provenance:trust:{ORIGIN}"
"""The item whose trail are the versions of this ledger's trust."""


def can(number: int) -> str:
    """Return a unit of the product that all stories are about."""
    return f"{GTIN}/21/K{number:04}"


def sscc(number: int) -> str:
    """Return a carton, pallet or container."""
    digits = f"09506000{number:09}"
    odd, even = digits[::2], digits[1::2]
    total = 3 * sum(map(int, odd)) + sum(map(int, even))
    return f"https://id.gs1.org/00/{digits}{-total % 10}"


def signer_of(name: str) -> Signer:
    """Return the holder of the key whose seed is the hash of *name*."""
    return Signer.from_seed(sha256(name.encode()).digest())
