"""The page's JavaScript is of the types that its comments say."""

import json
import pathlib

import pytest

from tests.support.node_packages import LackError
from tests.support.parts import lack
from tests.web.check_types import PROJECTS, faults_of

PAGE = (
    pathlib.Path(__file__).resolve().parents[2]
    / "node" / "provenance_node" / "web"
)  # fmt: skip


def faults(project: pathlib.Path) -> str:
    try:
        return faults_of(project)
    except LackError as error:
        lack(str(error))


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_its_types_are_right(project: pathlib.Path) -> None:
    assert faults(project) == ""


def test_every_module_of_ours_asks_to_be_checked() -> None:
    ours = [
        path
        for path in PAGE.rglob("*.js")
        if "vendor" not in path.relative_to(PAGE).parts
    ]

    assert len(ours) > 80
    assert [
        path.name
        for path in ours
        if not path.read_text("utf-8").startswith("// @ts-check\n")
    ] == []


def test_a_wrong_type_would_be_noticed(tmp_path: pathlib.Path) -> None:
    (tmp_path / "wrong.js").write_text(
        "// @ts-check\n/** @type {number} */\nexport const one = 'one';\n",
        "utf-8",
    )
    project = tmp_path / "tsconfig.json"
    project.write_text(
        json.dumps(
            {"extends": str(PROJECTS[0]), "include": ["*.js"], "exclude": []}
        ),
        "utf-8",
    )

    assert "wrong.js(3,14): error TS2322" in faults(project)
