"""Verifiers and ledgers of different rule books: no word makes a lie.

A ledger's book may know a step that an older program never heard of, and an
older ledger may have been judged by a book that is no longer the newest. What
counts is what the trust names: with that book at hand all is judged by it,
and without it nothing is.
"""

import copy
import dataclasses
import json
from importlib.resources import files
from typing import Any

import pytest

from provenance.claims.actor import Grant
from provenance.claims.versions import book_entry
from provenance.encoding.canonical import encode
from provenance.encoding.digest import Hash, sha256
from provenance.proof.bundle import Bundle
from provenance.proof.trust import Trust, format_trust, parse_trust
from provenance.proof.verdict import Outcome, Verdict
from provenance.proof.verify import examine_bundle
from provenance.rules.book import EvidenceBook, baseline, parse_book
from provenance.rules.books import BASELINE, BookRef, Books
from tests.world import World, can, faults

NEW_STEP = "urn:provenance:step:cold_checked"


def book_with(**changes: Any) -> bytes:
    """Return a book that knows one more step, and what *changes* say."""
    text = files("provenance.rules").joinpath("evidence-1.json").read_text()
    said = copy.deepcopy(json.loads(text))
    said["steps"]["own"] = sorted([*said["steps"]["own"], "cold_checked"])
    said["dispositions"] = sorted([*said["dispositions"], "chilled"])
    inspector = said["roles"]["inspector"]
    said["roles"]["inspector"] = sorted([*inspector, "cold_checked"])
    return encode({**said, **changes})


BOOK = book_with()
BOOK_ID = Hash(sha256(BOOK))


@dataclasses.dataclass
class Logged:
    """A ledger that took a new book into force at some entry."""

    world: World
    start: int

    @property
    def trust(self) -> Trust:
        """Return the trust file of those who know of it."""
        refs = (*BASELINE, BookRef(BOOK_ID, self.start))
        return dataclasses.replace(self.world.trust(), books=refs)

    def bundle(self, *, with_book: bool) -> Bundle:
        """Return the can's bundle, and the book's entry in it or not."""
        world = self.world
        world.commit()
        bundle = world.bundle(can(1), commit=False)
        if not with_book:
            return bundle
        at = world.entries.index(book_entry(BOOK))
        entries = (*bundle.entries, world.logged(at))
        again = dataclasses.replace(bundle, entries=entries)
        indexes = [
            len(world.entries) - 1,
            *(row.log_index for row in again.commitments),
            *(row.log_index for row in again.statements),
            *(row.log_index for row in entries),
        ]
        return dataclasses.replace(again, log_hashes=world.prove_log(indexes))

    def examine(self, bundle: Bundle, trust: Trust) -> Verdict:
        return examine_bundle(
            bundle.to_bytes(), trust=trust, now=self.world.now, item=can(1)
        )


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Logged:
    """Return a log in which an inspector uses a word of the new book."""
    book = parse_book(BOOK)
    assert isinstance(book, EvidenceBook)
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("9506000",)))
    lab = world.enrol("lab", Grant("", "inspector"))
    world.say(maker, world.made(can(1)))
    start = world.log(book_entry(BOOK)) + 1
    monkeypatch.setattr("tests.world.baseline", lambda: book)
    monkeypatch.setattr(
        "tests.world.BOOKS", Books([(0, baseline()), (start, book)], [])
    )
    event = world.seen(can(1), step=NEW_STEP, disposition="chilled")
    world.say(lab, event)
    return Logged(world, start)


def test_who_has_the_book_that_is_named_judges_by_it(newer: Logged) -> None:
    verdict = newer.examine(newer.bundle(with_book=True), newer.trust)
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)


def test_who_has_not_the_book_says_which_it_needs(newer: Logged) -> None:
    verdict = newer.examine(newer.bundle(with_book=False), newer.trust)
    assert verdict.outcome is Outcome.UNKNOWN
    (step,) = [step for step in verdict.steps if step.code == "PRV-1501"]
    assert BOOK_ID.hex() in step.detail


def test_a_trust_file_names_the_book_for_whoever_reads_it(
    newer: Logged,
) -> None:
    trust = parse_trust(format_trust(newer.trust))
    assert trust.books == newer.trust.books
    verdict = newer.examine(newer.bundle(with_book=True), trust)
    assert verdict.outcome is Outcome.VERIFIED


def test_an_older_trust_file_does_not_call_a_newer_word_a_lie(
    newer: Logged,
) -> None:
    """It names no book that knows the word: so it cannot tell."""
    # Every bundle of such a ledger shows the book, if it was not left out.
    bundle = newer.bundle(with_book=True)
    verdict = newer.examine(bundle, newer.world.trust())
    assert verdict.outcome is Outcome.UNKNOWN
    assert "PRV-1501" in faults(verdict)
    bundle = newer.bundle(with_book=False)
    verdict = newer.examine(bundle, newer.world.trust())
    assert verdict.outcome is Outcome.UNKNOWN
    assert "PRV-0803" in faults(verdict)


def test_a_newer_program_judges_an_older_ledger_by_its_own_book() -> None:
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("9506000",)))
    world.say(maker, world.made(can(1)))
    world.log(book_entry(BOOK))
    verdict = world.examine(world.bundle(can(1)), item=can(1))
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)


def test_what_was_said_before_a_book_counted_is_judged_by_the_one_before(
    newer: Logged,
) -> None:
    """A word is none before its book is in force, whoever used it."""
    world = newer.world
    later = dataclasses.replace(
        newer.trust,
        books=(*BASELINE, BookRef(BOOK_ID, len(world.entries) + 7)),
    )
    verdict = newer.examine(newer.bundle(with_book=True), later)
    assert verdict.outcome is not Outcome.VERIFIED


def test_an_unknown_disposition_is_kept_and_means_nothing() -> None:
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("9506000",)))
    world.say(maker, world.made(can(1)))
    for word in ("chilled", "https://example.com/disposition/x"):
        world.say(maker, world.seen(can(1), disposition=word))
        world.check(can(1))


def test_two_books_that_differ_in_a_role_judge_otherwise(
    newer: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is judged by a role that another book gives."""
    roles = json.loads(
        files("provenance.rules").joinpath("evidence-1.json").read_text()
    )["roles"]
    other = book_with(roles={**roles, "inspector": ["observing"]})
    refs = (BookRef(Hash(sha256(other)), 0),)
    at = newer.world.log(book_entry(other))
    bundle = newer.bundle(with_book=False)
    entries = (*bundle.entries, newer.world.logged(at))
    indexes = [
        len(newer.world.entries) - 1,
        *(row.log_index for row in bundle.commitments),
        *(row.log_index for row in bundle.statements),
        at,
    ]
    bundle = dataclasses.replace(
        bundle, entries=entries, log_hashes=newer.world.prove_log(indexes)
    )
    trust = dataclasses.replace(newer.trust, books=refs)
    verdict = newer.examine(bundle, trust)
    assert "PRV-1201" in faults(verdict)
    del monkeypatch
