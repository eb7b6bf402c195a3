r"""Base64 with one spelling for every byte string (RFC 4648, section 4).

    b"\x00\xff"  <->  "AP8="

The padding is there, nothing else is, and the bits that encode nothing are
zero: "AP9=" stands for the same two bytes and is refused.
"""

from base64 import b64decode, b64encode

from provenance.errors import MalformedError


def encode_base64(data: bytes) -> str:
    """Return *data* in the standard alphabet, padded."""
    return b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Return the bytes that *text* is the one spelling of.

    Raises:
        MalformedError: It is not base64, or a second spelling.
    """
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        raise MalformedError(
            f"{len(text)} characters that are not padded base64"
        ) from None
    if encode_base64(data) != text:
        raise MalformedError("base64 that is not the one spelling of its bytes")
    return data
