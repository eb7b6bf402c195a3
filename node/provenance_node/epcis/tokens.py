r"""Tokens: who may have the node sign what they send.

    # sha256 of the token               whose it is
    3f0a…64 hexadecimal digits…9c       warehouse
    77b1…                               line 2

A token is a text that nobody can guess, such as 32 random bytes in
hexadecimal; the file keeps only its hash, so that reading a backup gives
nobody one. It comes as `Authorization: Bearer TOKEN` (RFC 6750). Make one so:

    openssl rand -hex 32 | tee token | tr -d '\n' | sha256sum
"""

import hmac
import re
from hashlib import sha256
from pathlib import Path
from typing import Self

from provenance.errors import MalformedError
from provenance.store.private import read_private
from provenance_node.problems import NO_TOKEN, RefusedError

_MAX_SIZE = 1_000_000
_LINE = re.compile(r"([0-9a-f]{64})(?:\s.*)?")
_CHALLENGE = ((b"www-authenticate", b'Bearer realm="epcis"'),)


class Tokens:
    """The tokens that a node takes."""

    def __init__(self, digests: frozenset[bytes]) -> None:
        self._digests = digests

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the tokens in the file *path*.

        Raises:
            NotFoundError: There is no such file.
            RejectedError: Others than its owner can reach it.
            MalformedError: It is no file of hashes, an empty one, or one of
                more than a megabyte.
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
        return cls(frozenset(_digests(path, text)))

    def require(self, authorization: str) -> None:
        """Check an `Authorization` header.

        It takes as long whatever the token is.

        Raises:
            RefusedError: It has no token that counts.
        """
        scheme, _, token = authorization.partition(" ")
        given = sha256(token.strip().encode()).digest()
        known = [hmac.compare_digest(given, each) for each in self._digests]
        if scheme.lower() != "bearer" or True not in known:
            raise RefusedError(
                NO_TOKEN,
                "this takes a bearer token that the node knows",
                _CHALLENGE,
            )


def _digests(path: Path, text: str) -> list[bytes]:
    found: list[bytes] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        digest = _LINE.fullmatch(stripped)
        if digest is None:
            # The line is not said back: it may be the token itself.
            raise MalformedError(
                f"{path}, line {number}: write the SHA-256 of a token, 64"
                " digits in lower case, then perhaps a blank and whose it is"
            )
        found.append(bytes.fromhex(digest[1]))
    if not found:
        raise MalformedError(f"{path} has no token's SHA-256")
    return found
