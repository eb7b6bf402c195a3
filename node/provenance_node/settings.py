"""Settings: what a node's operator decides, and where each was said.

From the strongest to the weakest:

    the command line           provenance node serve --port 8443
    the environment            PROVENANCE_NODE_PORT=8443
    a file, in TOML            port = 8443
    what is built in

A list is written `["https://a.example", "https://b.example"]` in the file, and
with commas in the environment. A name that does not exist, a number out of
its bounds and a value of another type are refused: a limit that is misspelt
would be no limit.
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from provenance.errors import MalformedError

PREFIX = "PROVENANCE_NODE_"
"""Starts the name of every environment variable."""

CONFIG = f"{PREFIX}CONFIG"
"""The variable that names the file."""

BUILT_IN = "built in"

MIB = 2**20

Value = str | int | float | bool | tuple[str, ...]


def _setting(
    default: Value, says: str, *, least: float = 0, most: float = 2**31
) -> Any:
    return field(
        default=default,
        metadata={"says": says, "least": least, "most": most},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set."""

    # Where it is reached.
    host: tuple[str, ...] = _setting(
        ("127.0.0.1",),
        "addresses to listen on, one or several; unix:PATH is a socket there",
    )
    port: int = _setting(
        8080, "port to listen on; 0 takes a free one", most=65_535
    )
    public_url: str = _setting(
        "", "what people call it, such as https://id.example; it has no path"
    )
    log_prefix: str = _setting("/log", "path that the log's tiles are below")
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        "addresses whose X-Forwarded-For counts; unix: is whoever comes"
        " through a socket in the file system",
    )
    write_origins: tuple[str, ...] = _setting(
        (), "web origins whose pages may submit statements (CORS)"
    )

    # How much of the machine it takes.
    reader_processes: int = _setting(
        3,
        "processes that prove; one at least stays free of dear proofs",
        least=1,
        most=256,
    )
    checker_processes: int = _setting(
        0, "processes that check signatures; 0 is one a processor", most=256
    )
    look_processes: int = _setting(
        1, "processes that read heads, receipts and tiles", least=1, most=64
    )
    query_processes: int = _setting(
        2, "processes that answer queries and index events", least=1, most=64
    )
    cache_bytes: int = _setting(
        64 * MIB, "bytes of finished tiles kept in memory"
    )

    # Limits on one request.
    max_body_bytes: int = _setting(
        8 * MIB, "largest body of a request", least=1024
    )
    max_batch: int = _setting(
        1_000, "most statements of one request", least=1, most=4_096
    )
    max_headers: int = _setting(100, "most header lines", least=8)
    max_header_bytes: int = _setting(
        16_384, "most bytes before the body", least=1024
    )
    header_seconds: float = _setting(
        10.0, "time for a request's first line and headers", least=0.1
    )
    body_seconds: float = _setting(30.0, "time for its whole body", least=0.1)
    send_seconds: float = _setting(
        30.0, "time in which a client takes what it is sent", least=0.1
    )
    keep_alive_seconds: float = _setting(
        15.0, "time that an idle connection stays open"
    )

    proof_seconds: float = _setting(
        10.0, "time that one proof may take", least=0.1, most=60
    )
    query_seconds: float = _setting(
        10.0, "time that one query may take", least=0.1, most=50
    )
    index_seconds: float = _setting(
        5.0, "time a query waits for what was just logged to be indexed"
    )

    # Limits on all of them together.
    max_connections: int = _setting(1_000, "most connections", least=1)
    max_buffered_bytes: int = _setting(
        64 * MIB, "most bytes of bodies that are being received", least=1024
    )
    max_queue: int = _setting(
        20_000, "most statements that wait to be written", least=1
    )
    max_reads: int = _setting(200, "most proofs that wait to be made", least=1)
    stop_seconds: float = _setting(
        30.0, "time in which requests in hand are answered at the end"
    )
    stall_seconds: float = _setting(
        15.0,
        "time without progress after which a writer with work in hand"
        " makes the node not ready",
    )

    # Rates, each with how much may come at once.
    write_rate: float = _setting(
        200.0, "writing requests a second from one address", least=0.001
    )
    write_burst: int = _setting(
        1_000, "writing requests at once from one address", least=1
    )
    read_rate: float = _setting(
        200.0, "proofs a second for one address", least=0.001
    )
    read_burst: int = _setting(1_000, "proofs at once for one address", least=1)
    actor_rate: float = _setting(
        2_000.0, "statements a second of one actor", least=0.001
    )
    actor_burst: int = _setting(
        20_000, "statements at once of one actor", least=1
    )

    # EPCIS capture, which signs what others send: off without both files.
    capture_key: str = _setting(
        "", "file of the key that signs what is captured; readable by you alone"
    )
    capture_actor: str = _setting(
        "", "actor that signs it; by default the one that has the key"
    )
    capture_tokens: str = _setting(
        "", "file of SHA-256 of the bearer tokens that may capture, one a line"
    )
    capture_limit: int = _setting(
        10_000, "most events of one captured document", least=1, most=1_000_000
    )

    # Who may query; bundles, trails, receipts and the log are everybody's.
    open_queries: bool = _setting(
        default=False,
        says="whether everybody may query all events, without a token",
    )
    reader_tokens: str = _setting(
        "",
        "file of SHA-256 of the bearer tokens of readers, one a line, with what"
        " each may see: all, prefix:…, item:…, actor:…, reveal, statements",
    )

    # Witnesses.
    witnesses: tuple[str, ...] = _setting(
        (),
        "who is asked to cosign: a witness of the trust file by name, or a"
        " vkey, then a space and its URL; none: those with a url there",
    )
    witness_seconds: float = _setting(
        5.0, "time in which a witness answers", least=0.1, most=60
    )
    cosign_seconds: float = _setting(
        1.0, "time from one checkpoint that is cosigned to the next", least=0.01
    )
    recosign_seconds: float = _setting(
        3_600.0, "age at which a quiet log's cosignatures are renewed", least=1
    )
    quorum_seconds: float = _setting(
        60.0, "how long proofs wait for the quorum before they do without"
    )

    log_requests: bool = _setting(
        default=True, says="whether each request is a line of the journal"
    )


