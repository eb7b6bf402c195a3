"""`provenance init`: a new ledger in a folder."""

# click hands a command each of its options as an argument.
# ruff: noqa: PLR0913, PLR0917

from pathlib import Path

import click

from provenance.claims.registry import Authority
from provenance.cli.arguments import FILE, ITEM, SPAN
from provenance.cli.inputs import read_input
from provenance.cli.program import Command
from provenance.cli.screen import Screen
from provenance.encoding.digest import sha256
from provenance.errors import ProvenanceError
from provenance.folder import TRUST_FILE, create_ledger
from provenance.gs1 import canonical_item
from provenance.keys import Signer
from provenance.proof.trust import DEFAULT_MAX_AGE, Trust
from provenance.rules.book import MAX_BOOK_SIZE
from provenance.rules.books import BASELINE, BookRef
from provenance.store.keyfile import read_key, write_key
from provenance.tlog.note import NoteSigner
from provenance.tlog.policy import Log, Policy
from provenance.words.start import what_next

AUTHORITY_KEY = "authority.key"


@click.command(cls=Command)
@click.argument("folder", type=FILE)
@click.option(
    "--origin",
    required=True,
    help="The ledger's name for ever, such as ledger.example/food.",
)
@click.option(
    "--authority",
    type=ITEM,
    help="The id of its first authority; by default https://ORIGIN.",
)
@click.option(
    "--authority-name",
    default="The operator",
    show_default=True,
    help="What people call that authority.",
)
@click.option(
    "--authority-key",
    "key_file",
    type=FILE,
    help="That authority's private key, made if it is not there; by default"
    " authority.key in FOLDER.",
)
@click.option(
    "--max-age",
    type=SPAN,
    default=DEFAULT_MAX_AGE,
    show_default="7d",
    help="How old a checkpoint may be and still count as fresh.",
)
@click.option(
    "--book",
    "book_files",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="A rule book of its own, as `rules check -o` writes it; it is logged"
    " first, and counts from there.",
)
def init(  # each by name
    screen: Screen,
    folder: Path,
    origin: str,
    authority: str | None,
    authority_name: str,
    key_file: Path | None,
    max_age: int,
    book_files: tuple[Path, ...],
) -> int:
    """Make a new ledger in FOLDER.

    It gets a key that signs its checkpoints (log.key), a trust file that
    verifiers pin (trust.toml), and an authority that enrols actors and grants
    them roles, with a key of its own.
    """
    authority = authority or canonical_item(f"https://{origin}")
    key_file = key_file or folder / AUTHORITY_KEY
    log_signer = Signer.generate()
    signer, is_new = _authority_signer(folder, key_file)
    log_key = NoteSigner(origin, log_signer).verifier
    books = [read_input(str(file), limit=MAX_BOOK_SIZE) for file in book_files]
    trust = Trust(
        origin=origin,
        policy=Policy((Log(log_key),), (), (), None),
        authorities=(
            Authority(authority, authority_name, (signer.verifier.data,)),
        ),
        books=tuple(BookRef(sha256(book), 0) for book in books) or BASELINE,
        max_age_seconds=max_age,
    )
    try:
        with create_ledger(
            folder, trust=trust, log_signer=log_signer, books=books
        ) as new:
            size = new.size
    except ProvenanceError:
        if is_new:
            key_file.unlink()
        raise
    screen.line("ledger     ", origin, " in ", str(folder))
    screen.line("log key    ", log_key.vkey)
    screen.line("authority  ", authority, ", key in ", str(key_file))
    screen.line("trust file ", str(folder / TRUST_FILE))
    for line in what_next(folder, key_file, trust=folder / TRUST_FILE):
        screen.say(line)
    return screen.result(
        "init",
        0,
        {
            "folder": str(folder),
            "origin": origin,
            "log_key": log_key.vkey,
            "authority": authority,
            "authority_key": str(key_file),
            "trust": str(folder / TRUST_FILE),
            "size": size,
        },
    )


def _authority_signer(folder: Path, key_file: Path) -> tuple[Signer, bool]:
    """Return the authority's key, and whether it was made now."""
    if key_file.exists():
        return read_key(key_file), False
    if key_file.parent == folder:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    signer = Signer.generate()
    write_key(key_file, signer)
    return signer, True
