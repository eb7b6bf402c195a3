"""Base64 has one spelling for each byte string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.base64 import decode_base64, encode_base64
from provenance.errors import MalformedError

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


@pytest.mark.parametrize(
    ("data", "text"),
    # RFC 4648, section 10.
    [
        (b"", ""),
        (b"f", "Zg=="),
        (b"fo", "Zm8="),
        (b"foo", "Zm9v"),
        (b"foob", "Zm9vYg=="),
        (b"fooba", "Zm9vYmE="),
        (b"foobar", "Zm9vYmFy"),
    ],
)
def test_the_examples_of_the_rfc_hold(data: bytes, text: str) -> None:
    assert encode_base64(data) == text
    assert decode_base64(text) == data


@given(st.binary())
def test_what_is_encoded_is_decoded_as_it_was(data: bytes) -> None:
    assert decode_base64(encode_base64(data)) == data


@given(st.text(alphabet=ALPHABET + "-_ \n\0é", max_size=12) | st.text())
def test_any_text_is_the_one_spelling_or_refused(text: str) -> None:
    try:
        data = decode_base64(text)
    except MalformedError:
        return
    assert encode_base64(data) == text


@pytest.mark.parametrize(
    "text",
    [
        "Zh==",
        "Zm9=",
        "Zg",
        "Zg=",
        "Zg===",
        "=Zg=",
        "Zg==Zg==",
        " Zg==",
        "Zg==\n",
        "Z\ng==",
        "Z_==",
        "Zg==\0",
        "Zé==",
        "====",
        "Zm9v=",
    ],
)
def test_a_second_spelling_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="base64"):
        decode_base64(text)
