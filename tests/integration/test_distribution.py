"""What is installed: its names, and what is in the wheel."""

import importlib.util
import pathlib
import re
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message

import pytest

from tests.support.parts import lack

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = {"provenance": "provenance", "provenance_node": "node"}
"""Name of each package → the folder of the repository that it is in, if any."""

# `provenance` on the package index is somebody else's, and would be installed
# as root by who follows such words.
STRANGERS = re.compile(
    r"""provenance\[ | pip3?\ install\ (-\S+\ )*['"]?provenance(?![-_\w/.])
    | provenance(==|>=|~=)[0-9]""",
    re.VERBOSE,
)
READ = {"", ".md", ".py", ".sh", ".toml", ".yaml", ".service", ".js", ".html"}


def texts() -> list[pathlib.Path]:
    """Return what tells people, or machines, what to install."""
    places = ("provenance", "node", "examples", "tests", ".ci")
    found = [path for place in places for path in (PROJECT / place).rglob("*")]
    found += PROJECT.glob("*.*")
    return [
        path
        for path in found
        if path.is_file()
        and path.suffix in READ
        and "artefacts" not in path.parts
        and path != pathlib.Path(__file__).resolve()
    ]


def test_nobody_is_told_to_install_the_strangers_package() -> None:
    paths = texts()
    assert {"README.md", "DEPLOYMENT.md", "run", "extras.py"} <= {
        path.name for path in paths
    }
    told = [
        f"{path.relative_to(PROJECT)}: {found[0]}"
        for path in paths
        if (found := STRANGERS.search(path.read_text(encoding="utf-8")))
    ]
    assert told == []


@pytest.mark.parametrize(
    ("text", "is_strange"),
    [
        ("pip install 'provenance[node,fast]'", True),
        ("/opt/provenance/bin/pip install provenance", True),
        ("pip install --quiet --upgrade provenance", True),
        ("pip3 install provenance==0.1.0", True),
        ("dependencies = ['provenance>=0.1']", True),
        (
            "pip install './provenance_ledger-0.1.0-py3-none-any.whl[node]'",
            False,
        ),
        ("pip install provenance-ledger", False),
        ("pip install -e '.[node]'", False),
        ("pip install ./provenance_ledger.whl", False),
    ],
)
def test_such_words_are_known(text: str, is_strange: bool) -> None:
    assert bool(STRANGERS.search(text)) is is_strange


# The wheel.


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    if importlib.util.find_spec("hatchling") is None:
        lack("hatchling is not installed: pip install --group test")
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "hatchling", "build"),
            *("--target", "wheel", "--directory", str(folder)),
        ],
        cwd=PROJECT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (path,) = folder.iterdir()
    return zipfile.ZipFile(path)


def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


def test_the_wheel_claims_no_name_that_is_not_ours(
    wheel: zipfile.ZipFile,
) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    (about,) = (top for top in tops if top.endswith(".dist-info"))
    assert about.startswith("provenance_ledger-")
    assert tops == {*PACKAGES, about}


def test_the_wheel_has_every_file_of_the_packages(
    wheel: zipfile.ZipFile,
) -> None:
    there = set(wheel.namelist())
    for package, folder in PACKAGES.items():
        root = PROJECT if folder == package else PROJECT / folder
        files = {
            path.relative_to(root).as_posix()
            for path in (root / package).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert len(files) > 20
        assert files <= there
        assert f"{package}/py.typed" in there


def test_the_wheel_has_what_people_are_told_to_use(
    wheel: zipfile.ZipFile,
) -> None:
    notes = (PROJECT / "node/DEPLOYMENT.md").read_text(encoding="utf-8")
    there = set(wheel.namelist())
    told = set(
        re.findall(
            r"[\w-]+\.(?:service|timer|sh|toml|conf|yaml)\b|grafana\.json|Containerfile",
            notes,
        )
    ) - {"trust.toml", "provenance.conf"}
    assert {"backup.sh", "provenance-node.service", "nginx.conf"} <= told
    assert {f"provenance_node/deployment/{name}" for name in told} <= there


def test_what_the_wheel_says_of_itself_is_so(wheel: zipfile.ZipFile) -> None:
    said = metadata(wheel)
    project = tomllib.loads(
        (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    )["project"]
    assert said["Name"] == "provenance-ledger"
    assert said["Author"] == "The provenance authors"
    classifiers = said.get_all("Classifier", [])
    assert "Typing :: Typed" in classifiers
    # A version is claimed if, and only if, it is tested.
    claimed = {
        found[1]
        for line in classifiers
        if (found := re.search(r"Python :: (3\.[0-9]+)$", line))
    }
    script = (PROJECT / "tests/interpreters").read_text(encoding="utf-8")
    lines = re.findall(r"first_of (3\.[0-9]+) |for version in (.*); do", script)
    tested = {word for line in lines for word in " ".join(line).split()}
    assert claimed == tested
    assert project["requires-python"] == f">={min(claimed)}"
    # An address that nobody answers at is worse than none.
    assert not [u for u in said.get_all("Project-URL", []) if ".example" in u]
