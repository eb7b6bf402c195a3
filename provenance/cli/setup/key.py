"""`provenance key`: private keys in files."""

from pathlib import Path

import click

from provenance.cli.arguments import FILE
from provenance.cli.program import Commands
from provenance.cli.screen import Screen
from provenance.encoding.base64 import encode_base64
from provenance.keys import Signer
from provenance.store.keyfile import read_key, write_key


@click.group(cls=Commands)
def key() -> None:
    """Make and show private keys."""


@key.command()
@click.argument("file", type=FILE)
def new(screen: Screen, file: Path) -> int:
    """Make a new private key in FILE, which only you can read.

    The file holds an Ed25519 key as unencrypted PKCS#8 PEM. An existing file
    is never overwritten.
    """
    signer = Signer.generate()
    write_key(file, signer)
    screen.say(
        f"{file} is the only copy of this key: keep it safe, and show it to"
        " nobody"
    )
    return _print_key(screen, "key-new", file, signer, None)


@key.command()
@click.argument("file", type=FILE)
@click.option(
    "--name",
    help="Show the key as a vkey of that name as well, as trust files have it.",
)
def show(screen: Screen, file: Path, name: str | None) -> int:
    """Show the public half of the private key in FILE."""
    return _print_key(screen, "key", file, read_key(file), name)


def _print_key(
    screen: Screen, schema: str, file: Path, signer: Signer, name: str | None
) -> int:
    public = encode_base64(signer.verifier.data)
    key_id = signer.verifier.key_id.hex()
    members = {"file": str(file), "public_key": public, "key_id": key_id}
    screen.line("public key  ", public)
    screen.line("key id      ", key_id)
    if name is not None:
        from provenance.tlog.note import NoteSigner  # noqa: PLC0415  # asked for

        members["vkey"] = NoteSigner(name, signer).verifier.vkey
        screen.line("vkey        ", members["vkey"])
    return screen.result(schema, 0, members)
