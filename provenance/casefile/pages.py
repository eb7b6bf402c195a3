"""A case file while it grows: what is told waits in files without a name."""

import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from provenance.casefile import html
from provenance.casefile.html import Case
from provenance.examine.judge import Examined
from provenance.ledger.search import written_time

_CHUNK = 2**16


class Page:
    """What is told in one language, so far."""

    def __init__(self, language: str, stack: ExitStack) -> None:
        self.language = language
        self.inputs = stack.enter_context(nameless())
        self.details = stack.enter_context(nameless())

    def add(self, found: Examined) -> None:
        """Tell of *found* as well."""
        self.inputs.write(html.input_row(found, self.language).encode())
        for piece in html.details(found, self.language):
            self.details.write(piece.encode())


def nameless() -> BinaryIO:
    """Return a file that is gone once it is closed."""
    return tempfile.TemporaryFile()  # the caller's stack closes it


def page_of(case: Case, pages: Sequence[Page]) -> Iterator[bytes]:
    """Yield the case file, a part for each language."""
    yield html.head([page.language for page in pages]).encode()
    for page in pages:
        yield html.opening(case, page.language).encode()
        yield from content(page.inputs)
        yield html.middle(page.language).encode()
        yield from content(page.details)
        yield html.closing(case, page.language).encode()
    yield html.foot().encode()


def content(file: BinaryIO) -> Iterator[bytes]:
    """Yield all of *file*, from its start."""
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def commands_of(  # noqa: PLR0913, PLR0917  # what the options said
    files: Sequence[str],
    trust_file: str,
    at: int,
    item: str | None,
    entries: Sequence[str],
    max_age: int | None,
    against: str | None,
) -> list[str]:
    """Return the commands that repeat what a case file tells of."""
    plain = [file for file in files if Path(file).is_file()]
    said = ["--trust", trust_file, "--at", written_time(at)]
    if item is not None:
        said += ["--item", item]
    for entry in entries:
        said += ["--entry", entry]
    if max_age is not None:
        said += ["--max-age", f"{max_age}s"]
    if against is not None:
        said += ["--against", against]
    return [
        shlex.join(["sha256sum", trust_file, *plain]),
        shlex.join(["provenance", "verify", *files, *said]),
    ]
