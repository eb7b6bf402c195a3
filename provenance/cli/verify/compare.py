"""`provenance compare`: two checkpoints of one log, and the proof."""

from collections.abc import Iterable

import click

from provenance.cli.inputs import read_input
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.cli.trusted import find_trust, trust_option
from provenance.encoding.base64 import encode_base64
from provenance.encoding.digest import Hash
from provenance.errors import (
    EquivocationError,
    InvalidProofError,
)
from provenance.examine.growth import (
    Side,
    checkpoint_in,
    find_prover,
    prove_without_tiles,
    relation_json,
)
from provenance.outputs import write_output
from provenance.problems import FAILED, NOT_FOUND, OK, problem_of
from provenance.problems.findings import NO_PROOF_CODE
from provenance.tlog.note import format_note


@click.command(cls=Command)
@click.argument("old")
@click.argument("new")
@trust_option
@click.option(
    "--from",
    "tiles",
    metavar="TILES",
    help="Where the log's tiles are to prove it with: a folder of tiles, a"
    " ledger's folder, or a node's URL. By default OLD or NEW, if one of them"
    " is such a folder.",
)
@click.option(
    "--evidence",
    metavar="FILE",
    help="Where to write both signed checkpoints if the log has forked.",
)
def compare(  # noqa: PLR0913, PLR0917  # click's way
    screen: Screen,
    old: str,
    new: str,
    trust_file: str | None,
    tiles: str | None,
    evidence: str | None,
) -> int:
    """Say whether NEW's log is OLD's, only grown, or a fork.

    OLD and NEW are checkpoints, or have one in them: bundles, receipts,
    folders of tiles, ledgers' folders. It ends with 0 if the log only grew,
    or is the same, and with 1 if it has forked, which both signed
    checkpoints then prove to anybody.
    """
    trust = find_trust(trust_file)
    sides = [
        Side(each, checkpoint_in(each, trust, read_input))
        for each in (old, new)
    ]
    # Which one is older is for their sizes to say.
    first, second = sorted(sides, key=lambda side: side.size)
    if first is not sides[0]:
        screen.say(f"{new} is the older one: they are compared in that order")
    prove = find_prover(tiles, (second.source, first.source), trust, read_input)
    is_same_size = first.size == second.size
    if prove is None and first.size and not is_same_size:
        return _lacking(screen, first, second)
    try:
        proof = (prove or prove_without_tiles)(first.signed, second.signed)
    except (EquivocationError, InvalidProofError) as error:
        return _fork(screen, first, second, error, evidence)
    return _grown(screen, first, second, proof)


# The answers.


def _grown(
    screen: Screen, old: Side, new: Side, proof: tuple[Hash, ...]
) -> int:
    grown = new.size - old.size
    relation = "grown" if grown else "same"
    screen.line(
        ("consistent", "good"),
        f"  {new.signed.checkpoint.origin}, grown by {grown} entries, from"
        f" {old.size} to {new.size}"
        if grown
        else f"  {new.signed.checkpoint.origin}, both of size {new.size}",
    )
    _print_side(screen, "old", old)
    _print_side(screen, "new", new)
    if proof:
        screen.line(f"  proof of consistency, {len(proof)} hashes (RFC 9162):")
    for digest in proof:
        screen.line(f"    {encode_base64(digest)}")
    return screen.result(
        "comparison",
        OK,
        {**relation_json(relation, old, new), "proof": _hex(proof)},
    )


def _lacking(screen: Screen, old: Side, new: Side) -> int:
    """Say which proof is needed; neither can be told without it."""
    what = (
        f"a proof of consistency from {old.size} to {new.size} is needed: give"
        " the log's tiles with --from, a folder of tiles, a ledger's folder or"
        " a node's URL"
    )
    screen.line(("UNKNOWN", "strong"), f"  {what}")
    _print_side(screen, "old", old)
    _print_side(screen, "new", new)
    screen.line(f"  more: {PROGRAM} explain {NO_PROOF_CODE}")
    return screen.result(
        "comparison",
        NOT_FOUND,
        {**relation_json("unknown", old, new), "needed": what},
    )


def _fork(
    screen: Screen,
    old: Side,
    new: Side,
    error: Exception,
    evidence: str | None,
) -> int:
    """Say that no log has both, and give what proves it."""
    is_certain = isinstance(error, EquivocationError)
    notes = [format_note(side.signed.note) for side in (old, new)]
    screen.line(
        ("FORK", "bad") if is_certain else ("INCONSISTENT", "bad"),
        f"  {error}",
    )
    _print_side(screen, "old", old)
    _print_side(screen, "new", new)
    if not is_certain:
        screen.line(
            "  either the log forked, or the tiles were changed: verify the"
            f" tiles first ({PROGRAM} verify TILES)"
        )
    proof = error.proof if isinstance(error, EquivocationError) else ()
    both = "\n".join([*notes, *map(encode_base64, proof)])
    with_proof = ", and the proof between them" if proof else ""
    if evidence is not None:
        write_output(evidence, both.encode())
        screen.line(f"  {evidence}: both signed checkpoints{with_proof}")
    else:
        for line in both.splitlines():
            screen.line(f"  | {line}")
    problem = problem_of(error)
    assert problem is not None, "both are the library's"
    screen.line(f"  do: {problem.advice}")
    screen.line(f"  more: {PROGRAM} explain {problem.code}")
    return screen.result(
        "comparison",
        FAILED,
        {
            **relation_json("fork" if is_certain else "inconsistent", old, new),
            "what": str(error),
            "notes": notes,
            "proof": _hex(proof),
            "evidence": evidence,
        },
    )


def _print_side(screen: Screen, name: str, side: Side) -> None:
    root = encode_base64(side.signed.checkpoint.root)
    screen.line(f"  {name}  {side.size:>8}  {root}  {side.source}")


def _hex(hashes: Iterable[bytes]) -> list[str]:
    return [digest.hex() for digest in hashes]
