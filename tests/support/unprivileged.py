"""Commands run as a user without rights, where the tests themselves are root.

Where they are not, they have no rights already. Root's own Python often lies
in root's home, where nobody else may go; then another of the same version
runs the program, with the packages of these tests.
"""

import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import Self

from tests.support.cli_runs import PROJECT, Run
from tests.support.parts import lack
from tests.support.waiting import PATIENCE_SECONDS

_VERSION = f"python{sys.version_info[0]}.{sys.version_info[1]}"
_PATH = os.pathsep.join(
    [str(PROJECT), str(PROJECT / "node"), *filter(None, sys.path)]
)


@dataclass(frozen=True)
class Nobody:
    """A user without rights, with a folder and a `provenance` of its own."""

    home: pathlib.Path
    user: int | None

    @classmethod
    def begin(cls) -> Self:
        """Make the user's folder; skip the test where that cannot be."""
        user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        # Not pytest's own folder: that is the one user's who runs the tests.
        home = pathlib.Path(tempfile.mkdtemp(prefix="provenance-nobody-"))
        nobody = cls(home, user)
        nobody._own(home)
        for python in (sys.executable, f"/usr/bin/{_VERSION}"):
            program = nobody.program
            program.write_text(
                f"#!/bin/sh\nPYTHONPATH='{_PATH}' exec '{python}' -P"
                ' -m provenance "$@"\n'
            )
            program.chmod(0o755)
            if nobody.run("--version").code == 0:
                break
        else:
            nobody.end()
            lack(f"no {_VERSION} that a user without rights can run")
        return nobody

    @property
    def program(self) -> pathlib.Path:
        return self.home / "provenance"

    def end(self) -> None:
        shutil.rmtree(self.home)

    def run(self, *arguments: object) -> Run:
        """Run `provenance`."""
        return self.execute(self.program, *arguments)

    def ok(self, *arguments: object) -> Run:
        done = self.run(*arguments)
        assert done.code == 0, done
        return done

    def execute(self, *command: object) -> Run:
        """Run *command* with the environment that cron gives."""
        done = subprocess.run(
            list(map(str, command)),
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
            user=self.user,
            group=None if self.user is None else pwd.getpwuid(self.user).pw_gid,
            extra_groups=None if self.user is None else [],
            capture_output=True,
            check=False,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def _own(self, path: pathlib.Path) -> None:
        if self.user is not None:
            os.chown(path, self.user, -1)
