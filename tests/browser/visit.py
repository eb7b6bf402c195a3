"""One visitor: a page of its own, with all that it asked for and said.

A visitor notes what must not be: a request to another host, an error in the
console (where breaches of the content security policy stand, too), a script
that fell over. What a test expects of that, it says; the rest fails it.
"""

import pathlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote, urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Request,
    TimeoutError,  # noqa: A004  # the driver's own
    expect,
)

from tests.browser.parts import ARTEFACTS
from tests.support.waiting import PATIENCE_SECONDS

PATIENCE = PATIENCE_SECONDS * 1000
"""How long a condition is waited for, in ms."""

# By default only five seconds.
expect.set_options(timeout=PATIENCE)

OWN_HOSTS = {"127.0.0.1", "localhost"}
OWN_SCHEMES = {"data", "blob", "about"}

FAILED_LOAD = r"Failed to load resource"
"""What Chromium notes of a request that a test lets fail."""

_DECIDED = '#verdict[data-outcome]:not([data-outcome=""])'

PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}

_NOWHERE = "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1, EXCLUDE localhost"

ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    # No name of another host leads anywhere.
    f"--host-resolver-rules={_NOWHERE}",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)


def address_of(item: str, **more: str) -> str:
    """Return the path of the page that checks *item*."""
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/?item={quote(item, safe='')}{asked}"


@dataclass
class Visit:
    """A visitor to the node at *base*.

    Attributes:
        context: Its own cookies, caches and service workers: all empty.
        page: What it looks at.
        requests: Every address that was asked for.
        base: Where the node is.
    """

    context: BrowserContext
    base: str
    requests: list[str] = field(default_factory=list)
    _said: list[str] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE)
        self.context.on("request", self._asked)
        self.context.on("console", self._noted)
        self.context.on("weberror", lambda error: self._fell(error.error))
        self.page = self.context.new_page()

    @classmethod
    def begin(cls, browser: Browser, base: str, **options: Any) -> Self:
        """Return a new visitor; *options* are those of a context."""
        return cls(
            browser.new_context(
                **{"viewport": PHONE, "locale": "en-GB", **options}
            ),
            base,
        )

    # What a visitor does.

    def open(self, path: str = "/") -> Self:
        """Open *path* and wait until the page's modules run."""
        self.page.goto(self.base + path, wait_until="commit")
        expect(self.page.locator("html[data-ready=true]")).to_be_attached()
        return self

    def check(self, item: str, **more: str) -> str:
        """Open the page about *item*; return the outcome that it shows."""
        return self.open(address_of(item, **more)).outcome()

    def outcome(self) -> str:
        """Return the outcome shown, once there is one."""
        verdict = self.page.locator(_DECIDED)
        try:
            verdict.wait_for()
        except TimeoutError as error:
            self.shoot("no-verdict")
            raise AssertionError(
                f"no verdict at {self.page.url}: {self.complaints}"
            ) from error
        return verdict.get_attribute("data-outcome") or ""

    def give(self, bundle: bytes, name: str = "can.provenance") -> None:
        """Choose a bundle in the page's file field."""
        self.page.locator("#bundle-file").set_input_files(
            {
                "name": name,
                "mimeType": "application/octet-stream",
                "buffer": bundle,
            }
        )

    def drop(self, file: pathlib.Path) -> None:
        """Drop *file* on the page, as from the desktop."""
        self.page.locator("#drop").scroll_into_view_if_needed()
        box = self.page.locator("#drop").bounding_box()
        assert box is not None
        tools = self.context.new_cdp_session(self.page)
        # A hand is over a place for a while before it lets go.
        for kind in ("dragEnter", "dragOver", "dragOver", "dragOver", "drop"):
            tools.send(
                "Input.dispatchDragEvent",
                {
                    "type": kind,
                    "x": box["x"] + box["width"] / 2,
                    "y": box["y"] + box["height"] / 2,
                    "data": {
                        "items": [],
                        "files": [str(file)],
                        "dragOperationsMask": 1,
                    },
                },
            )

    def text(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()

    def shoot(self, name: str) -> None:
        """Keep a screenshot of the whole page."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    def wait_for(self, condition: str) -> None:
        """Wait until the JavaScript expression *condition* is true."""
        # The driver's own way would evaluate text in the page again and
        # again, which the page's policy forbids.
        came = self.page.evaluate(
            f"""async () => {{
              const end = performance.now() + {PATIENCE};
              while (!({condition})) {{
                if (performance.now() > end) return false;
                await new Promise((go) => setTimeout(go, 20));
              }}
              return true;
            }}"""
        )
        assert came, f"never came true: {condition}; {self.complaints}"

    def wait_until_saved(self) -> None:
        """Wait until the page is kept, and its service worker serves it."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        self.wait_for("navigator.serviceWorker.controller !== null")

    # What came of it.

    def expects(self, *patterns: str) -> Self:
        """Let the console say what one of these patterns finds."""
        self._expected += patterns
        return self

    @property
    def strangers(self) -> list[str]:
        """The addresses asked for that are not this machine's."""
        return [
            url
            for url in self.requests
            if urlsplit(url).scheme not in OWN_SCHEMES
            and urlsplit(url).hostname not in OWN_HOSTS
        ]

    @property
    def complaints(self) -> list[str]:
        """What was said in the console, and is not expected."""
        return [
            line
            for line in self._said
            if not any(re.search(each, line) for each in self._expected)
        ]

    def end(self) -> None:
        """Leave; check that nothing happened that must not."""
        # What the page has still to say, it says before this is answered.
        if not self.page.is_closed():
            self.page.evaluate("0")
        self.context.close()
        assert not self.strangers, f"asked other hosts: {self.strangers}"
        assert not self.complaints, f"the console says: {self.complaints}"

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _noted(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            self._said.append(f"{message.type}: {message.text}")

    def _fell(self, error: Any) -> None:
        self._said.append(f"uncaught: {error}")


Visits = Callable[..., Visit]
"""Begins a visit to a base address; it is ended with the test."""
