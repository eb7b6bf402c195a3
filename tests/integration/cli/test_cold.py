"""What a cold `provenance verify` must not load; its time: `tests/bench/cold.py`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli_runs import (
    CAN,
    PROJECT,
    found_ledger,
    ok,
    write_document,
)


@pytest.fixture(scope="module")
def arguments(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("cold")
    place = found_ledger(folder)
    document = write_document(folder / "a.json", "K0000")
    ok("submit", document, "--key", place.maker_key, "-C", place.ledger)
    ok("bundle", CAN, "-o", folder / "can", "-C", place.ledger)
    return ["verify", str(folder / "can"), "--trust", str(place.trust)]


def cold(script: str, cache: Path, *arguments: str) -> str:
    # As installed: compiled, and loaded from where it lies.
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "COVERAGE", "COV_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=PROJECT,
        env={**environ, "PYTHONPYCACHEPREFIX": str(cache)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_verify_loads_no_database_no_network_and_no_more_than_it_uses(
    arguments: list[str], tmp_path: Path
) -> None:
    script = (
        "import sys\n"
        "from provenance.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\n"
        "print('loaded', *sys.modules)\n"
    )
    out = cold(script, tmp_path, *arguments)
    loaded = set(out.splitlines()[-1].split())
    assert "provenance.proof.verify" in loaded
    unwanted = {
        "apsw", "asyncio", "http", "pathlib", "select", "socket", "sqlite3",
        "ssl", "subprocess", "tempfile", "traceback",
        "provenance.folder", "provenance.intake.prepare",
    }  # fmt: skip
    assert not loaded & unwanted
    for floor in ("ledger", "store"):
        assert f"provenance.{floor}" not in loaded
