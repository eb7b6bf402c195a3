"""The journal: what a long submission did, so that it can go on after a crash.

    DIR/run.json                                what is handed in, and how
    DIR/00000-0000000000-0000004096.submission  a signed statement: of file 0
                                                the units 0 up to 4096
    DIR/00000.whole                             all of file 0 is signed
    DIR/00000.refused.jsonl                     units of file 0 that were not
    DIR/done.jsonl                              what became of each statement

A *unit* is what stands or falls together: an event of a document, rows of a
table that tell an event, a submission. The order is the same every time:

    1. What is known of the units before it is made durable.
    2. The statement's bytes are made durable, under a name that says which
       units it covers.
    3. It is handed to the ledger.
    4. The ledger's answer is made durable, as a line of `done.jsonl`.

A crash between any two of these loses nothing. Run again, what has a line is
passed over; what has bytes but no line is handed in again, and since the
ledger logs the same bytes once, they are logged once; and reading goes on at
the first unit that no statement covers. A document must not be half in the
log, so before step 3 it must be whole: signed up to its end.

When all of it is done, the journal is of no more use. It is its owner's alone
to read, for the statements hold what was concealed in them.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from provenance.claims.statement import Submission, parse_submission
from provenance.errors import ConflictError, MalformedError
from provenance.outputs import make_folder, write_output
from provenance.store.durable import sync_directory

FORMAT = "provenance.journal/1"

_RUN = "run.json"
_DONE = "done.jsonl"
_NAME = re.compile(r"([0-9]{5})-([0-9]{10})-([0-9]{10})\.submission")


class Kept(NamedTuple):
    """A statement in the journal.

    Attributes:
        path: Its file.
        source: The number of the file that it is of.
        start: The first unit that it covers.
        stop: The first unit after these.
    """

    path: Path
    source: int
    start: int
    stop: int


class Journal:
    """A folder in which one submission writes down what it does."""

    def __init__(self, folder: Path, run: Mapping[str, object]) -> None:
        """Open the journal in *folder*, or begin one.

        Args:
            folder: Made if need be.
            run: What is handed in, and how: equal for two runs if and only
                if they would sign the same.

        Raises:
            ConflictError: It is the journal of something else.
            MalformedError: It is no journal, or a damaged one.
            OSError: It cannot be read or written.
        """
        self._folder = folder
        self._require_run({"format": FORMAT, **run})
        self._kept: dict[int, list[Kept]] = {}
        for path in sorted(folder.iterdir()):
            if (found := _NAME.fullmatch(path.name)) is not None:
                source, start, stop = map(int, found.groups())
                kept = Kept(path, source, start, stop)
                self._kept.setdefault(source, []).append(kept)
        self._answers = self._read_done()
        self._done = (folder / _DONE).open("ab")
        sync_directory(folder)

    @classmethod
    def reopen(cls, folder: Path) -> Self:
        """Open the journal in *folder*, whatever it is of.

        Raises:
            MalformedError: It is no journal, or a damaged one.
            OSError: It cannot be read or written.
        """
        path = folder / _RUN
        return cls(folder, parse_line(path.read_bytes(), path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._done.close()

    def kept(self, source: int) -> Sequence[Kept]:
        """Return the statements of file number *source*, in order."""
        return self._kept.get(source, ())

    def read(self, kept: Kept) -> Submission:
        """Return the statement's bytes, as they were handed in.

        Raises:
            MalformedError: They are damaged.
            OSError: They cannot be read.
        """
        return parse_submission(kept.path.read_bytes())

    def answer(self, kept: Kept) -> Mapping[str, Any] | None:
        """Return what `close` wrote down of a statement; None if nothing."""
        return self._answers.get(kept.path.name)

    def keep(
        self, source: int, start: int, stop: int, submission: Submission
    ) -> Kept:
        """Make *submission* durable: the units *start* up to *stop*.

        Raises:
            OSError: It could not be written.
        """
        path = self._folder / f"{source:05}-{start:010}-{stop:010}.submission"
        write_output(str(path), submission.to_bytes())
        sync_directory(self._folder)
        kept = Kept(path, source, start, stop)
        self._kept.setdefault(source, []).append(kept)
        return kept

    def close(self, kept: Kept, answer: Mapping[str, object]) -> None:
        """Make durable what became of a statement.

        Raises:
            OSError: It could not be written.
        """
        line = json.dumps({"file": kept.path.name, **answer})
        self._done.write(line.encode() + b"\n")
        self._done.flush()
        os.fsync(self._done.fileno())
        self._answers[kept.path.name] = {"file": kept.path.name, **answer}

    def is_whole(self, source: int) -> bool:
        """Return whether all of file number *source* was signed."""
        return self._whole(source).exists()

    def set_whole(self, source: int) -> None:
        """Make durable that all of file number *source* was signed.

        Raises:
            OSError: It could not be written.
        """
        write_output(str(self._whole(source)), b"")
        sync_directory(self._folder)

    def forget(self, source: int) -> None:
        """Remove the statements of file *source*: none was handed in.

        Raises:
            OSError: They cannot be removed.
        """
        for kept in self._kept.pop(source, []):
            kept.path.unlink()
        sync_directory(self._folder)

    def refusals(self, source: int) -> Path:
        """Return the file for the refused units of file number *source*."""
        return self._folder / f"{source:05}.refused.jsonl"

    def _whole(self, source: int) -> Path:
        return self._folder / f"{source:05}.whole"

    def _require_run(self, run: Mapping[str, object]) -> None:
        make_folder(self._folder)
        path = self._folder / _RUN
        for cut_off in self._folder.glob(".*.part"):
            # Written by a run that ended in the middle of it.
            cut_off.unlink()
        if not path.exists():
            if any(self._folder.iterdir()):
                raise ConflictError(
                    f"{self._folder} holds other files: a journal begins in a"
                    " folder of its own"
                )
            # What was concealed is in it, too.
            self._folder.chmod(0o700)
            text = json.dumps(run, indent=1) + "\n"
            write_output(str(path), text.encode())
            sync_directory(self._folder)
            return
        before = parse_line(path.read_bytes(), path)
        if before.get("format") != FORMAT:
            raise MalformedError(f"{path} is not the start of a journal")
        for name, value in json.loads(json.dumps(run)).items():
            if before.get(name) != value:
                raise ConflictError(
                    f"{self._folder} is the journal of another run:"
                    f" {_difference(name, before.get(name), value)}. Give the"
                    " same files and options again, or another folder"
                )

    def _read_done(self) -> dict[str, Mapping[str, Any]]:
        path = self._folder / _DONE
        if not path.exists():
            return {}
        data = path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            # Cut off by the crash: that answer was never told to anybody.
            os.truncate(path, len(whole))
        lines = [parse_line(line, path) for line in whole.splitlines()]
        return {str(line.get("file")): line for line in lines}


def is_begun(folder: Path) -> bool:
    """Return whether *folder* is a journal with a statement in it."""
    return folder.is_dir() and any(
        _NAME.fullmatch(path.name) for path in folder.iterdir()
    )


def parse_line(data: bytes, path: Path) -> Mapping[str, Any]:
    """Return the JSON object that *data*, from *path*, spells.

    Raises:
        MalformedError: It is none.
    """
    try:
        value = json.loads(data)
    except ValueError as error:
        raise MalformedError(f"{path} is damaged: {error}") from error
    if not isinstance(value, dict):
        raise MalformedError(f"{path} is damaged: this is no object")
    return value


def _difference(name: str, before: object, now: object) -> str:
    if name == "files" and isinstance(before, list) and isinstance(now, list):
        if len(before) != len(now):
            return f"it has {len(before)} files, this one {len(now)}"
        pairs = zip(before, now, strict=True)
        number = next(n for n, (a, b) in enumerate(pairs, 1) if a != b)
        return f"file {number} has other bytes (SHA-256)"
    return f"its {name} is {before!r}, this one's {now!r}"
