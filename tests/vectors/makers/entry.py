"""Entries: of which kind one is, and kinds that nobody knows yet."""

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.reference import H, mp

UNKNOWN = "UnknownKindError"


def cases() -> list[Case]:
    statement = reference.entry(b"header", bytes(64))
    commitment = reference.commitment(covered=0, root=H(b""), items=0, time=0)
    good = [
        ("statement", "a signed statement", statement, 1),
        ("commitment", "a map commitment", commitment, 2),
        ("version", "a trust version", reference.version_entry(b"", []), 3),
        ("book", "a rule book", reference.book_entry(b"book"), 4),
    ]
    unknown = [
        ("0", "the kind below the first", mp([0, b"x"])),
        ("5", "the first kind that is not known", mp([5, b"x"])),
        ("7", "another kind, with parts of its own", mp([7, {"a": [1]}, None])),
        ("greatest", "the greatest number", mp([2**53 - 1])),
    ]
    bad = [
        ("empty", "nothing", b""),
        ("text", "a text", mp("rubbish")),
        ("rubbish", "bytes of no form", b"rubbish"),
        ("empty-array", "an array of nothing", mp([])),
        ("kind-is-text", "a kind by its name", mp(["statement", b"x"])),
        ("kind-is-true", "a kind that is true", mp([True, b"x"])),
        ("kind-negative", "a kind below zero", mp([-1, b"x"])),
        ("kind-not-shortest", "a kind in two bytes", b"\x92\xcc\x05\xc4\x00"),
        ("map", "a map", mp({"kind": 5})),
    ]
    return [
        *(
            Case(f"good-{name}", desc, {"entry": entry}, gives={"kind": kind})
            for name, desc, entry, kind in good
        ),
        *(
            Case(f"unknown-{name}", desc, {"entry": entry}, UNKNOWN)
            for name, desc, entry in unknown
        ),
        *(
            Case(f"bad-{name}", desc, {"entry": entry}, "MalformedError")
            for name, desc, entry in bad
        ),
    ]