class Set(NamedTuple):
    """One setting as it stands.

    Attributes:
        name: Its name in the file.
        value: What it is.
        source: Who said so: `BUILT_IN`, a variable, a file, an option.
        variable: The environment variable that would set it.
        says: What it means.
    """

    name: str
    value: Value
    source: str
    variable: str
    says: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings, with where each came from."""

    settings: Settings
    rows: tuple[Set, ...]


def read_configuration(
    *,
    text: str | None = None,
    called: str = "the configuration",
    environ: Mapping[str, str] = os.environ,
    options: Mapping[str, Value] | None = None,
) -> Configuration:
    """Return the settings that file, environment and options add up to.

    Args:
        text: The file's content; None if there is no file.
        called: How the file is called in messages.
        environ: The environment.
        options: What the command line says, by name.

    Raises:
        MalformedError: One of them is wrong; the message says where.
    """
    known = {each.name: each for each in fields(Settings)}
    said: dict[str, tuple[object, str]] = {}
    for name, value in _parse(text, called).items():
        if name not in known:
            raise MalformedError(
                f"{called}: there is no setting {name!r}: `provenance node"
                " config` lists them"
            )
        said[name] = value, called
    for variable, value in sorted(environ.items()):
        if not variable.startswith(PREFIX) or variable == CONFIG:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known or variable != variable.upper():
            raise MalformedError(
                f"{variable}: there is no such setting: `provenance node"
                " config` lists them"
            )
        said[name] = _from_text(value, known[name].default, variable), variable
    for name, value in (options or {}).items():
        said[name] = value, f"--{name.replace('_', '-')}"
    values = {
        name: _checked(known[name], value, source)
        for name, (value, source) in said.items()
    }
    settings = Settings(**values)  # type: ignore[arg-type]  # checked above
    return Configuration(
        settings,
        tuple(
            Set(
                name,
                getattr(settings, name),
                said[name][1] if name in said else BUILT_IN,
                PREFIX + name.upper(),
                each.metadata["says"],
            )
            for name, each in known.items()
        ),
    )


def _parse(text: str | None, called: str) -> dict[str, object]:
    try:
        # Some editors put a byte order mark before a text that they save.
        return tomllib.loads((text or "").removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise MalformedError(f"{called}: {error}") from error


def _from_text(text: str, default: object, variable: str) -> object:
    """Return what a variable's *text* says, for a setting like *default*."""
    if isinstance(default, bool):
        words = {"1": True, "true": True, "0": False, "false": False}
        if text.lower() not in words:
            raise MalformedError(f"{variable}: write true or false")
        return words[text.lower()]
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError as error:
            raise MalformedError(
                f"{variable}: {text[:40]!r} is no number"
            ) from error
    return text


