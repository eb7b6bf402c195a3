"""What a machine needs to run a node, written for that machine.

    node.toml                    the node's settings
    provenance-node.service      the node as a systemd service
    provenance-backup.service    one backup, and
    provenance-backup.timer      one each night
    backup.sh                    what that runs, and cron can run too
    nginx.conf                   a proxy with TLS and a cache before it
    Containerfile, compose.yaml  the same in containers, for who prefers them
    prometheus.yaml              asks the node how it does, by the rules in
    alerts.yaml                  when somebody should look
    grafana.json                 a dashboard of all that the node counts

They lie in the folder `deployment` of this package, with `@WORDS@` where
machines differ. None of them holds a secret.
"""

import re
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path

from provenance.errors import ConflictError, MalformedError, StoreError
from provenance.retention import parse_keep

_WORD = re.compile(r"@([A-Z]+)@")
_PROGRAMS = {"backup.sh"}

# What needs no quotes in a shell, in a unit, in TOML, in YAML and in nginx.
_PLAIN_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._+-]+)+")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_PLAIN_USER = re.compile(r"[a-z_][a-z0-9_-]{0,30}")

_HIDDEN = ("/home", "/root", "/run/user")
"""What ProtectHome= hides from a service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where things are on the machine that will run the node.

    Attributes:
        name: The host name under which people reach it.
        program: The path of `provenance`.
        user: The user that the node runs as.
        ledger: The ledger's folder.
        settings: The folder of its settings, its key and its trust file.
        backups: The folder of its dated backups.
        keep: How many of them are kept, or how many days (30d).
        port: The port that the node listens on, on loopback.

    Raises:
        MalformedError: One of them would be read differently by a unit, a
            shell or nginx.
    """

    name: str
    program: str
    user: str = "provenance"
    ledger: str = "/var/lib/provenance/ledger"
    settings: str = "/etc/provenance"
    backups: str = "/var/backups/provenance"
    keep: str = "14"
    port: int = 8080

    def __post_init__(self) -> None:
        for what in ("program", "ledger", "settings", "backups"):
            self._require(what, _PLAIN_PATH, "an absolute path of plain signs")
        self._require("name", _PLAIN_NAME, "a host name")
        self._require("user", _PLAIN_USER, "a user's name")
        parse_keep(self.keep)

    def _require(self, what: str, form: re.Pattern[str], words: str) -> None:
        value = getattr(self, what)
        if form.fullmatch(value) is None:
            raise MalformedError(
                f"the {what} {value!r} is not {words}: units, shells and nginx"
                " would read it differently"
            )

    def hidden(self) -> list[str]:
        """Return what the service could not reach, since it is in a home."""
        return [
            f"{what} {path}"
            for what, path in (
                ("program", self.program),
                ("ledger", self.ledger),
                ("backups", self.backups),
            )
            if any(Path(path).is_relative_to(home) for home in _HIDDEN)
        ]


def render(machine: Machine) -> dict[str, str]:
    """Return the name and the text of each file, for *machine*."""
    words = {
        field.name.upper(): str(getattr(machine, field.name))
        for field in fields(machine)
    }
    folder = files("provenance_node") / "deployment"
    return {
        path.name: _WORD.sub(
            lambda found: words[found[1]], path.read_text(encoding="utf-8")
        )
        for path in sorted(folder.iterdir(), key=lambda path: path.name)
    }


def install(machine: Machine, target: Path) -> list[Path]:
    """Write the files for *machine* into the folder *target*.

    Returns:
        Their paths.

    Raises:
        ConflictError: One of them is there already; none was written.
        StoreError: They cannot be written.
    """
    texts = {target / name: text for name, text in render(machine).items()}
    there = [path for path in texts if path.exists() or path.is_symlink()]
    if there:
        raise ConflictError(
            f"there is a {there[0]} already, which is not overwritten: choose"
            " a new folder"
        )
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
            path.chmod(0o755 if path.name in _PROGRAMS else 0o644)
    except OSError as error:
        raise StoreError(f"cannot write in {target}: {error}") from error
    return list(texts)
