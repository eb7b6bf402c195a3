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
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from provenance.claims.statement import MAX_ENTRY_SIZE, parse_submission
from provenance.cli.inputs import STANDARD, read_input
from provenance.cli.problems import (
    COULD_NOT,
    FAILED,
    INCOMPLETE,
    NO_ENTRY_CODE,
    NO_EVIDENCE_CODE,
    NOT_FOUND,
    OK,
    RECEIPT_CODE,
    problem_of,
    text_of,
)
from provenance.cli.program import within
from provenance.cli.story import OUTCOME_EXITS, exit_code_of
from provenance.encoding.digest import Hash
from provenance.encoding.tree import leaf_hash, root_from_path
from provenance.errors import (
    InvalidProofError,
    MalformedError,
    ProvenanceError,
)
from provenance.proof.bundle import MAX_BUNDLE_SIZE, parse_bundle
from provenance.proof.trust import Trust
from provenance.proof.verdict import SCHEMA, Outcome, Step, Verdict
from provenance.proof.verify import examine_bundle

if TYPE_CHECKING:
    from provenance.proof.copies import Copy
    from provenance.proof.faults import Fault

_RECEIPT_START = b"c2sp.org/tlog-proof@"
_ENTRY_START = b"\x93\x01"
_SUBMISSION_START = b"\x93\xb8provenance/submission/v1"
_BUNDLE_MARK = b"provenance/bundle/v"
_SIGNATURE_LINE = "\n\n— ".encode()
_MAX_SUBMISSION = MAX_BUNDLE_SIZE
_START_SIZE = 64

MAX_DEPTH = 64
"""How many folders inside one another are gone into."""

MOST_ENTRIES = 100_000
"""How many entries of one folder receipts are looked up in."""

_OUTCOMES = {
    OK: Outcome.VERIFIED,
    FAILED: Outcome.FAILED,
    COULD_NOT: Outcome.UNKNOWN,
    NOT_FOUND: Outcome.UNKNOWN,
    INCOMPLETE: Outcome.INCOMPLETE,
}


