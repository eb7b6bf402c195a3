"""Run test files again and again, on a machine that is kept busy.

    python -m tests.repeat 20                       all that wait for something
    python -m tests.repeat 20 --busy 2 tests/integration/test_backup.py tests/integration/store/test_crash.py

A test that hangs on how busy the machine is passes most of the time. Here a
file is run that often, each time by itself, beside as many loops as are asked
for that do nothing but take processors; several at once with --jobs. Without
FILES it is every file that waits for processes, threads or sockets, itself or
in what it imports of `tests`. Of a run that fails all is kept in a folder. Any
failure ends in exit code 1.
"""

import argparse
import ast
import contextlib
import functools
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[1]

WAITING = {"asyncio", "playwright", "socket", "subprocess", "threading"}
"""What is imported by whoever waits for others."""


@functools.cache
def waits(path: pathlib.Path) -> bool:
    """Return whether the module in *path*, or one of ours under it, waits."""
    names = imports(path)
    if WAITING & {name.partition(".")[0] for name in names}:
        return True
    ours = [n.split(".") for n in names if n.startswith("tests.")]
    paths = (ROOT.joinpath(*parts).with_suffix(".py") for parts in ours)
    return any(waits(each) for each in paths if each.is_file())


def imports(path: pathlib.Path) -> set[str]:
    """Return the modules that the one in *path* imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            # What is imported from a package may be one of its modules.
            found |= {f"{node.module}.{each.name}" for each in node.names}
    return found


def files_that_wait() -> list[pathlib.Path]:
    """Return them, in the order of their names."""
    return sorted(filter(waits, (ROOT / "tests").rglob("test_*.py")))


@contextlib.contextmanager
def busy(loops: int) -> Iterator[None]:
    """Keep so many processors busy until the end of the block."""
    started = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(loops)
    ]
    try:
        yield
    finally:
        for loop in started:
            loop.kill()
            loop.wait()


def run(path: pathlib.Path, number: int, kept: pathlib.Path) -> bool:
    """Run the file *path* once, and say so; return whether all passed."""
    started = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            str(path),
        ],
        cwd=ROOT,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # Each run makes up examples of its own, as it would elsewhere.
        env={k: v for k, v in os.environ.items() if k != "CI"},
    )
    seconds = time.monotonic() - started
    last = (done.stdout.decode(errors="replace").splitlines() or [""])[-1]
    print(f"{path.name} run {number}: {last} ({seconds:.0f} s)", flush=True)
    if done.returncode:
        (kept / f"{path.stem}-{number}.txt").write_bytes(done.stdout)
    return not done.returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("times", type=int, help="runs of each file")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--busy", type=int, default=0, metavar="LOOPS")
    parser.add_argument("--jobs", type=int, default=1, help="files at once")
    options = parser.parse_intermixed_args(arguments)
    files = [each.resolve() for each in options.files] or files_that_wait()
    kept = pathlib.Path(tempfile.mkdtemp(prefix="failed-runs-"))
    asked = [(f, n, kept) for n in range(1, options.times + 1) for f in files]
    with busy(options.busy), ThreadPoolExecutor(options.jobs) as pool:
        passed = list(pool.map(run, *zip(*asked, strict=True)))
    failed = len(passed) - sum(passed)
    print(f"{len(passed)} runs of {len(files)} files, {failed} failures")
    if failed:
        print(f"what they said is in {kept}")
    else:
        kept.rmdir()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
