"""What `import provenance` offers: sorted, complete, and loaded when asked."""

import ast
import importlib
import inspect
import subprocess
import sys

import pytest

import provenance


def declared() -> dict[str, str]:
    """Return name → home of each import that type checkers see."""
    source = inspect.getsource(provenance)
    (block,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.If)
        and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    homes = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        for alias in node.names:
            # Only `import x as x` is an export to a strict type checker.
            assert alias.asname == alias.name
            homes[alias.name] = str(node.module)
    return homes


def test_the_exported_names_are_sorted_and_there_once() -> None:
    assert provenance.__all__ == sorted(set(provenance.__all__))


def test_type_checkers_see_the_names_that_are_exported() -> None:
    assert declared() == {
        name: f"provenance.{home}" for name, home in provenance._HOMES.items()
    }
    assert provenance.__all__ == sorted(declared())


@pytest.mark.parametrize("name", provenance.__all__)
def test_an_exported_name_is_that_of_its_home(name: str) -> None:
    value = getattr(provenance, name)
    home = importlib.import_module(declared()[name])
    assert value is getattr(home, name)
    assert value.__module__ == home.__name__, f"{name} lives elsewhere"
    assert not name.startswith("_")
    assert value.__doc__


def test_the_names_can_be_listed_before_they_are_loaded() -> None:
    source = (
        "import sys, provenance; print(*dir(provenance));"
        " assert not [n for n in sys.modules if n.startswith('provenance.')]"
    )
    done = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.split() == sorted([*provenance.__all__, "__version__"])


def test_every_name_comes_with_a_star() -> None:
    names: dict[str, object] = {}
    exec("from provenance import *", names)  # what users write
    assert set(provenance.__all__) <= set(names)


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        getattr(provenance, "nonsense")  # noqa: B009  # mypy knows it is not there
    assert not hasattr(provenance, "__wrapped__")


def modules_after(statement: str) -> set[str]:
    """Return what a fresh interpreter has loaded after *statement*."""
    found = subprocess.run(
        [sys.executable, "-c", f"{statement}; import sys; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(found.stdout.split())


def test_verifying_loads_no_database_no_network_and_no_command_line() -> None:
    loaded = modules_after("from provenance import verify_bundle")
    assert "provenance.proof.verify" in loaded
    assert loaded.isdisjoint(
        {"apsw", "sqlite3", "socket", "ssl", "click", "asyncio", "subprocess"}
    )
    assert not any(
        name.startswith(("provenance.ledger", "provenance.store"))
        for name in loaded
    )


def test_importing_the_package_alone_loads_none_of_its_parts() -> None:
    loaded = modules_after("import provenance")
    assert {n for n in loaded if n.startswith("provenance")} == {"provenance"}