def _checked(setting: Any, value: object, source: str) -> Value:
    """Return *value*, which *source* gives *setting*, in its type."""
    place = f"{source}: {setting.name}"
    match setting.default:
        case bool():
            if not isinstance(value, bool):
                raise MalformedError(f"{place} is true or false")
            return value
        case int() | float():
            return _number(setting, value, place)
        case tuple():
            if setting.name == "host" and isinstance(value, str):
                value = [value]
            if not isinstance(value, list | tuple) or not all(
                isinstance(part, str) for part in value
            ):
                raise MalformedError(f"{place} is a list of texts")
            if setting.name == "host":
                _require_hosts(value, place)
            return tuple(value)
        case _:
            return _text(setting, value, place)


def _text(setting: Any, value: object, place: str) -> str:
    if not isinstance(value, str):
        raise MalformedError(f"{place} is a text")
    if setting.name == "log_prefix" and not _is_prefix(value):
        raise MalformedError(f"{place} is a path such as /log")
    if setting.name == "public_url" and not _is_url(value):
        raise MalformedError(f"{place} is a URL such as https://id.example")
    if setting.name == "public_url" and (path := _path_of(value)):
        raise MalformedError(
            f"{place} has the path {path}: the node's links, its page and GS1"
            " Digital Links begin at the root of a host name. Give it a name"
            " of its own, such as https://id.example"
        )
    return value


def _require_hosts(hosts: Sequence[str], place: str) -> None:
    if not hosts:
        raise MalformedError(f"{place} has one address at least")
    for host in hosts:
        if hosts.count(host) > 1:
            raise MalformedError(f"{place} has {host[:80]!r} twice")
        if host.startswith("unix:"):
            if not host.startswith("unix:/"):
                raise MalformedError(
                    f"{place}: {host[:80]!r} is no absolute path behind unix:"
                )
        elif not host or not host.isascii() or set(host) & set("/[] "):
            raise MalformedError(
                f"{place}: {host[:80]!r} is no address such as 127.0.0.1, ::1"
                " or unix:/run/node.sock"
            )


def _number(setting: Any, value: object, place: str) -> int | float:
    kind = type(setting.default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedError(f"{place} is a number")
    if kind is int and not isinstance(value, int):
        raise MalformedError(f"{place} is a whole number")
    least, most = setting.metadata["least"], setting.metadata["most"]
    # Not a number is outside of any bounds.
    if not least <= value <= most:
        raise MalformedError(f"{place} is from {least:g} to {most:.15g}")
    return value if kind is int else float(value)


def _is_prefix(text: str) -> bool:
    return (
        text.startswith("/")
        and not text.endswith("/")
        and "//" not in text
        and text.isascii()
        and text.isprintable()
        and not set(text) & set(" ?#%\\")
    )


def _path_of(url: str) -> str:
    """Return the path of *url*, which ends without a slash; "" for none."""
    _, slash, path = url.partition("//")[2].partition("/")
    return slash + path


def _is_url(text: str) -> bool:
    return not text or (
        text.startswith(("https://", "http://"))
        and not text.endswith("/")
        and text.isascii()
        and text.isprintable()
        and not set(text) & set(' ?#"<>\\')
    )
