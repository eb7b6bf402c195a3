"""Checkpoints, exported tiles and ledgers, judged as evidence."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from provenance.errors import MalformedError, ProvenanceError
from provenance.folder import audit_folder, open_reader
from provenance.ledger.read import read_entry
from provenance.ledger.tiles import (
    CHECKPOINT,
    Kind,
    TileFault,
    TileFolder,
    check_tiles,
    is_tile_folder,
)
from provenance.problems import FAULTS_PROBLEM
from provenance.problems.findings import (
    AGELESS_CODE,
    LEDGER_CODE,
    TILE_CHANGED_CODE,
    TILE_MISSING_CODE,
    TILE_SURPLUS_CODE,
    TILES_CODE,
)
from provenance.proof.codes import CHECKS
from provenance.proof.copies import issuer_in, size_of_note
from provenance.proof.faults import Fault, entry_faults
from provenance.proof.opening import open_trusted
from provenance.proof.report import Report, StoppedError
from provenance.proof.trust import Trust
from provenance.proof.verdict import Outcome, Step, step_of
from provenance.proof.verify import check_freshness, check_quorum
from provenance.tlog.checkpoint import parse_checkpoint
from provenance.tlog.commitment import parse_commitment
from provenance.tlog.note import MAX_NOTE_SIZE, parse_note

if TYPE_CHECKING:
    from provenance.examine.judge import Examined, Judge

MAX_TOLD = 100
"""How many faults of one log are told."""

_KINDS: dict[Kind, tuple[Outcome, str]] = {
    "changed": (Outcome.FAILED, TILE_CHANGED_CODE),
    "missing": (Outcome.INCOMPLETE, TILE_MISSING_CODE),
    "surplus": (Outcome.INCOMPLETE, TILE_SURPLUS_CODE),
}


def checkpoint_steps(
    note: str, trust: Trust, *, now: int, last_entry: bytes | None = None
) -> list[Step]:
    """Return what is found of a signed checkpoint: who signed it, and when.

    Args:
        note: The checkpoint.
        trust: Whose keys count.
        now: The time, in ms since 1970.
        last_entry: The log's last entry, if it is at hand, which says when;
            that it is in the log, the caller checks.
    """
    try:
        origin = parse_checkpoint(parse_note(note).text).origin
        if origin != trust.origin:
            detail = f"of {origin}, and the trust file names {trust.origin}"
            return [step_of("PRV-0201", detail)]
        signed = open_trusted(note, trust)
    except MalformedError as error:
        return [step_of("PRV-0101", str(error))]
    except ProvenanceError as error:
        return [step_of("PRV-0301", str(error))]
    checkpoint = signed.checkpoint
    keys = len(trust.policy.logs)
    detail = f"{checkpoint.origin}, size {checkpoint.size}, signed by {keys}"
    report = Report()
    report.passed("PRV-0300", f"{detail} of {keys} keys")
    with suppress(StoppedError):
        met = check_quorum(report, signed, trust, now=now)
        logged = _time_in(last_entry)
        if logged or (met is not None and met.claimed is not None):
            check_freshness(report, logged, met, trust, now=now)
        else:
            return [*report.steps, _ageless(trust)]
    return [*report.steps]


def is_tiles(source: str) -> bool:
    """Return whether the folder *source* is a log as tiles."""
    return is_tile_folder(Path(source))


def ledger(source: str, judge: "Judge") -> "Examined":
    """Return what an audit by the judge's own trust file finds."""
    from provenance.examine.judge import of_steps  # noqa: PLC0415  # it loads this

    with open_reader(source) as reader, reader.moment() as moment:
        note = moment.note
        last = read_entry(moment.reader, moment.size - 1, size=moment.size)
    with judge.progress() as progress:
        audit = audit_folder(source, trust=judge.trust, progress=progress.show)
    steps = checkpoint_steps(note, judge.trust, now=judge.at, last_entry=last)
    steps += [
        Step(
            0, "audit", Outcome.FAILED, FAULTS_PROBLEM.code,
            f"{found.where}: {found.what}", found.where,
        )
        for found in audit.findings[:MAX_TOLD]
    ]  # fmt: skip
    if audit.is_sound:
        detail = (
            f"{audit.size} entries, {audit.events} events and {audit.items}"
            " items are as derived again"
        )
        steps.append(Step(0, "audit", Outcome.VERIFIED, LEDGER_CODE, detail))
    return of_steps(source, "ledger", steps, note=note)


def tiles(source: str, judge: "Judge") -> "Examined":
    """Return what is found of a log that was exported as tiles."""
    from provenance.examine.judge import of_steps  # noqa: PLC0415  # it loads this

    folder = Path(source)
    data = judge.read(str(folder / CHECKPOINT), limit=MAX_NOTE_SIZE)
    note = data.decode(errors="replace")
    size = size_of_note(note)
    files = TileFolder(folder, size=max(size, 0))
    steps = checkpoint_steps(
        note, judge.trust, now=judge.at, last_entry=files.entry(size - 1)
    )
    try:
        checkpoint = open_trusted(note, judge.trust).checkpoint
    except ProvenanceError:
        return of_steps(source, "tiles", steps)
    with judge.progress() as progress:
        found = list(
            islice(
                check_tiles(folder, checkpoint, progress=progress.show),
                MAX_TOLD,
            )
        )
    for fault in found:
        outcome, code = _KINDS[fault.kind]
        steps.append(
            Step(
                0, "tiles", outcome, code,
                f"{fault.where}: {fault.what}", fault.where,
            )
        )  # fmt: skip
    if not found:
        detail = f"{checkpoint.size} entries lead to the root"
        steps.append(Step(0, "tiles", Outcome.VERIFIED, TILES_CODE, detail))
    faults = tuple(_told(found, files, judge))
    return of_steps(source, "tiles", steps, note=note, faults=faults)


def _told(
    found: list[TileFault], files: TileFolder, judge: "Judge"
) -> Iterator[Fault]:
    """Yield how each changed entry reads, and how in the second copy."""
    copy = judge.against
    for fault in found:
        index = fault.log_index
        if index is None:
            continue
        here = files.entry(index) or b""
        faults = entry_faults(index, here, copy) if copy is not None else ()
        for said in faults or [Fault("", "", index, issuer=issuer_in(here))]:
            yield replace(said, where=fault.where, what=fault.what)


def _time_in(entry: bytes | None) -> int:
    """Return the log's time that its last entry says; 0 if it says none."""
    try:
        return 0 if entry is None else parse_commitment(entry).time
    except MalformedError:
        return 0


def _ageless(trust: Trust) -> Step:
    # Only who asks for a fresh one is left without an answer.
    is_asked = trust.max_age_seconds is not None
    return Step(
        CHECKS["freshness"].number,
        "freshness",
        Outcome.INCOMPLETE if is_asked else Outcome.VERIFIED,
        AGELESS_CODE,
        "no cosignature says when it was signed, and how old it is cannot be"
        " told",
    )
