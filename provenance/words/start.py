"""What to do after a ledger was made."""

from pathlib import Path
from shlex import quote

PROGRAM = "provenance"


def what_next(folder: Path, key_file: Path, *, trust: Path) -> list[str]:
    """Return the lines that say what comes after the founding of a ledger.

    Args:
        folder: The ledger's.
        key_file: Where the authority's key is.
        trust: The trust file.
    """
    ledger, key = quote(str(folder)), quote(str(key_file))
    enrol = (
        "enrol did:web:maker.example --name Maker --actor-key maker.key"
        f" --key {key} -C {ledger}"
    )
    grant = (
        "grant did:web:maker.example producer --prefix 9506000"
        f" --key {key} -C {ledger}"
    )
    return [
        "",
        "What next:",
        f"  1. Move {key_file} to a safe place: who has it can enrol anyone.",
        f"  2. Publish {trust}: whoever verifies pins it.",
        "  3. Let an actor make a key:",
        f"       {PROGRAM} key new maker.key",
        "  4. Enrol it, and grant it a role:",
        f"       {PROGRAM} actor {enrol}",
        f"       {PROGRAM} actor {grant}",
        "  5. Let it sign what happens:",
        f"       {PROGRAM} submit events.json --key maker.key -C {ledger}",
        "  6. Prove an item's story, and verify it:",
        f"       {PROGRAM} bundle ITEM -o item.provenance -C {ledger}",
        f"       {PROGRAM} verify item.provenance --trust {quote(str(trust))}",
        "",
        "It has no witnesses: nobody but you, its operator, vouches that",
        "everybody is shown the same history, and every verdict says so.",
        f"Before you publish {trust}, let others vouch for it, too:",
        '       quorum = "harbour"                     in place of "none"',
        "       [[witnesses]]                          at the end, one each",
        '       name = "harbour"',
        '       key = "witness.example/harbour+…"      as the witness gives it',
        '       url = "https://witness.example/"       where a node asks it',
        "Of several, a [[groups]] with a name, a threshold and their names as",
        "members says how many must cosign; its name is the quorum then.",
    ]