@dataclass(frozen=True, slots=True)
class Found:
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
        item: The item in hand, if it is known.
        against: A second copy, in which to look up what differs.
        entries: The files of entries that receipts take, in order.
        keeps_notes: Whether to give the checkpoint of each bundle.
    """

    trust: Trust
    at: int
    item: str | None = None
    against: "Copy | None" = None
    entries: list[str] = field(default_factory=list)
    keeps_notes: bool = False
    _leaves: tuple[str, list[tuple[str, Hash]]] | None = None

    def examine(self, source: str, *, depth: int = 0) -> Iterator[Found]:
        """Yield what is to be said of *source*; of a folder, of each part."""
        try:
            if source != STANDARD and _is_folder(source):
                yield from self._folder(source, depth)
                return
            yield self._file(source)
        except (ProvenanceError, OSError) as error:
            yield finding(source, "format", error)

    # Files.

    def _file(self, source: str) -> Found:
        data = read_input(source, limit=MAX_BUNDLE_SIZE)
        if data.startswith(_RECEIPT_START):
            return self._receipt(source, data)
        if _is_checkpoint(data):
            return self._checkpoint(source, data)
        return self._bundle(source, data)

    def _bundle(self, source: str, data: bytes) -> Found:
        verdict = examine_bundle(
            data, trust=self.trust, now=self.at, item=self.item
        )
        is_read = verdict.steps[0].outcome is Outcome.VERIFIED
        is_doubtful = verdict.outcome is Outcome.FAILED or not is_read
        faults: tuple[Fault, ...] = ()
        if is_doubtful or self.against is not None:
            from provenance.proof.faults import find_faults  # noqa: PLC0415  # rare

            faults = find_faults(
                data, trust=self.trust, copy=self.against, steps=verdict.steps
            )
        return Found(
            source,
            "bundle",
            verdict.subject or source,
            verdict.steps,
            exit_code_of(verdict),
            verdict,
            faults,
            sha256(data).hexdigest(),
            _note_of(data) if self.keeps_notes and verdict.summary else "",
        )

    def _checkpoint(self, source: str, data: bytes) -> Found:
        from provenance.cli.examine_log import checkpoint_steps  # noqa: PLC0415  # rare

        note = data.decode()
        steps = checkpoint_steps(note, self.trust, now=self.at)
        return of_steps(source, "checkpoint", steps, data=data, note=note)

    def _receipt(self, source: str, data: bytes) -> Found:
        entry_file: str | None = None
        if self.entries:
            entry_file = self.entries.pop(0)
        elif source != STANDARD:
            try:
                entry_file = _entry_beside(source, data, self._beside(source))
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
            return finding(source, "receipt", error, data=data)

    def _receipt_of(self, source: str, data: bytes, entry_file: str) -> Found:
        from provenance.proof.receipt import verify_receipt  # noqa: PLC0415  # rare
        from provenance.tlog.proof_file import parse_proof  # noqa: PLC0415

        entry = _read_entry(entry_file)
        index = verify_receipt(data, entry=entry, trust=self.trust, now=self.at)
        subject = f"entry {index}"
        detail = f"{subject} of {self.trust.origin} is in the log"
        step = Step(
            1, "receipt", Outcome.VERIFIED, RECEIPT_CODE, detail, subject
        )
        return Found(
            source,
            "receipt",
            f"{subject}, {source}",
            (step,),
            OK,
            digest=sha256(data).hexdigest(),
            note=parse_proof(data).checkpoint,
            entry_file=entry_file,
        )

    def _beside(self, source: str) -> list[tuple[str, Hash]]:
        folder = os.path.dirname(source)  # noqa: PTH120  # as `inputs`
        if self._leaves is None or self._leaves[0] != folder:
            self._leaves = (folder, _leaves_in(folder))
        return self._leaves[1]

    # Folders.

    def _folder(self, source: str, depth: int) -> Iterator[Found]:
        from provenance.cli import examine_log  # noqa: PLC0415  # loads a database

        if examine_log.is_ledger(source):
            yield examine_log.ledger(source, self)
        elif examine_log.is_tiles(source):
            yield examine_log.tiles(source, self)
        elif depth == MAX_DEPTH:
            raise MalformedError(f"over {MAX_DEPTH} folders inside each other")
        else:
            yield from self._parts(source, depth)

    def _parts(self, source: str, depth: int) -> Iterator[Found]:
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
            kind = _kind_of(part.path)
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
) -> Found:
    """Return what *steps* come to."""
    gravest = max(steps, key=lambda step: step.outcome.gravity)
    return Found(
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
) -> Found:
    """Return that *source* cannot be read or does not verify."""
    problem = problem_of(error)
    assert problem is not None, "only the library's and the system's"
    outcome = _OUTCOMES[problem.exit_code]
    step = Step(1, name, outcome, problem.code, text_of(error), source)
    return Found(
        source,
        "other" if data is None else name,
        source,
        (step,),
        problem.exit_code,
        digest="" if data is None else sha256(data).hexdigest(),
    )


# What is what.


def _is_folder(source: str) -> bool:
    return stat.S_ISDIR(os.stat(source).st_mode)  # noqa: PTH116  # as `inputs`


def _kind_of(path: str) -> str:
    with open(path, "rb") as file:  # noqa: PTH123  # as `inputs`
        start = file.read(_START_SIZE)
        if start.startswith(_RECEIPT_START):
            return "receipt"
        if start.startswith((_ENTRY_START, _SUBMISSION_START)):
            return "entry"
        # A bundle says so in its middle, a checkpoint at its end.
        data = start + file.read(MAX_BUNDLE_SIZE)
    if _is_checkpoint(data):
        return "checkpoint"
    return "bundle" if _BUNDLE_MARK in data else "other"


def _is_checkpoint(data: bytes) -> bool:
    if _SIGNATURE_LINE not in data or _BUNDLE_MARK in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _note_of(data: bytes) -> str:
    try:
        return parse_bundle(data).checkpoint
    except MalformedError:
        return ""


# Entries.


def _entry_beside(
    source: str, data: bytes, leaves: Sequence[tuple[str, Hash]]
) -> str | None:
    """Return the file beside a receipt that holds its entry, or None.

    The one that fits is taken. If none does, it is one of the same name, of
    which then is said that it does not.

    Args:
        source: The receipt's path.
        data: The receipt.
        leaves: The files with entries in its folder, and their hashes.
    """
    from provenance.tlog.checkpoint import parse_checkpoint  # noqa: PLC0415  # rare
    from provenance.tlog.note import parse_note  # noqa: PLC0415
    from provenance.tlog.proof_file import parse_proof  # noqa: PLC0415

    proof = parse_proof(data)
    checkpoint = parse_checkpoint(parse_note(proof.checkpoint).text)
    stem = _stem(source)
    # Those of its own name first: with thousands, each has its own.
    for path, leaf in sorted(leaves, key=lambda each: _stem(each[0]) != stem):
        try:
            root = root_from_path(
                leaf, proof.hashes, index=proof.index, size=checkpoint.size
            )
        except InvalidProofError:
            return None
        if root == checkpoint.root:
            return path
    return next((path for path, _ in leaves if _stem(path) == stem), None)


def _stem(path: str) -> str:
    name = os.path.basename(path)  # noqa: PTH119  # as `inputs`
    return name.rpartition(".")[0] or name


def _leaves_in(folder: str) -> list[tuple[str, Hash]]:
    """Return each file in *folder* that holds an entry, and its leaf hash."""
    leaves = []
    with os.scandir(folder or ".") as inside:
        for part in inside:
            if not part.is_file(follow_symlinks=False):
                continue
            path = f"{folder}/{part.name}" if folder else part.name
            with open(path, "rb") as file:  # noqa: PTH123  # as `inputs`
                start = file.read(_START_SIZE)
            if start.startswith((_ENTRY_START, _SUBMISSION_START)):
                with suppress(ProvenanceError):
                    leaves.append((path, leaf_hash(_read_entry(path))))
            if len(leaves) == MOST_ENTRIES:
                break
    return leaves


def _read_entry(file: str) -> bytes:
    with within(file):
        data = read_input(file, limit=_MAX_SUBMISSION)
        if len(data) <= MAX_ENTRY_SIZE and data[:2] == _ENTRY_START:
            return data
        return parse_submission(data).entry
