import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.canonical import MAX_INT
from provenance.encoding.digest import Hash, sha256
from provenance.epcis.page_token import PageEnd, format_token, parse_token
from provenance.errors import MalformedError

QUERY = Hash(sha256(b"query"))
ORIGIN = "ledger.example/tests"
END = PageEnd(size=1_000_000, given=30, number=123_456)

places = st.integers(0, MAX_INT)


@given(places, places, places)
def test_a_token_leads_back_to_its_place(
    size: int, given_: int, number: int
) -> None:
    end = PageEnd(size, given_, number)
    token = format_token(end, query=QUERY, origin=ORIGIN)
    assert parse_token(token, query=QUERY, origin=ORIGIN) == end


def test_a_token_can_stand_in_an_address() -> None:
    token = format_token(END, query=QUERY, origin=ORIGIN)
    assert token.replace("-", "").replace("_", "").isalnum()
    assert len(token) < 50


def test_a_token_of_another_query_or_ledger_is_refused() -> None:
    token = format_token(END, query=QUERY, origin=ORIGIN)
    for query, origin in (
        (Hash(sha256(b"other")), ORIGIN),
        (QUERY, "other.example"),
    ):
        with pytest.raises(MalformedError, match="first page again"):
            parse_token(token, query=query, origin=origin)


def test_every_change_of_a_token_is_noticed() -> None:
    token = format_token(END, query=QUERY, origin=ORIGIN)
    for at in range(len(token)):
        for char in "AZ09-_":
            changed = token[:at] + char + token[at + 1 :]
            if changed != token:
                with pytest.raises(MalformedError):
                    parse_token(changed, query=QUERY, origin=ORIGIN)
        for cut in (token[:at], token[at + 1 :]):
            with pytest.raises(MalformedError):
                parse_token(cut, query=QUERY, origin=ORIGIN)
    for padded in (token + "=", token + "A", f" {token}", token + "\n"):
        with pytest.raises(MalformedError):
            parse_token(padded, query=QUERY, origin=ORIGIN)


@given(st.text(max_size=200))
def test_nothing_else_is_a_token(text: str) -> None:
    with pytest.raises(MalformedError, match=r"^nextPageToken: "):
        parse_token(text, query=QUERY, origin=ORIGIN)


def test_a_token_of_other_fields_is_refused() -> None:
    for junk in ("AA", "kAA", "wA", "A"):
        with pytest.raises(MalformedError):
            parse_token(junk, query=QUERY, origin=ORIGIN)
