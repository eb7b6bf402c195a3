"""Kinds: each that a role may sign or a form asks for, the book must have."""

from provenance.errors import MalformedError
from provenance.rules.book import EvidenceBook
from provenance.rules.reading import OBSERVING

_BY_FORM = frozenset({OBSERVING, "transforming", "*"})
"""What a form implies where no step is given; and anything."""


def require_known_kinds(book: EvidenceBook) -> None:
    """Check that each kind that *book* names is a step that it has.

    Steps of somebody's own, by a URI, are for a role to have and for no book
    to know.

    Raises:
        MalformedError: One is none.
    """
    known = book.steps | book.own_steps | _BY_FORM
    for role, kinds in book.roles.items():
        for kind in sorted(kinds - known):
            if not kind.startswith("step:"):
                raise MalformedError.at(
                    f"$.roles[{role!r}]", f"there is no kind {kind!r}"
                )
    for (name, action), form in book.forms.items():
        for row in form.needs:
            if unknown := sorted({*row} - known):
                raise MalformedError(
                    f"the form {name} {action} needs {unknown[0]!r}, which is"
                    " no kind"
                )
