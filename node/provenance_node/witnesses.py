"""Witnesses: whom a node asks to cosign its checkpoints, and where.

    witnesses = [
        "harbour https://witness.example/log",
        "press.example/w7+40447f83+BNOIQ59B… https://press.example/w7",
    ]

A witness is named as the ledger's trust file names it, or by its whole key
(a C2SP vkey) where only others' policies count it. Without the setting those
of the trust file are asked that have a url there. Both are the operator's own
files: no other address is ever opened. The certificate of an https one must
verify, by the system's authorities or those in the file that SSL_CERT_FILE
names; there is no setting that takes another.
"""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from provenance.errors import MalformedError
from provenance.tlog.cosignature import Cosigner, parse_cosigner
from provenance.tlog.policy import Policy


class ConfiguredWitness(NamedTuple):
    """A witness that is asked.

    Attributes:
        name: Its name in the trust file, or of its key.
        key: The key that it cosigns with.
        url: What `/add-checkpoint` is added to.
    """

    name: str
    key: Cosigner
    url: str


def witnesses_of(
    policy: Policy, settings: Sequence[str]
) -> list[ConfiguredWitness]:
    """Return whom to ask, each once.

    Args:
        policy: The ledger's own.
        settings: The operator's rows; empty for the URLs of *policy*.

    Raises:
        MalformedError: A row names nobody, or no URL, or somebody twice.
    """
    if settings:
        asked = [_read(row, policy) for row in settings]
    else:
        asked = [
            ConfiguredWitness(witness.name, witness.key, _checked(witness.url))
            for witness in policy.witnesses
            if witness.url is not None
        ]
    names = [each.name for each in asked]
    for name in names:
        if names.count(name) > 1:
            raise MalformedError(f"witnesses: {name!r} is there twice")
    return asked


def _read(row: str, policy: Policy) -> ConfiguredWitness:
    match row.split():
        case [who, url] if "+" in who:
            key = parse_cosigner(who)
            return ConfiguredWitness(_known_as(key, policy), key, _checked(url))
        case [who, url]:
            for witness in policy.witnesses:
                if witness.name == who:
                    return ConfiguredWitness(who, witness.key, _checked(url))
            raise MalformedError(
                f"witnesses: the trust file has no witness {who!r}: give its"
                " whole key, name+id+key"
            )
        case _:
            raise MalformedError(
                f"witnesses: {row[:80]!r} is not a name or key and a URL"
            )


def _known_as(key: Cosigner, policy: Policy) -> str:
    for witness in policy.witnesses:
        if witness.key == key:
            return witness.name
    return key.name


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        # Asking for the port is what looks at it.
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise MalformedError(f"witnesses: {url[:80]!r}: {error}") from error
    is_plain = not (parts.query or parts.fragment or parts.username)
    is_text = url.isascii() and url.isprintable()
    if (
        parts.scheme not in {"http", "https"}
        or not is_whole
        or not is_plain
        or not is_text
    ):
        raise MalformedError(
            f"witnesses: {url[:80]!r} is no URL such as https://witness.example"
        )
    return url.rstrip("/")
