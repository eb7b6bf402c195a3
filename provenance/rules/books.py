"""Which book counts at which index of a log.

A trust says so by ids alone; the books themselves come with the program, from
the log (an entry each), or from files. A book that is not at hand is never
replaced by another.

In full: `FORMATS.md`, section 17.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from provenance.encoding.digest import Hash, sha256
from provenance.errors import MalformedError, UnknownBookError
from provenance.rules.book import (
    AssessmentBook,
    EvidenceBook,
    assessment,
    baseline,
    parse_book,
    shipped,
)


class BookRef(NamedTuple):
    """A book as a trust names it.

    Attributes:
        id: The hash of its bytes.
        start: The log index from which it counts.
    """

    id: Hash
    start: int


BASELINE = (BookRef(baseline().id, 0),)
"""What a trust names that says nothing of books."""


class Books:
    """The books of one ledger."""

    def __init__(
        self,
        evidence: Sequence[tuple[int, EvidenceBook]],
        told: Sequence[tuple[int, AssessmentBook]],
    ) -> None:
        """Take books, each with the index from which it counts, rising."""
        self._starts = [start for start, _ in evidence]
        self._evidence = [book for _, book in evidence]
        self._told = [*told]

    @classmethod
    def resolve(
        cls, named: Iterable[BookRef], found: Iterable[bytes] = ()
    ) -> "Books":
        """Return the books that a trust names.

        Args:
            named: Its rows.
            found: The bytes of books at hand, beside those that come with
                this program. What is no book, or of none that is named, is
                left out.

        Raises:
            UnknownBookError: One of them is not at hand, or of a later
                format.
            MalformedError: One of them is no book.
        """
        at_hand = {**shipped(), **{sha256(book): book for book in found}}
        evidence: list[tuple[int, EvidenceBook]] = []
        told: list[tuple[int, AssessmentBook]] = []
        for ref in named:
            if ref.id not in at_hand:
                raise UnknownBookError(
                    f"the rule book {ref.id.hex()}, which counts from entry"
                    f" {ref.start} on, is not at hand",
                    book=ref.id,
                )
            book = parse_book(at_hand[ref.id])
            if isinstance(book, EvidenceBook):
                evidence.append((ref.start, book))
            else:
                told.append((ref.start, book))
        if not evidence or evidence[0][0] != 0:
            evidence.insert(0, (0, baseline()))
        return cls(evidence, told)

    def at(self, log_index: int) -> EvidenceBook:
        """Return the evidence book by which that entry is judged."""
        return self._evidence[bisect_right(self._starts, log_index) - 1]

    @property
    def assessment(self) -> AssessmentBook:
        """The latest assessment book: what is told is told as of now."""
        return self._told[-1][1] if self._told else assessment()


def check_refs(named: Sequence[BookRef]) -> None:
    """Check that a trust's rows can be those of one ledger.

    Raises:
        MalformedError: Their indexes do not rise, or a book is there twice.
    """
    if any(ref.start < 0 for ref in named) or list(named) != sorted(
        named, key=lambda ref: ref.start
    ):
        raise MalformedError("books stand in the order in which they count")
    if len(set(named)) != len(named):
        raise MalformedError("a book is named twice from one entry on")
