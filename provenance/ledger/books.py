"""Finding the rule books of a ledger: those it names, as far as they are here.

Most come with the program. What a ledger wrote for itself is an entry of its
log, and is looked for there only if it is named and not shipped.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from provenance.claims.entry import RULE_BOOK, entry_kind
from provenance.claims.versions import parse_book_entry
from provenance.encoding.digest import Hash, sha256
from provenance.errors import UnknownKindError
from provenance.proof.trust import Trust
from provenance.rules.book import shipped
from provenance.rules.books import Books
from provenance.store.protocol import Reader

_CHUNK = 4_096


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
    reader: Reader, trust: Trust, *, size: int
) -> Mapping[Hash, LoggedBook]:
    """Return the books that *trust* names and that do not come with us.

    Args:
        reader: The store.
        trust: Which books count.
        size: How many entries of the log are looked through.
    """
    wanted = {ref.id for ref in trust.books} - shipped().keys()
    found: dict[Hash, LoggedBook] = {}
    for start in range(0, size if wanted else 0, _CHUNK):
        stop = min(start + _CHUNK, size)
        for log_index, entry in enumerate(reader.entries(start, stop), start):
            if _is_book(entry):
                book = parse_book_entry(entry)
                found.setdefault(
                    sha256(book), LoggedBook(log_index, entry, book)
                )
        if wanted <= found.keys():
            break
    return {book: found[book] for book in sorted(wanted & found.keys())}


def books_of(
    reader: Reader, trust: Trust, *, extra: Collection[bytes] = ()
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


def _is_book(entry: bytes) -> bool:
    try:
        return entry_kind(entry) == RULE_BOOK
    except UnknownKindError:
        return False
