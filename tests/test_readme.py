"""What README.md and the pages of its tour show is what happens.

Each page's blocks run as they stand, one page after the other in one folder, as
a reader would follow them: commands in one shell, programs as programs. What is
printed must be what is shown; `…` stands for what differs from run to run, a
line of `…` for any lines. Shown is standard output, without the narration.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.node_world import PATIENT
from tests.waiting import hold_port, port_of

PROJECT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "DATA.md", "AUDIT.md", "node/README.md")
"""In the order of the tour: each goes on with what those before it made."""

NOT_HERE = {
    "python3.11 -m venv": "tests/interpreters sets up, and test_demo plays",
    "source .venv/bin/activate": "this test has an environment",
    "pip install": "this test has its extras",
    "bash tests/run": "this is part of it",
}
"""How a command begins that does not run here → why it need not."""

SERVES = "provenance node serve"
PORT = "127.0.0.1:8080"
FAILS = re.compile(r"\bFAILED\b|^refused ", re.MULTILINE)
END_OF_COMMAND = "\x1e"


@dataclass(frozen=True)
class Shown:
    """A command, or a program, and what a page shows of its output."""

    place: str
    command: str
    output: str = ""
    is_program: bool = False

    @property
    def runs_here(self) -> bool:
        return not self.command.startswith(tuple(NOT_HERE))


def read_page(name: str) -> list[Shown]:
    """Return what *name* shows, in order."""
    text = (PROJECT / name).read_text(encoding="utf-8")
    found: list[Shown] = []
    blocks = re.finditer(
        r"^```(console|python)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE
    )
    last_end = None
    for block in blocks:
        line = text.count("\n", 0, block.start()) + 1
        place = f"{name}:{line}"
        if block[1] == "console":
            found += read_console(place, block[2])
        elif found and last_end == "python":
            # Programs with no command between them are one.
            program = found.pop().command + block[2]
            found.append(Shown(place, program, is_program=True))
        else:
            found.append(Shown(place, block[2], is_program=True))
        last_end = block[1]
    return found


def read_console(place: str, text: str) -> Iterator[Shown]:
    """Return the commands of a block, each with the lines below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command = re.match(
            r"[^\n]*<<'(\w+)'\n.*?^\1$|(?:[^\n]*\\\n)*[^\n]*",
            part,
            re.DOTALL | re.MULTILINE,
        )
        assert command is not None, part
        yield Shown(place, command[0], part[command.end() :].lstrip("\n"))


def script_of(shown: Shown, port: int) -> str:
    """Return the lines of a shell that run it, and say how it ended."""
    command = shown.command.replace(PORT, f"127.0.0.1:{port}")
    if shown.is_program:
        command = f"{sys.executable} -W error - <<'PROGRAM'\n{command}PROGRAM"
    if command.startswith(SERVES):
        # It serves until the next one is to, in a window of its own.
        command = f"""
            if [ -n "$served" ]; then kill $served; wait $served; fi
            rm -f served
            {command} --port {port} >served & served=$!
            until [ -s served ]; do kill -0 $served || break; sleep 0.05; done
            cat served; kill -0 $served"""
    return f"{command}\nprintf '{END_OF_COMMAND}%s{END_OF_COMMAND}' $?\n"


def pattern_of(output: str) -> str:
    """Return the regular expression of all that may stand for *output*."""
    return "".join(
        r"(?:.*\n)*?"
        if line.strip() == "…"
        else ".*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in output.splitlines()
    )


def test_what_the_pages_show_is_what_happens(tmp_path: Path) -> None:
    shown = [each for page in PAGES for each in read_page(page)]
    run_here = [each for each in shown if each.runs_here]
    # What would empty this test, such as another word for its blocks.
    assert len(run_here) > 40
    for left in NOT_HERE:
        assert any(each.command.startswith(left) for each in shown), left
    for folder in ("examples", "node"):
        (tmp_path / folder).symlink_to(PROJECT / folder)
    with hold_port() as held:
        port = port_of(held)
        script = "served=\ntrap 'kill $served' EXIT\n" + "".join(
            script_of(each, port) for each in run_here
        )
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env=environment(tmp_path),
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=900,
        )
    told = done.stdout.split(END_OF_COMMAND)
    assert len(told) == 2 * len(run_here) + 1, done.stderr
    wrong = [
        f"{each.place}: {each.command}\n{output}"
        for each, output, code in zip(
            run_here, told[::2], told[1::2], strict=False
        )
        if not is_as_shown(each, output, code, port)
    ]
    assert wrong == [], "\n".join([*wrong, done.stderr])


def is_as_shown(shown: Shown, output: str, code: str, port: int) -> bool:
    """Return whether a command ended, and said, what its page shows."""
    if code != ("1" if FAILS.search(shown.output) else "0"):
        return False
    expected = shown.output.replace(PORT, f"127.0.0.1:{port}")
    return not expected or bool(re.fullmatch(pattern_of(expected), output))


def environment(folder: Path) -> dict[str, str]:
    """Return the variables of a reader who has set none of ours."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PROVENANCE_")
    }
    programs = Path(sys.executable).parent
    return {
        **kept,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "XDG_CONFIG_HOME": str(folder / "no-configuration"),
        "PYTHONUTF8": "1",
        **{f"PROVENANCE_NODE_{n.upper()}": str(v) for n, v in PATIENT.items()},
    }


@pytest.mark.parametrize(
    ("output", "is_shown"),
    [
        ("a\nb 1 c\nd\n", True),
        ("a\nb 2 c\ne\nf\nd\n", True),
        ("a\nb 1\nd\n", False),
        ("a\nb 1 c\nd\ne\n", False),
        ("b 1 c\nd\n", False),
    ],
)
def test_an_ellipsis_stands_for_what_differs_and_no_more(
    output: str, is_shown: bool
) -> None:
    pattern = pattern_of("a\nb … c\n  …\nd\n")
    assert bool(re.fullmatch(pattern, output)) is is_shown


def test_every_page_of_the_tour_is_linked_from_the_readme() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    pages = [*PAGES[1:], "PERFORMANCE.md", "CHANGELOG.md", "tests/README.md"]
    assert [page for page in pages if f"]({page})" not in readme] == []


@pytest.mark.parametrize(
    "name",
    [*PAGES, "PERFORMANCE.md", "node/DEPLOYMENT.md", "tests/README.md"],
)
def test_what_a_page_links_to_is_there(name: str) -> None:
    page = PROJECT / name
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [to for to in links if not (page.parent / to).exists()]
    assert missing == []
