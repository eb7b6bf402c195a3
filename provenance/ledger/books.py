"""Finding the rule books of a ledger: those it names, as far as they are here.

Most come with the program. What a ledger wrote for itself is an entry of its
log; the store knows which.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from provenance.claims.versions import parse_book_entry
from provenance.encoding.digest import Hash
from provenance.proof.trust import Trust
from provenance.rules.book import shipped
from provenance.rules.books import Books
from provenance.store.protocol import Entries


class LoggedBook(NamedTuple):
    """A rule book as an entry of the log.

    Attributes:
        log_index: Where it stands.
        entry: The entry.
        book: The book.
    """

    log_index: int
    entry: bytes
    book: bytes


def find_books(
    reader: Entries, trust: Trust, *, size: int
) -> Mapping[Hash, LoggedBook]:
    """Return the books that *trust* names and that do not come with us.

    Args:
        reader: The store.
        trust: Which books count.
        size: Of how many entries of the log.

    Raises:
        MalformedError: An entry where one of them should be is no rule book.
    """
    found: dict[Hash, LoggedBook] = {}
    for wanted in sorted({ref.id for ref in trust.books} - shipped().keys()):
        log_index = reader.find_book(wanted)
        if log_index is None or log_index >= size:
            continue
        (entry,) = reader.entries(log_index, log_index + 1)
        found[wanted] = LoggedBook(log_index, entry, parse_book_entry(entry))
    return found


def books_of(
    reader: Entries, trust: Trust, *, extra: Collection[bytes] = ()
) -> Books:
    """Return the books of a ledger.

    Args:
        reader: Its store.
        trust: Which of them count, and from where.
        extra: Books that are at hand beside those of the log.

    Raises:
        UnknownBookError: One that is named is not at hand.
        MalformedError: One of them is no book.
    """
    logged = find_books(reader, trust, size=reader.size())
    return Books.resolve(
        trust.books, [*extra, *(each.book for each in logged.values())]
    )
