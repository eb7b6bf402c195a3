"""A part of the page alone, in a browser: what its tests are given.

A page here comes with the node's own headers (`tests.web.served`), and what
it asks of other hosts, or does against its policy, fails its test.
"""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Playwright,
    Request,
)

from tests.browser.parts import find_chromium
from tests.browser.visit import PATIENCE
from tests.web.served import serving

Open = Callable[..., Page]
"""Opens a page: browser, path, and what a context is made with."""

FAKE_CAMERA = "--use-fake-device-for-media-stream"

ELSEWHERE = "ledger.test"
"""A host whose pages are no secure context, though it is this machine."""

KEPT_STREAMS = """
window.streams = [];
const media = navigator.mediaDevices;
if (media) {
  const open = media.getUserMedia.bind(media);
  media.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    window.streams.push(stream);
    return stream;
  };
}
"""
"""Keeps what the camera gives where a test can see that it was stopped."""


def launch(driver: Playwright, *arguments: str) -> Browser:
    """Start a browser, which its test has to close."""
    return driver.chromium.launch(
        executable_path=find_chromium(),
        args=[
            "--no-sandbox",
            "--disable-dev-shm-usage",
            f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
            *arguments,
        ],
    )


@pytest.fixture(scope="module")
def base(driver: Playwright) -> Iterator[str]:
    """Give the address of a server of the page's parts."""
    del driver  # Without a browser nobody would ask it.
    with serving() as address:
        yield address


@pytest.fixture(scope="module")
def blind(driver: Playwright) -> Iterator[Browser]:
    """Give a browser on a machine without a camera."""
    browser = launch(driver)
    yield browser
    browser.close()


@pytest.fixture
def visit(base: str) -> Iterator[Open]:
    """Give what opens a page; at the end each must have kept to itself."""
    faults: list[str] = []
    begun: list[BrowserContext] = []

    def begin(
        browser: Browser,
        path: str,
        *,
        host: str = "127.0.0.1",
        script: str = "",
        expected: str = "$^",
        is_allowed: bool = True,
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            permissions=["camera"] if is_allowed else [],
            **{"viewport": {"width": 390, "height": 844}, **options},
        )
        begun.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.add_init_script(KEPT_STREAMS + script)
        address = base.replace("127.0.0.1", host)

        def watch(request: Request) -> None:
            if not request.url.startswith(address):
                faults.append(f"asked for {request.url}")

        def listen(message: ConsoleMessage) -> None:
            is_bad = message.type in {"error", "warning"}
            if is_bad and not re.search(expected, message.text):
                faults.append(message.text)

        def fail(error: Error) -> None:
            if not re.search(expected, str(error)):
                faults.append(str(error))

        page.on("request", watch)
        page.on("console", listen)
        page.on("pageerror", fail)
        page.goto(f"{address}/pages/{path}")
        page.wait_for_selector("html[data-ready]")
        return page

    yield begin
    for context in begun:
        context.close()
    assert faults == []


def status_of(page: Page) -> Locator:
    """Return where the scanner says what is going on."""
    return page.locator("#scan-status")


def codes_of(page: Page) -> list[list[str]]:
    """Return what was handed on: text and item of each code."""
    found: list[list[str]] = page.evaluate("window.codes")
    return found


def wait_for_code(page: Page, count: int = 1) -> list[list[str]]:
    """Return the same, when there are so many."""
    # The policy forbids what playwright would wait for a function with.
    page.wait_for_selector(f"html[data-codes='{count}']")
    return codes_of(page)


def tracks_of(page: Page) -> list[str]:
    """Return whether each track that the camera gave is live or ended."""
    found: list[str] = page.evaluate(
        "streams.flatMap((each) => each.getTracks()).map((t) => t.readyState)"
    )
    return found


def draw(text: str, *, scale: int = 8) -> bytes:
    """Return a QR code of *text* as PNG."""
    # What draws codes is only there where these tests run.
    import segno  # noqa: PLC0415

    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="png", scale=scale, border=4
    )
    return drawn.getvalue()
