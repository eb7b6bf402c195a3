"""A rule book is read whole, or refused with the place of what is wrong."""

from typing import Any

import pytest

from provenance.encoding.canonical import decode, encode
from provenance.encoding.digest import sha256
from provenance.errors import MalformedError, UnknownBookError
from provenance.rules.book import (
    MAX_BOOK_SIZE,
    AssessmentBook,
    assessment,
    baseline,
    parse_book,
)
from provenance.rules.books import BASELINE, BookRef, Books, check_refs
from provenance.rules.reading import unknown_word

ROW = ["epcList", 0, 0, "seen"]


def book_with(**changes: Any) -> bytes:
    said: Any = decode(baseline().data)
    return encode({**said, **changes})


def forms(*rows: object) -> dict[str, object]:
    return {"forms": list(rows)}


@pytest.mark.parametrize(("changes", "says"), [
    (forms(["X", "", [], []]), "type, action, lists, some, needs"),
    (forms(["X", ["ADD"], [], [], []]), "an action of EPCIS"),
    (forms(["X", "", [ROW[:3]], [], []]), "relation, least, most, effect"),
    (forms(["X", "", [[*ROW[:3], "eaten"]], [], []]), "one of about, "),
    (forms(["X", "", [ROW, ROW], [], []]), "none is there twice"),
    (forms(["X", "", [], [], [[]]]), "one kind at least"),
    (forms(["X", "", [], [], []], ["X", "", [], [], []]), "there twice"),
    ({"roles": []}, "a map of at most"),
    ({"steps": []}, "a map"),
    ({"owned": ["b", "b"]}, "rising order"),
    ({"quotas": {"events": -1}}, "0 or more"),
    ({"makes": [""]}, "text of 1 to"),
])  # fmt: skip
def test_a_book_of_another_form_is_refused(
    changes: dict[str, object], says: str
) -> None:
    with pytest.raises(MalformedError, match=says):
        parse_book(book_with(**changes))


def test_what_is_no_map_or_too_large_is_no_book() -> None:
    with pytest.raises(MalformedError, match="is a map"):
        parse_book(encode([1]))
    with pytest.raises(MalformedError, match="at most"):
        parse_book(bytes(MAX_BOOK_SIZE + 1))


def test_each_kind_of_book_counts_from_where_it_is_named() -> None:
    later = book_with(makes=[])
    told = encode({"format": "provenance/assessment-book/v1", "late_after": 1})
    named = (
        *BASELINE,
        BookRef(sha256(told), 0),
        BookRef(sha256(later), 7),
    )
    check_refs(named)
    books = Books.resolve(named, [later, told])
    assert books.at(6) is baseline()
    assert books.at(7).makes == frozenset()
    assert books.assessment.late_after == 1
    assert isinstance(books.assessment, AssessmentBook)
    assert Books.resolve(BASELINE).assessment is assessment()
    # Before the first that is named, the one that everybody has counts.
    assert Books.resolve(named[2:], [later]).at(0) is baseline()
    with pytest.raises(UnknownBookError, match="is not at hand"):
        Books.resolve(named, [later])
    for wrong in (
        named[::-1],
        (*BASELINE, *BASELINE),
        [BookRef(named[0].id, -1)],
    ):
        with pytest.raises(MalformedError):
            check_refs(wrong)


@pytest.mark.parametrize(("step", "unknown"), [
    ("sold_out", "sold_out"),
    ("cbv:BizStep-sold_out", "cbv:BizStep-sold_out"),
    ("urn:provenance:step:sold_out", "urn:provenance:step:sold_out"),
    ("shipping", None),
    ("recalled", None),
    ("zz:sold_out", None),
    ("not a word", None),
    (7, None),
])  # fmt: skip
def test_a_word_that_another_book_may_have_is_told_from_what_is_none(
    step: object, unknown: str | None
) -> None:
    body: Any = {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": step}
    assert unknown_word(body, baseline()) == unknown
