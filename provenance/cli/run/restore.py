"""`provenance restore`: a backup becomes a ledger again."""

from pathlib import Path
from shlex import quote

import click

from provenance.cli.arguments import FILE
from provenance.cli.inputs import read_input, read_trust
from provenance.cli.program import PROGRAM, Command, fail, where_of
from provenance.cli.progress import Progress
from provenance.cli.screen import Screen
from provenance.errors import (
    ForkError,
    within,
)
from provenance.folder import SIGNER_MEMORY
from provenance.problems import OLD_COPY_PROBLEM
from provenance.proof.bundle import MAX_BUNDLE_SIZE
from provenance.proof.trust import Trust
from provenance.restore import (
    Restored,
    SignedHistory,
    read_signed,
    restore_folder,
    trust_for,
    why_unsigned,
)


@click.command(cls=Command)
@click.argument("backup", type=FILE)
@click.argument("folder", type=FILE)
@click.option(
    "--checkpoint",
    "checkpoints",
    metavar="FILE",
    multiple=True,
    help="What the log published: a checkpoint, receipt or bundle that"
    " somebody kept. Give all that you can get; - for standard input.",
)
@click.option(
    "--trust",
    "trust_file",
    metavar="FILE",
    help="A trust file from elsewhere, to audit the copy against and to keep"
    " in FOLDER; by default FOLDER's own if it survived, else the copy's.",
)
def restore(
    screen: Screen,
    backup: Path,
    folder: Path,
    checkpoints: tuple[str, ...],
    trust_file: str | None,
) -> int:
    """Make a ledger in FOLDER of a BACKUP, if it may go on.

    It may if it has all that the log's key has signed. FOLDER's own
    signer.memory says how far that was, if it survived; checkpoints that
    others hold say so too. Neither is needed if the other is there. A key is
    never restored: no backup has it.
    """
    trust = (
        trust_for(backup, folder)
        if trust_file is None
        else read_trust(trust_file)
    )
    published = [_read_signed(name, trust) for name in checkpoints]
    try:
        with Progress() as progress:
            restored = restore_folder(
                backup,
                folder,
                published=published,
                trust=trust,
                progress=progress.show,
            )
    except ForkError as error:
        where = where_of(error)
        return fail(OLD_COPY_PROBLEM, str(error), where, screen.is_json)
    return _tell(screen, folder, restored, trust)


def _read_signed(name: str, trust: Trust) -> SignedHistory:
    with within(name):
        data = read_input(name, limit=MAX_BUNDLE_SIZE)
        return read_signed(data, trust=trust, called=name)


def _tell(
    screen: Screen, folder: Path, restored: Restored, trust: Trust
) -> int:
    signed = restored.signed
    screen.line(f"{folder}: a ledger of {restored.size} entries")
    screen.line(f"signed so far: {signed.size}, says {signed.known_from}")
    if signed.known_from != str(folder / SIGNER_MEMORY):
        names = ", ".join(w.key.name for w in trust.policy.witnesses)
        screen.say(
            "Somebody may hold a newer checkpoint, and would have the proof of"
            f" a fork. Before it signs, ask {names or 'whoever reads the log'}."
        )
    why = why_unsigned(folder)
    if why is not None:
        screen.line(f"it cannot sign yet: {why}")
    screen.say(
        "Never start what it was restored from again: one log, one writer."
    )
    screen.say(f"To serve it: {PROGRAM} node serve {quote(str(folder))}")
    return screen.result(
        "restore",
        0,
        {
            "folder": str(folder),
            "size": restored.size,
            "signed": signed.size,
            "known_from": signed.known_from,
            "cannot_sign": why,
        },
    )
