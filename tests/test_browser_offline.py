"""The page without its node: saved at the first visit, and a file dropped.

The node is a process, and killed; nothing listens where it was.
"""

import pathlib

from playwright.sync_api import expect

from tests.browser.liar import EVERYTHING, Liar, failing
from tests.browser.stage import Stage
from tests.browser.visit import FAILED_LOAD, Visits, address_of
from tests.node_world import NodeProcess


def changed(bundle: bytes) -> bytes:
    at = bundle.index(b"customs_released")
    return bundle[:at] + b"C" + bundle[at + 1 :]


def test_with_the_node_killed_the_saved_page_verifies_a_dropped_bundle(
    visits: Visits, tmp_path: pathlib.Path
) -> None:
    with NodeProcess(None, "--demo") as node:
        path = node.address.removeprefix(node.url)
        visit = visits(node.url).expects(FAILED_LOAD).open(path)
        assert visit.outcome() == "VERIFIED"
        with visit.page.expect_download() as begun:
            visit.page.locator("#technical > summary").click()
            visit.page.locator("#download").click()
        bundle = begun.value.path().read_bytes()
        visit.wait_until_saved()
    # It is gone, for the page too.
    asked = "fetch('/healthz').then(() => 'answered', () => 'gone')"
    assert visit.page.evaluate(asked) == "gone"

    good, bad = tmp_path / "can.provenance", tmp_path / "bad.provenance"
    good.write_bytes(bundle)
    bad.write_bytes(changed(bundle))
    for file, outcome in ((good, "VERIFIED"), (bad, "FAILED")):
        visit.open("/")
        visit.drop(file)
        assert visit.outcome() == outcome
        visit.open("/")
        visit.give(file.read_bytes())
        assert visit.outcome() == outcome
        if outcome == "VERIFIED":
            visit.wait_for("document.querySelector('#map svg') !== null")
        visit.shoot(f"offline-{outcome.lower()}")


def test_a_label_scanned_while_the_node_is_away_is_no_verdict(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url).expects(FAILED_LOAD)
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_until_saved()
    liar.stop()
    visit.open(address_of(stage.other_can))
    assert visit.outcome() == "UNKNOWN"
    expect(visit.page.locator("#verdict button")).to_be_visible()


def test_a_dropped_bundle_is_verified_with_the_node_there(
    stage: Stage, liar: Liar, visits: Visits, tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "can.provenance"
    visit = visits(liar.url)
    # Whom to believe is known since the first visit.
    assert visit.check(stage.other_can) == "VERIFIED"
    before = len(liar.passed)
    for content, outcome in (
        (stage.bundle(stage.can), "VERIFIED"),
        (changed(stage.bundle(stage.can)), "FAILED"),
        (stage.bundle(stage.recalled), "INCOMPLETE"),
        (b"", "UNKNOWN"),
        (b"\x86\xa6format", "UNKNOWN"),
        (stage.bundle(stage.can)[:-1], "UNKNOWN"),
    ):
        file.write_bytes(content)
        visit.open("/")
        visit.drop(file)
        assert visit.outcome() == outcome
    # What a visitor drops stays in the browser.
    assert not [each for each in liar.passed[before:] if "/v1/" in each.path]


def test_a_file_without_an_end_is_not_read(
    honest: NodeProcess, visits: Visits, tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "giant.provenance"
    with file.open("wb") as made:
        made.truncate(2**33)
    visit = visits(honest.url).open("/")
    visit.drop(file)
    visit.wait_for(
        "document.querySelector('#drop-fault').textContent !== ''"
        " || document.querySelector('#verdict').dataset.outcome === 'UNKNOWN'"
    )


def test_a_saved_page_is_not_replaced_by_an_error_of_the_node(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url).expects(FAILED_LOAD)
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_until_saved()
    liar.lie(EVERYTHING, failing(502))
    visit.open("/")
    visit.give(stage.bundle(stage.can))
    assert visit.outcome() == "VERIFIED"
