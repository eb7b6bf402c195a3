r"""Tokens: who may do more than everybody, and may prove it with a secret.

    # sha256 of the token               what it is for, see who reads the file
    3f0a…64 hexadecimal digits…9c       warehouse
    77b1…                               line 2

A token is a text that nobody can guess, such as 32 random bytes in
hexadecimal; the file keeps only its hash, so that reading a backup gives
nobody one. It comes as `Authorization: Bearer TOKEN` (RFC 6750). Make one so:

    openssl rand -hex 32 | tee token | tr -d '\n' | sha256sum
"""

import hmac
import re
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path

from provenance.errors import MalformedError
from provenance.problems.table import NO_TOKEN
from provenance.store.private import read_private
from provenance_node.problems import RefusedError

_MAX_SIZE = 1_000_000
_LINE = re.compile(r"([0-9a-f]{64})(?:\s+(.*))?")


def read_tokens(path: Path) -> dict[bytes, str]:
    """Return hash → the rest of its line, of each token in the file *path*.

    Raises:
        NotFoundError: There is no such file.
        RejectedError: Others than its owner can reach it.
        MalformedError: It is no file of hashes, an empty one, or one of more
            than a megabyte; or it has a token twice.
        StoreError: It cannot be read.
    """
    data = read_private(
        path,
        most=_MAX_SIZE + 1,
        absent="no file of tokens",
        content="the tokens in",
    )
    if len(data) > _MAX_SIZE:
        raise MalformedError(
            f"{path} has more than {_MAX_SIZE} bytes: take out the tokens"
            " that nobody uses any more"
        )
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedError(f"{path} is no text in ASCII") from error
    found: dict[bytes, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        parts = _LINE.fullmatch(stripped)
        if parts is None:
            # The line is not said back: it may be the token itself.
            raise MalformedError(
                f"{path}, line {number}: write the SHA-256 of a token, 64"
                " digits in lower case, then perhaps a blank and more"
            )
        digest = bytes.fromhex(parts[1])
        if digest in found:
            raise MalformedError(f"{path}, line {number}: it is there twice")
        found[digest] = parts[2] or ""
    if not found:
        raise MalformedError(f"{path} has no token's SHA-256")
    return found


def require_token(
    authorization: str, known: Collection[bytes], *, realm: str
) -> bytes:
    """Return the hash of the token in an `Authorization` header.

    It takes as long whatever the token is.

    Args:
        authorization: The header; "" without one.
        known: The hashes of the tokens that count.
        realm: What they are for.

    Raises:
        RefusedError: It has no token that counts.
    """
    scheme, _, token = authorization.partition(" ")
    given = sha256(token.strip().encode()).digest()
    equal = [hmac.compare_digest(given, each) for each in known]
    if scheme.lower() != "bearer" or True not in equal:
        raise RefusedError(
            NO_TOKEN,
            "this takes a bearer token that the node knows",
            ((b"www-authenticate", f'Bearer realm="{realm}"'.encode()),),
        )
    return given
