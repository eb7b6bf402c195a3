"""Keys from secrets: HKDF-SHA256 (RFC 5869), of 32 bytes and so one block."""

import hmac


def derive(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """Return the 32 bytes that *secret* gives for the purpose *info*."""
    drawn = hmac.digest(salt, secret, "sha256")
    return hmac.digest(drawn, info + b"\x01", "sha256")
