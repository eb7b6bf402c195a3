"""Running the command line in tests: in this process, or in one of its own.

A ledger is made by commands alone, as a reader of the help pages would.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from provenance.cli import main
from tests.support.waiting import PATIENCE_SECONDS

ORIGIN = "ledger.example/test"
MAKER = "did:web:maker.example"
CAN = "https://id.gs1.org/01/09421902960017/21/K0000"
CAN_AS_URN = "urn:epc:id:sgtin:9421902.096001.K0000"
PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.out)
        return said


def run(*arguments: object, given: bytes = b"", **environ: str) -> Run:
    """Run the program in this process."""
    variables = {
        "PROVENANCE_LEDGER": None,
        "PROVENANCE_NODE": None,
        "PROVENANCE_TRUST": None,
        "PROVENANCE_TOKEN": None,
        "PROVENANCE_LANG": None,
        "XDG_CONFIG_HOME": "/nonexistent",
        **environ,
    }
    result = CliRunner().invoke(
        main, [str(a) for a in arguments], input=given, env=variables
    )
    return Run(result.exit_code, result.stdout, result.stderr)


def ok(*arguments: object, **environ: str) -> Run:
    """Run the program, which must succeed."""
    done = run(*arguments, given=b"", **environ)
    assert done.code == 0, done
    return done


def command_line(*arguments: object) -> list[str]:
    """Return the command that runs the program in a process of its own."""
    return [sys.executable, "-m", "provenance", *map(str, arguments)]


def spawn(
    *arguments: object, **environ: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the program in a process of its own."""
    return subprocess.run(
        command_line(*arguments),
        cwd=PROJECT,
        check=False,
        capture_output=True,
        env={**os.environ, **environ},
        timeout=PATIENCE_SECONDS,
    )


def write_document(path: Path, *serials: str, **members: object) -> Path:
    """Write an EPCIS document that commissions cans with those serials."""
    event = {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "eventTime": "2025-03-01T08:59:00+13:00",
        "eventTimeZoneOffset": "+13:00",
        "epcList": [
            f"urn:epc:id:sgtin:9421902.096001.{serial}" for serial in serials
        ],
        **members,
    }
    document = {
        "@context": [
            "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
            {"example": "https://ns.example/"},
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T09:00:00Z",
        "epcisBody": {"eventList": [event]},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Place:
    """A folder with a ledger, an enrolled maker, and their keys."""

    folder: Path

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    @property
    def trust(self) -> Path:
        return self.ledger / "trust.toml"

    @property
    def authority_key(self) -> Path:
        return self.ledger / "authority.key"

    @property
    def maker_key(self) -> Path:
        return self.folder / "maker.key"


def found_ledger(folder: Path, *options: object) -> Place:
    """Make a ledger whose maker may create cans under its prefix."""
    place = Place(folder)
    ok("init", place.ledger, "--origin", ORIGIN, *options)
    ok("key", "new", place.maker_key)
    signing = ("--key", place.authority_key, "-C", place.ledger)
    ok(
        "actor", "enrol", MAKER, "--name", "Maker",
        "--actor-key", place.maker_key, *signing,
    )  # fmt: skip
    ok("actor", "grant", MAKER, "producer", "--prefix", "9421902", *signing)
    return place
