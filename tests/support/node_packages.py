"""What tests need of npm's packages, and of a generator written in Python.

`tests/interop/openapi_clients` pins them, with the hashes of what they stand
on. They are installed once for each state of those files, into `.tmp`, where
nothing of the project is; no script of a package is run on the way.
"""

import fcntl
import hashlib
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Sequence

ROOT = pathlib.Path(__file__).resolve().parents[2]
PINNED = ROOT / "tests" / "interop" / "openapi_clients"

_KEPT = ROOT / ".tmp"
_PATIENCE_SECONDS = 300
_TOLD = 600


class LackError(Exception):
    """The packages cannot be had here; says why."""


def npm_packages() -> pathlib.Path:
    """Return the folder whose `node_modules` has the packages.

    Raises:
        LackError: There is no npm, or it cannot install them.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise LackError("no npm: install Node with npm")
    command = [
        *(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"),
        "--loglevel=error",
    ]
    return _installed("npm", ["package.json", "package-lock.json"], command)


def python_packages() -> pathlib.Path:
    """Return the folder, for PYTHONPATH, of openapi-python-client.

    Raises:
        LackError: There is no pip, or it cannot install it.
    """
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
        *("--only-binary", ":all:", "--target", "."),
        *("--requirement", "requirements.txt"),
    ]
    return _installed("pip", ["requirements.txt"], command)


def _installed(
    name: str, files: Sequence[str], command: Sequence[str]
) -> pathlib.Path:
    """Return where *command* installed what *files* pin, now or before."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update((PINNED / file).read_bytes())
    folder = _KEPT / f"{name}-{digest.hexdigest()[:16]}"
    _KEPT.mkdir(exist_ok=True)
    # One at a time: tests run beside one another.
    with (_KEPT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder
        growing = folder.with_suffix(".part")
        shutil.rmtree(growing, ignore_errors=True)
        growing.mkdir()
        for file in files:
            shutil.copy(PINNED / file, growing)
        try:
            subprocess.run(
                command, cwd=growing, check=True, capture_output=True,
                text=True, timeout=_PATIENCE_SECONDS,
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            said = f"{error.stdout}{error.stderr}"[-_TOLD:]
            raise LackError(f"{name} cannot install: {said}") from error
        except subprocess.TimeoutExpired as error:
            raise LackError(f"{name} does not get done installing") from error
        growing.rename(folder)
        return folder
