"""Whatever can be verified, known by what it says, and judged.

    bundle       every step of a bundle's examination
    receipt      its entry is in the log
    checkpoint   signed by the log, cosigned, not too old
    tiles        a folder with a log as C2SP tiles: every hash of every file
    ledger       a ledger's folder, or a backup of one: all that an audit does
    folder       each file below it, in the order of the paths

A file's suffix says nothing. What is in a folder and is none of these is
named, so that nothing is passed over; a link is not followed.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol, Self

from provenance.errors import (
    MalformedError,
    ProvenanceError,
)
from provenance.examine.files import (
    RECEIPT_START,
    Leaves,
    Read,
    entry_beside,
    is_checkpoint,
    is_folder,
    kind_of,
    leaves_in,
    note_of,
    read_entry,
)
from provenance.problems import OK, problem_of, text_of
from provenance.problems.findings import (
    NO_ENTRY_CODE,
    NO_EVIDENCE_CODE,
    RECEIPT_CODE,
)
from provenance.problems.outcomes import (
    EXIT_OUTCOMES,
    OUTCOME_EXITS,
    exit_code_of,
)
from provenance.proof.bundle import MAX_BUNDLE_SIZE
from provenance.proof.trust import Trust
from provenance.proof.verdict import SCHEMA, Outcome, Step, Verdict
from provenance.proof.verify import examine_bundle

if TYPE_CHECKING:
    from provenance.proof.copies import Copy
    from provenance.proof.faults import Fault


MAX_DEPTH = 64
"""How many folders inside one another are gone into."""


class ProgressSink(Protocol):
    """Shows how far something long is."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        """Take away what is shown."""

    def show(self, done: int, total: int) -> None:
        """Show that *done* of *total* are done."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What came out for one file, or for a folder that is one thing.

    Attributes:
        source: Its path.
        kind: What it is.
        subject: What it is about.
        steps: The checks, as of a verdict.
        exit_code: How it alone would end the command.
        verdict: The whole verdict, of a bundle.
        faults: Where it differs from what was signed, or from a copy.
        digest: The SHA-256 of the file in hexadecimal; "" for a folder.
        note: The signed checkpoint that it rests on, or "".
        entry_file: The file of the entry that a receipt proves, or "".
    """

    source: str
    kind: str
    subject: str
    steps: tuple[Step, ...]
    exit_code: int
    verdict: Verdict | None = None
    faults: tuple["Fault", ...] = ()
    digest: str = ""
    note: str = ""
    entry_file: str = ""

    @property
    def outcome(self) -> Outcome:
        """What it came to."""
        if self.verdict is not None:
            return self.verdict.outcome
        return max(
            (step.outcome for step in self.steps),
            key=lambda outcome: outcome.gravity,
        )

    def to_json(self) -> dict[str, object]:
        """Return it as a verdict in JSON, with where it is from."""
        said = (
            self.verdict.to_json()
            if self.verdict is not None
            else {
                "schema": SCHEMA,
                "outcome": self.outcome.value,
                "subject": self.subject,
                "checks": [step.to_json() for step in self.steps],
                "notices": [],
                "log": None,
                "timeline": [],
            }
        )
        return {
            **said,
            "exit_code": self.exit_code,
            "source": self.source,
            "kind": self.kind,
            "faults": [fault.to_json() for fault in self.faults],
        }


@dataclass(slots=True)
class Judge:
    """What everything is judged by.

    Attributes:
        trust: Whom to believe.
        at: The time, in ms since 1970.
        read: How a file is read, standard input too, if it has a name.
        progress: What shows how far an audit is.
        item: The item in hand, if it is known.
        against: A second copy, in which to look up what differs.
        entries: The files of entries that receipts take, in order.
        keeps_notes: Whether to give the checkpoint of each bundle.
    """

    trust: Trust
    at: int
    read: Read
    progress: Callable[[], ProgressSink]
    item: str | None = None
    against: "Copy | None" = None
    entries: list[str] = field(default_factory=list)
    keeps_notes: bool = False
    _leaves: tuple[str, Leaves] | None = None

    def examine(self, source: str, *, depth: int = 0) -> Iterator[Examined]:
        """Yield what is to be said of *source*; of a folder, of each part."""
        try:
            if is_folder(source):
                yield from self._folder(source, depth)
                return
            yield self._file(source)
        except (ProvenanceError, OSError) as error:
            yield finding(source, "format", error)

    # Files.

    def _file(self, source: str) -> Examined:
        data = self.read(source, limit=MAX_BUNDLE_SIZE)
        if data.startswith(RECEIPT_START):
            return self._receipt(source, data)
        if is_checkpoint(data):
            return self._checkpoint(source, data)
        return self._bundle(source, data)

    def _bundle(self, source: str, data: bytes) -> Examined:
        verdict = examine_bundle(
            data, trust=self.trust, now=self.at, item=self.item
        )
        is_read = verdict.steps[0].outcome is Outcome.VERIFIED
        is_doubtful = verdict.outcome is Outcome.FAILED or not is_read
        faults: tuple[Fault, ...] = ()
        if is_doubtful or self.against is not None:
            faults = self._faults(data, verdict.steps)
        return Examined(
            source,
            "bundle",
            verdict.subject or source,
            verdict.steps,
            exit_code_of(verdict),
            verdict,
            faults,
            sha256(data).hexdigest(),
            note_of(data) if self.keeps_notes and verdict.summary else "",
        )

    def _faults(
        self, data: bytes, steps: Sequence[Step]
    ) -> "tuple[Fault, ...]":
        """Return where a bundle differs; a damaged copy takes no verdict."""
        from provenance.proof.faults import Fault, find_faults  # noqa: PLC0415  # rare

        try:
            return find_faults(
                data, trust=self.trust, copy=self.against, steps=steps
            )
        except ProvenanceError as error:
            return (Fault("second copy", f"it cannot be read: {error}"),)

    def _checkpoint(self, source: str, data: bytes) -> Examined:
        from provenance.examine.logs import checkpoint_steps  # noqa: PLC0415  # rare

        note = data.decode()
        steps = checkpoint_steps(note, self.trust, now=self.at)
        return of_steps(source, "checkpoint", steps, data=data, note=note)

    def _receipt(self, source: str, data: bytes) -> Examined:
        entry_file: str | None = None
        if self.entries:
            entry_file = self.entries.pop(0)
        elif os.path.isfile(source):  # noqa: PTH113  # the same
            try:
                entry_file = entry_beside(source, data, self._beside(source))
            except MalformedError as error:
                return finding(source, "receipt", error, data=data)
        if entry_file is None:
            step = Step(
                1, "receipt", Outcome.UNKNOWN, NO_ENTRY_CODE,
                "the entry that it proves is not beside it: give it with"
                " --entry",
                source,
            )  # fmt: skip
            return of_steps(source, "receipt", [step], data=data)
        try:
            return self._receipt_of(source, data, entry_file)
        except (ProvenanceError, OSError) as error:
            return replace(
                finding(source, "receipt", error, data=data),
                faults=self._faults_of_entry(data, entry_file),
                entry_file=entry_file,
            )

    def _faults_of_entry(
        self, receipt: bytes, entry_file: str
    ) -> "tuple[Fault, ...]":
        """Return how a receipt's entry differs from the second copy's."""
        if self.against is None:
            return ()
        from provenance.proof.faults import entry_faults  # noqa: PLC0415  # rare
        from provenance.tlog.proof_file import parse_proof  # noqa: PLC0415

        try:
            index = parse_proof(receipt).index
            return entry_faults(
                index, read_entry(entry_file, self.read), self.against
            )
        except (ProvenanceError, OSError):
            # What cannot be read was said already.
            return ()

    def _receipt_of(
        self, source: str, data: bytes, entry_file: str
    ) -> Examined:
        from provenance.proof.receipt import verify_receipt  # noqa: PLC0415  # rare
        from provenance.tlog.proof_file import parse_proof  # noqa: PLC0415

        entry = read_entry(entry_file, self.read)
        index = verify_receipt(data, entry=entry, trust=self.trust, now=self.at)
        subject = f"entry {index}"
        detail = f"{subject} of {self.trust.origin} is in the log"
        step = Step(
            0, "receipt", Outcome.VERIFIED, RECEIPT_CODE, detail, subject
        )
        return Examined(
            source,
            "receipt",
            f"{subject}, {source}",
            (step,),
            OK,
            digest=sha256(data).hexdigest(),
            note=parse_proof(data).checkpoint,
            entry_file=entry_file,
        )

    def _beside(self, source: str) -> Leaves:
        folder = os.path.dirname(source)  # noqa: PTH120  # as text: verify loads fast
        if self._leaves is None or self._leaves[0] != folder:
            self._leaves = (folder, leaves_in(folder, self.read))
        return self._leaves[1]

    # Folders.

    def _folder(self, source: str, depth: int) -> Iterator[Examined]:
        from provenance.examine import logs  # noqa: PLC0415  # loads a database
        from provenance.folder import is_ledger  # noqa: PLC0415  # loads a database

        if is_ledger(source):
            yield logs.ledger(source, self)
        elif logs.is_tiles(source):
            yield logs.tiles(source, self)
        elif depth == MAX_DEPTH:
            raise MalformedError(f"over {MAX_DEPTH} folders inside each other")
        else:
            yield from self._parts(source, depth)

    def _parts(self, source: str, depth: int) -> Iterator[Examined]:
        """Yield what is to be said of each file below a folder."""
        with os.scandir(source) as inside:
            parts = sorted(inside, key=lambda part: part.name)
        proven: set[str] = set()
        left = []
        for part in parts:
            if part.is_dir(follow_symlinks=False):
                yield from self.examine(part.path, depth=depth + 1)
                continue
            if not part.is_file(follow_symlinks=False):
                left.append((part.path, "it is a link or no file"))
                continue
            try:
                kind = kind_of(part.path)
            except OSError as error:
                yield finding(part.path, "format", error)
                continue
            if kind in {"bundle", "receipt", "checkpoint"}:
                for found in self.examine(part.path):
                    proven.add(found.entry_file)
                    yield found
            else:
                left.append((part.path, _WHY_LEFT[kind]))
        for path, why in left:
            if path not in proven:
                step = Step(
                    1, "format", Outcome.UNKNOWN, NO_EVIDENCE_CODE, why, path
                )
                yield of_steps(path, "other", [step])


_WHY_LEFT = {
    "entry": "it is a signed statement, and no receipt here proves it logged",
    "other": "it is nothing that can be verified",
}


def of_steps(  # noqa: PLR0913  # each by name
    source: str,
    kind: str,
    steps: list[Step],
    *,
    data: bytes | None = None,
    note: str = "",
    faults: tuple["Fault", ...] = (),
) -> Examined:
    """Return what *steps* come to."""
    gravest = max(steps, key=lambda step: step.outcome.gravity)
    return Examined(
        source,
        kind,
        source,
        tuple(steps),
        OUTCOME_EXITS[gravest.outcome],
        faults=faults,
        digest="" if data is None else sha256(data).hexdigest(),
        note=note,
    )


def finding(
    source: str, name: str, error: Exception, *, data: bytes | None = None
) -> Examined:
    """Return that *source* cannot be read or does not verify."""
    problem = problem_of(error)
    assert problem is not None, "only the library's and the system's"
    outcome = EXIT_OUTCOMES[problem.exit_code]
    step = Step(1, name, outcome, problem.code, text_of(error), source)
    return Examined(
        source,
        "other" if data is None else name,
        source,
        (step,),
        problem.exit_code,
        digest="" if data is None else sha256(data).hexdigest(),
    )
