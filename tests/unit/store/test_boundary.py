"""Nothing above the store knows which database it is.

The linter holds the imports. Here the names are looked for: of the database's
files, of what they end in, and the words of its language.
"""

import pathlib
import re

import provenance_node

import provenance

LIBRARY = pathlib.Path(provenance.__file__).parent
NODE = pathlib.Path(provenance_node.__file__).parent

WORDS = re.compile(
    r"\.sqlite|-(wal|shm)\b|\bwal\b|\.db\b|\bapsw\b|\bsqlite3\b"
    r"|\bpragma\b|\bvacuum\b|sqlite:",
    re.IGNORECASE,
)


def found_in(text: str) -> list[str]:
    return [match[0] for match in WORDS.finditer(text)]


def test_the_words_are_found_where_they_are() -> None:
    said = 'f"{DATABASE}-wal" ledger.sqlite import apsw; PRAGMA x; a.db sqlite:'
    assert len(found_in(said)) == 6
    store = (LIBRARY / "store" / "sqlite.py").read_text(encoding="utf-8")
    assert found_in(store)


def test_nothing_above_the_store_names_a_databases_files_or_words() -> None:
    places = [
        path
        for root in (LIBRARY, NODE)
        for path in root.rglob("*.py")
        if LIBRARY / "store" not in path.parents
    ]
    assert len(places) > 100
    named = {
        str(path): words
        for path in places
        if (words := found_in(path.read_text(encoding="utf-8")))
    }
    assert named == {}
