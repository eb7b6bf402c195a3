"""Chromium and its driver, or the reason why a test skips."""

import importlib.util
import os
import pathlib
import shutil

from tests.support.parts import lack

ARTEFACTS = pathlib.Path(
    os.environ.get("PROVENANCE_ARTEFACTS")
    or pathlib.Path(__file__).resolve().parents[1] / "artefacts"
)
"""Where screenshots are kept."""

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str:
    """Return the path of a Chromium that playwright, which is there, drives."""
    for module in ("playwright", "axe_playwright_python", "PIL"):
        if importlib.util.find_spec(module) is None:
            lack(f"no {module}: pip install --group test")
    found = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if found is None:
        lack(
            "no chromium: apt-get install chromium fonts-noto-cjk, or as root"
            " let tests/run do it"
        )
    return found


def require_chinese() -> None:
    """Skip where Chinese would be drawn as boxes."""
    fonts = pathlib.Path("/usr/share/fonts")
    if not any(fonts.rglob("*CJK*")):
        lack("no Chinese font: apt-get install fonts-noto-cjk")
