"""What README.md and the pages of its tour show is what happens.

Each page's blocks run as they stand, one page after the other in one folder, as
a reader would follow them: commands in one shell, programs as programs. What is
printed must be what is shown; `…` stands for what differs from run to run, a
line of `…` for any lines. Shown is standard output, without the narration.
"""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from pkgutil import resolve_name

import pytest

from tests.support.node_world import PATIENT
from tests.support.waiting import hold_port, port_of

PROJECT = Path(__file__).resolve().parents[2]
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
    [
        *PAGES,
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "PERFORMANCE.md",
        "SECURITY.md",
        "node/DEPLOYMENT.md",
        "tests/README.md",
    ],
)
def test_what_a_page_links_to_is_there(name: str) -> None:
    page = PROJECT / name
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [to for to in links if not (page.parent / to).exists()]
    assert missing == []


GUIDES = ("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")
MOST_LINES = 500


def read_guide(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def between(text: str, what: str) -> list[list[str]]:
    """Return the cells of the rows of the table that a comment names."""
    start, end = text.index(f"<!-- {what} -->"), text.index(f"<!-- end {what}")
    lines = text[start:end].splitlines()
    rows = [line for line in lines if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]


def test_the_floors_that_are_described_are_those_that_are_held() -> None:
    settings = tomllib.loads(read_guide("pyproject.toml"))
    (held,) = [
        contract["layers"]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    ]
    described = [
        set(re.findall(r"`([a-z0-9_]+)`", floor))
        for floor, *_ in between(read_guide("ARCHITECTURE.md"), "floors")
    ]
    assert described == [
        {each.strip().removeprefix("provenance.") for each in floor.split("|")}
        for floor in held
    ]


def test_each_stage_of_a_documents_way_is_where_it_is_said_to_be() -> None:
    rows = between(read_guide("ARCHITECTURE.md"), "walk")
    assert [row[0] for row in rows] == [str(n + 1) for n in range(len(rows))]
    assert len(rows) <= 12
    for row in rows:
        assert callable(resolve_name(row[2].strip("`"))), row


@pytest.mark.parametrize("name", GUIDES)
def test_the_files_that_a_guide_names_are_there(name: str) -> None:
    named = re.findall(
        r"`((?:[\w-]+/)+[\w.-]+\.(?:py|js|json|md|toml))`", read_guide(name)
    )
    web = PROJECT / "node/provenance_node/web"
    places = (PROJECT, PROJECT / "provenance", web.parent, web)
    assert [
        path
        for path in named
        if not any((place / path).is_file() for place in places)
    ] == []


@pytest.mark.parametrize("word", ["Actor", "Trail", "Verdict"])
def test_the_glossary_has_each_word_once_and_in_order(word: str) -> None:
    text = read_guide("ARCHITECTURE.md")
    words = re.findall(
        r"^\| ([^|]+?) \|", text[text.index("## Glossary") :], re.MULTILINE
    )[1:]
    assert word in words
    assert words == sorted(set(words), key=str.lower)


def test_every_package_says_what_lives_there() -> None:
    packages = [
        path
        for root in ("provenance", "node/provenance_node")
        for path in (PROJECT / root).rglob("__init__.py")
    ]
    assert len(packages) > 20
    silent = [
        str(path.relative_to(PROJECT))
        for path in packages
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def head_of(path: Path) -> str:
    """Return what a module says of itself before its first statement."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return ast.get_docstring(ast.parse(text)) or ""
    lines = text.splitlines()
    return "\n".join(takewhile(lambda line: line.startswith("//"), lines))


def test_a_long_file_says_why_at_its_head() -> None:
    paths = [
        *(PROJECT / "provenance").rglob("*.py"),
        *(PROJECT / "node/provenance_node").rglob("*.py"),
        *(
            path
            for path in (PROJECT / "node/provenance_node/web").rglob("*.js")
            if "vendor" not in path.parts
        ),
    ]
    long = {
        path
        for path in paths
        if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES
    }
    assert len(long) > 10
    assert [
        str(path.relative_to(PROJECT))
        for path in sorted(long)
        if "Over 500 lines: " not in head_of(path)
    ] == []
