"""Hostile words in a true record: they are shown, and do nothing.

Whoever is enrolled chooses its name, and what its events say: HTML, marks that
turn the direction, ten thousand letters without a space, links that are
scripts. The record is VERIFIED all the same, for they did say it.
"""

import pytest

from tests.browser.access import overflowing
from tests.browser.stage import HOSTILE_MARK, Stage
from tests.browser.visit import NARROW, Visits
from tests.support.node_world import NodeProcess


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_hostile_name_does_no_harm(
    stage: Stage, honest: NodeProcess, visits: Visits, language: str
) -> None:
    visit = visits(honest.url, viewport=NARROW)
    assert visit.check(stage.hostile, lang=language) == "VERIFIED"
    visit.page.locator("#technical > summary").click()
    for summary in visit.page.locator("#timeline summary").all():
        summary.click()
    # It is there to be read, so it was shown as the text that it is.
    assert HOSTILE_MARK in visit.page.locator("main").inner_text()
    assert visit.page.locator("main img, main script, main iframe").count() == 0
    assert visit.page.evaluate("document.body.dataset.harmed") is None
    assert not [
        link
        for link in visit.page.locator("a[href]").evaluate_all(
            "all => all.map((one) => one.protocol)"
        )
        if link not in {"http:", "https:", "blob:"}
    ]
    assert overflowing(visit.page) == []
    # Nothing turns round what the page itself says.
    assert "\u202e" not in visit.page.locator("body").inner_text()
    height = visit.page.evaluate("document.documentElement.scrollHeight")
    assert height < 20_000
    visit.shoot(f"hostile-{language}")


def test_a_dropped_hostile_bundle_does_no_harm_either(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url, viewport=NARROW)
    assert visit.check(stage.can) == "VERIFIED"
    visit.open("/")
    visit.give(stage.bundle(stage.hostile), name=f"{HOSTILE_MARK}.provenance")
    assert visit.outcome() == "VERIFIED"
    assert visit.page.evaluate("document.body.dataset.harmed") is None
    assert overflowing(visit.page) == []


@pytest.mark.parametrize(
    "asked",
    [
        HOSTILE_MARK.replace(" ", "%20"),
        "%E2%80%AE" * 50,
        "W" * 5_000,
        "https://id.gs1.org/01/09506000134352/21/" + "W" * 4_000,
        "%22%3E%3Cscript%3Edocument.body.dataset.harmed=1%3C/script%3E",
    ],
)
def test_a_hostile_address_does_no_harm(
    honest: NodeProcess, visits: Visits, asked: str
) -> None:
    visit = visits(honest.url, viewport=NARROW)
    visit.expects("Failed to load resource").open(f"/?item={asked}")
    assert visit.outcome() == "UNKNOWN"
    assert visit.page.evaluate("document.body.dataset.harmed") is None
    assert overflowing(visit.page) == []
