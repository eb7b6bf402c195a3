"""How fast a cold `provenance verify` is, and what it must not load."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli_runs import CAN, PROJECT, found_ledger, ok, write_document

LIMIT = 0.150
"""In seconds, on a machine that loads click in REFERENCE seconds."""

REFERENCE = 0.050
ATTEMPTS = 12


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


def fastest(script: str, cache: Path, *arguments: str) -> float:
    seconds = []
    for _ in range(ATTEMPTS):
        start = time.perf_counter()
        cold(script, cache, *arguments)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


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
        "provenance.folder", "provenance.prepare",
    }  # fmt: skip
    assert not loaded & unwanted
    for floor in ("ledger", "store"):
        assert f"provenance.{floor}" not in loaded


def test_a_cold_verify_takes_less_than_150_ms(
    arguments: list[str], tmp_path: Path
) -> None:
    verify = "from provenance.cli import main; main()"
    cold(verify, tmp_path, *arguments)
    took = fastest(verify, tmp_path, *arguments)
    slowness = max(1.0, fastest("import click", tmp_path) / REFERENCE)
    assert took < LIMIT * slowness
