"""Check the types of the page's JavaScript, with TypeScript.

    python -m tests.web.check_types

The modules are JavaScript with types in their comments; what runs in a browser
is what is checked. The service worker is checked apart: it has other globals
than a page.
"""

import pathlib
import subprocess
import sys

from tests.support.node_packages import LackError, npm_packages

WEB = pathlib.Path(__file__).parent
PROJECTS = (WEB / "tsconfig.json", WEB / "tsconfig.worker.json")


def faults_of(project: pathlib.Path) -> str:
    """Return what TypeScript says against the files of *project*.

    Raises:
        LackError: TypeScript cannot be had.
    """
    tsc = npm_packages() / "node_modules" / ".bin" / "tsc"
    done = subprocess.run(
        [str(tsc), "--project", str(project), "--pretty", "false"],
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    return said or ("" if done.returncode == 0 else f"exit {done.returncode}")


def main() -> int:
    """Return 1 if there is a fault, which is printed."""
    try:
        said = "".join(map(faults_of, PROJECTS))
    except LackError as lack:
        said = f"{lack}\n"
    sys.stdout.write(said)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
