"""Who cannot see, point, or read small letters can use the page, too.

axe-core looks at every state that the page has; what it cannot decide is
tried: the keyboard, the width of a small phone, motion, the size of what is
touched (WCAG 2.2 AA).
"""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.access import (
    LEAST_TARGET,
    OUR_TARGET,
    focusable,
    overflowing,
    tab_through,
    violations,
)
from tests.browser.liar import BUNDLES, ITEMS, Liar, changing, failing
from tests.browser.stage import Stage
from tests.browser.visit import FAILED_LOAD, NARROW, Visit, Visits

OUTLINED = """
() => {
  const one = document.activeElement;
  const shown = one.matches("input[type=file]") ? one.labels[0] : one;
  const style = getComputedStyle(shown);
  return [one.id || one.textContent.trim().slice(0, 30),
    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}
"""

State = Callable[[Visit, Stage, Liar], object]


def start(visit: Visit, stage: Stage, liar: Liar) -> None:
    del stage, liar
    visit.open("/")
    expect(visit.page.locator("#scan")).to_be_visible()


def scanner(visit: Visit, stage: Stage, liar: Liar) -> None:
    start(visit, stage, liar)
    visit.page.locator("#scan").click()
    expect(visit.page.locator("#scan-text")).to_be_visible()


def verified(visit: Visit, stage: Stage, liar: Liar) -> None:
    del liar
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_for("document.querySelector('#map svg') !== null")


def drawer(visit: Visit, stage: Stage, liar: Liar) -> None:
    verified(visit, stage, liar)
    visit.page.locator("#technical > summary").click()
    expect(visit.page.locator("#download")).to_be_visible()


def failed(visit: Visit, stage: Stage, liar: Liar) -> None:
    liar.lie(
        BUNDLES,
        changing(lambda b: b.replace(b"customs_released", b"customs_declared")),
    )
    assert visit.check(stage.can) == "FAILED"


def incomplete(visit: Visit, stage: Stage, liar: Liar) -> None:
    del liar
    assert visit.check(stage.recalled) == "INCOMPLETE"


def unknown(visit: Visit, stage: Stage, liar: Liar) -> None:
    del liar
    assert visit.check(stage.unknown) == "UNKNOWN"


def unwell(visit: Visit, stage: Stage, liar: Liar) -> None:
    liar.lie(ITEMS, failing(500))
    assert visit.check(stage.can) == "UNKNOWN"


STATES: dict[str, State] = {
    state.__name__: state
    for state in (
        start,
        scanner,
        verified,
        drawer,
        failed,
        incomplete,
        unknown,
        unwell,
    )
}


LOOKS: dict[str, tuple[Literal["light", "dark"], ...]] = {
    "en": ("light", "dark"),
    "zh-CN": ("light", "dark"),
}
"""Language → the colours it is looked at in."""


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_no_violation_on_a_small_phone_and_nothing_is_cut_off(
    stage: Stage, liar: Liar, visits: Visits, name: str
) -> None:
    visit = visits(liar.url, viewport=NARROW, reduced_motion="reduce")
    visit.expects(FAILED_LOAD)
    STATES[name](visit, stage, liar)
    for language in ("en", "zh-CN"):
        if language != "en":
            visit.page.locator("#language").click()
            if name == "scanner":
                visit.page.locator("#scan").click()
            expect(visit.page.locator("html")).to_have_attribute(
                "lang", language
            )
        for scheme in LOOKS[language]:
            visit.page.emulate_media(color_scheme=scheme)
            assert violations(visit.page) == [], (language, scheme)
            visit.shoot(f"state-{name}-{language}-{scheme}")
        assert overflowing(visit.page) == [], language
        small = [
            each
            for each in focusable(visit.page)
            if not each["isInText"]
            and not (
                each["width"] >= LEAST_TARGET
                and each["height"]
                >= (LEAST_TARGET if each["tag"] == "a" else OUR_TARGET)
            )
        ]
        assert small == [], language


@pytest.mark.parametrize("name", ["start", "scanner", "drawer", "unwell"])
def test_the_keyboard_reaches_everything_in_its_order(
    stage: Stage, liar: Liar, visits: Visits, name: str
) -> None:
    visit = visits(liar.url).expects(FAILED_LOAD)
    STATES[name](visit, stage, liar)
    there = [e for e in focusable(visit.page) if e["isReached"]]
    names = {e["mark"]: e["name"] for e in there}
    reached = list(tab_through(visit.page, 2 * len(there) + 10))
    assert [names.get(mark, mark) for mark in reached] == [
        e["name"] for e in there
    ]


def test_what_has_the_focus_is_seen_to_have_it(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url)
    drawer(visit, stage, liar)
    unseen, count = [], 0
    for _ in tab_through(visit.page, 200):
        count += 1
        name, is_seen = visit.page.evaluate(OUTLINED)
        if not is_seen:
            unseen.append(name)
    assert count > 10
    assert unseen == []


def test_the_verdict_has_the_focus_once_it_is_there(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    for state in (verified, unknown, failed):
        visit = visits(liar.url).expects(FAILED_LOAD)
        state(visit, stage, liar)
        visit.wait_for("document.activeElement?.id === 'verdict'")
        verdict = visit.page.locator("#verdict")
        assert verdict.get_attribute("role") == "status"
        # An icon beside the words, which say it without the colour.
        assert verdict.locator("svg[aria-hidden=true]").count() == 1
        assert verdict.inner_text().strip()


def test_escape_closes_the_scanner_and_gives_the_focus_back(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url, permissions=["camera"]).open("/")
    visit.page.locator("#scan").focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#scan-text")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#scan-text")).to_be_hidden()
    visit.wait_for("document.activeElement?.id === 'scan'")
    del stage


def test_a_code_is_typed_and_checked_with_the_keyboard_alone(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url).open("/")
    visit.page.locator("#scan").focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#scan-text")).to_be_visible()
    # The focus went along: what follows is the scanner.
    for _ in range(4):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.id") == "scan-text":
            break
    visit.page.keyboard.type(stage.can)
    visit.page.keyboard.press("Enter")
    assert visit.outcome() == "VERIFIED"


@pytest.mark.parametrize("name", ["verified", "scanner"])
def test_nothing_moves_for_whom_motion_hurts(
    stage: Stage, liar: Liar, visits: Visits, name: str
) -> None:
    visit = visits(liar.url, reduced_motion="reduce")
    STATES[name](visit, stage, liar)
    moving = visit.page.evaluate(
        """() => document.getAnimations()
          .filter((one) => one.playState === "running")
          .map((one) => one.effect?.target?.id + " "
            + one.effect?.getComputedTiming().duration)"""
    )
    assert moving == []
    assert (
        visit.page.evaluate(
            "getComputedStyle(document.documentElement).scrollBehavior"
        )
        == "auto"
    )


def test_twice_as_large_letters_still_fit(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    width = 2 * NARROW["width"]
    visit = visits(liar.url, viewport={"width": width, "height": 800})
    drawer(visit, stage, liar)
    visit.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert overflowing(visit.page) == []
