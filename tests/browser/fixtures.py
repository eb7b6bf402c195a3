"""What the browser's tests are given. `tests/conftest.py` makes it known.

The ledger and its node are started once, the browser once a module; a visit
and a liar are for one test alone. Whatever is not there is loaded late, so that the other
tests need none of it.
"""

# The driver and the pictures are only there where these tests run.
# ruff: noqa: PLC0415

import pathlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.parts import find_chromium, require_chinese

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from tests.browser.liar import Liar
    from tests.browser.stage import Stage
    from tests.browser.visit import Visit, Visits
    from tests.support.node_world import NodeProcess


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return where Chromium is."""
    found = find_chromium()
    require_chinese()
    return found


@pytest.fixture(scope="session")
def stage(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> "Stage":
    """Return the ledger with everything in it."""
    from tests.browser.stage import set_stage

    del chromium  # Without it there is nothing to set a stage for.
    return set_stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture(scope="session")
def honest(stage: "Stage") -> Iterator["NodeProcess"]:
    """Give a node that serves it."""
    from tests.support.node_world import NodeProcess

    with NodeProcess(stage.played.ledger) as node:
        yield node


@pytest.fixture(scope="session")
def label(
    stage: "Stage", tmp_path_factory: pytest.TempPathFactory
) -> pathlib.Path:
    """Return the can's label, as `provenance label` prints it."""
    from tests.support.cli_runs import ok

    file = tmp_path_factory.mktemp("label") / "can.png"
    ok(
        "label", stage.can, "--stem", "https://id.brand.example",
        "--format", "png", "-o", file,
    )  # fmt: skip
    return file


@pytest.fixture(scope="module")
def driver(chromium: str) -> Iterator["Playwright"]:
    """Give what drives browsers. There is one of it in a process.

    As long as it is there it keeps an event loop running in this thread, in
    which tests of other modules want to run theirs.
    """
    from playwright.sync_api import sync_playwright

    del chromium  # Without it there is nothing to drive.
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(
    chromium: str,
    driver: "Playwright",
    label: pathlib.Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator["Browser"]:
    """Give a browser before whose camera the can's label lies."""
    from tests.browser.camera import film
    from tests.browser.visit import ARGUMENTS

    seen = film(
        label.read_bytes(), tmp_path_factory.mktemp("camera") / "label.y4m"
    )
    browser = driver.chromium.launch(
        executable_path=chromium,
        args=[
            *ARGUMENTS,
            f"--use-file-for-fake-video-capture={seen}",
        ],
    )
    yield browser
    browser.close()


@pytest.fixture
def visits(browser: "Browser") -> Iterator["Visits"]:
    """Give what begins visits; at the end each must have been quiet."""
    from tests.browser.visit import Visit

    begun: list[Visit] = []

    def begin(base: str, **options: Any) -> "Visit":
        begun.append(Visit.begin(browser, base, **options))
        return begun[-1]

    with ExitStack() as ends:
        yield begin
        # Each is ended, whatever the others did.
        for visit in begun:
            ends.callback(visit.end)


@pytest.fixture
def liar(honest: "NodeProcess") -> Iterator["Liar"]:
    """Give a server before the node, which tells the truth so far."""
    from tests.browser.liar import Liar

    with Liar(honest.port) as liar:
        yield liar
