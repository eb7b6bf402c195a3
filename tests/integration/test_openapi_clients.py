"""Clients that others' generators make of the description do their work.

openapi-typescript with openapi-fetch, orval and openapi-python-client each
make a client of what a real node answers at /openapi.json. It captures an
EPCIS document, waits for the job, queries, fetches a bundle, and submits a
statement that was signed elsewhere. TypeScript checks those that are
TypeScript: every name and type that they use is in the description.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

import pytest

from provenance.encoding.base64 import decode_base64, encode_base64
from provenance.ledger.ledger import clock_now
from provenance.proof.verify import verify_bundle
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.epcis_world import TOKEN, write_secrets
from tests.support.node_packages import (
    PINNED,
    LackError,
    npm_packages,
    python_packages,
)
from tests.support.node_world import NodeProcess, new_world
from tests.support.parts import lack
from tests.support.waiting import PATIENCE_SECONDS


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    return new_world(tmp_path_factory.mktemp("generated"))


@pytest.fixture(scope="module")
def node(world: LedgerWorld) -> Iterator[NodeProcess]:
    secrets = write_secrets(world.folder.parent)
    with NodeProcess(world.folder, **secrets) as node:
        yield node


@pytest.fixture
def folder(node: NodeProcess, tmp_path: pathlib.Path) -> pathlib.Path:
    """Return a folder with the description, and with our programs."""
    with node.client() as client:
        (tmp_path / "openapi.json").write_text(client.get("/openapi.json").text)
    for path in PINNED.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path


def installed(install: Callable[[], pathlib.Path]) -> pathlib.Path:
    try:
        return install()
    except LackError as error:
        lack(str(error))


def run(
    folder: pathlib.Path, *command: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done


def check(
    world: LedgerWorld,
    node: NodeProcess,
    folder: pathlib.Path,
    number: int,
    command: Sequence[str],
    **variables: str,
) -> None:
    """Let the client that *command* runs do its work, and look at that."""
    item = can(number)
    signed = world.sign(PRODUCER, world.made(can(number + 1)))
    done = run(
        folder,
        *command,
        NODE_URL=node.url,
        NODE_TOKEN=TOKEN,
        ITEM=item,
        STATEMENT=encode_base64(signed.to_bytes()),
        **variables,
    )
    said = json.loads(done.stdout)
    bundle = decode_base64(said.pop("bundle"))
    assert said == {
        "captured": 202,
        "success": True,
        "items": [item],
        "grades": ["A"],
        "steps": ["commissioning"],
        "outcome": "logged",
        "again": ["known"],
        "missing": "PRV-9004",
    }
    verdict = verify_bundle(
        bundle, trust=world.trust, now=clock_now(), item=item
    )
    assert verdict.subject == item


def compiled(folder: pathlib.Path, program: str) -> list[str]:
    """Return the command of *program*, which TypeScript has checked."""
    # Of the others only what this one imports is there.
    for other in folder.glob("use_*.ts"):
        if other.name != program:
            other.unlink()
    tsc = folder / "node_modules" / ".bin" / "tsc"
    run(folder, str(tsc), "--project", "tsconfig.json")
    return ["node", program.replace(".ts", ".js")]


def with_packages(folder: pathlib.Path) -> pathlib.Path:
    """Return where the programs of the packages are, linked to *folder*."""
    packages = installed(npm_packages) / "node_modules"
    (folder / "node_modules").symlink_to(packages)
    return packages / ".bin"


def test_openapi_typescript_with_openapi_fetch_makes_a_client(
    world: LedgerWorld, node: NodeProcess, folder: pathlib.Path
) -> None:
    programs = with_packages(folder)
    run(
        folder, str(programs / "openapi-typescript"), "openapi.json",
        "--output", "api.d.ts",
    )  # fmt: skip
    (folder / "request.ts").unlink()
    command = compiled(folder, "use_openapi_fetch.ts")
    check(world, node, folder, 100, command)


def test_orval_makes_a_client(
    world: LedgerWorld, node: NodeProcess, folder: pathlib.Path
) -> None:
    programs = with_packages(folder)
    run(folder, str(programs / "orval"), "--config", "./orval.config.cjs")
    command = compiled(folder, "use_orval.ts")
    check(world, node, folder, 200, command)


def test_openapi_python_client_makes_a_client(
    world: LedgerWorld, node: NodeProcess, folder: pathlib.Path
) -> None:
    packages = str(installed(python_packages))
    done = run(
        folder, sys.executable, "-m", "openapi_python_client", "generate",
        "--path", "openapi.json", "--config", "openapi_python_client.yml",
        "--meta", "none", "--output-path", "made_client", "--fail-on-warning",
        PYTHONPATH=packages,
    )  # fmt: skip
    assert "WARNING" not in done.stdout + done.stderr
    command = [sys.executable, "use_openapi_python_client.py"]
    check(world, node, folder, 300, command, PYTHONPATH=packages)
