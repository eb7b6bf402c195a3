"""Signed statements that wait on the disk until all of their document is.

A document is accepted or refused whole. One that takes several statements is
read and rehearsed to its end first; what was signed by then waits here, one
after the other, in a file without a name:

    u64 length ‖ submission
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from provenance.claims.statement import Submission, parse_submission


class Spool:
    """Submissions in a file that goes with the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Make an empty one on the disk that *folder* is on.

        Raises:
            OSError: It cannot be made.
        """
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # `__exit__`

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, submission: Submission) -> None:
        """Put *submission* behind those that wait already.

        Raises:
            OSError: The disk is full, or failed.
        """
        data = submission.to_bytes()
        self._file.write(len(data).to_bytes(8, "big"))
        self._file.write(data)

    def __iter__(self) -> Iterator[Submission]:
        """Yield what waits, in order."""
        self._file.seek(0)
        while length := self._file.read(8):
            yield parse_submission(
                self._file.read(int.from_bytes(length, "big"))
            )
