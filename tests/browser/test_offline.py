"""The page without its node: saved at the first visit, and a file dropped.

The node is a process, and killed; nothing listens where it was.
"""

import pathlib
from hashlib import sha256
from urllib.request import urlopen

from playwright.sync_api import expect

from tests.browser.liar import (
    EVERYTHING,
    TRUST,
    Liar,
    changing,
    failing,
    saying,
)
from tests.browser.stage import Stage
from tests.browser.visit import FAILED_LOAD, Visit, Visits, address_of
from tests.support.node_world import NodeProcess
from tests.support.waiting import PATIENCE_SECONDS


def changed(bundle: bytes, word: bytes = b"customs_declared") -> bytes:
    assert b"customs_released" in bundle
    return bundle.replace(b"customs_released", word)


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


def type_in(visit: Visit, code: str) -> None:
    visit.page.locator("#typed-text").fill(code)
    visit.page.locator("#typed button").click()


def test_a_link_is_typed_without_a_network_and_the_rest_says_what_it_lacks(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url).expects(FAILED_LOAD, r"dynamically imported")
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_until_saved()
    liar.stop()
    visit.open("/")
    gtin, serial = stage.can.split("/01/")[1].split("/21/")
    # What reads that was never loaded, and the page does not blame the code.
    type_in(visit, f"(01){gtin}(21){serial}")
    expect(visit.page.locator("#typed-fault")).to_contain_text("not loaded yet")
    visit.page.locator("#scan").click()
    expect(visit.page.locator("#scanner [role=alert]")).to_contain_text(
        "not loaded yet"
    )
    # The proof of this one was kept.
    type_in(visit, f"https://brand.example/01/{gtin}/21/{serial}")
    assert visit.outcome() == "VERIFIED"


def test_what_was_typed_once_can_be_typed_without_a_network(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url).expects(FAILED_LOAD)
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_until_saved()
    gtin, serial = stage.can.split("/01/")[1].split("/21/")
    visit.open("/")
    type_in(visit, f"(01){gtin}(21){serial}")
    assert visit.outcome() == "VERIFIED"
    liar.stop()
    visit.open("/")
    type_in(visit, f"(01){gtin}(21){serial}")
    assert visit.outcome() == "VERIFIED"


def test_what_was_used_is_carried_along_to_a_newer_page(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url).expects(FAILED_LOAD)
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_until_saved()
    gtin, serial = stage.can.split("/01/")[1].split("/21/")
    visit.open("/")
    type_in(visit, f"(01){gtin}(21){serial}")
    assert visit.outcome() == "VERIFIED"
    # A newer page, in which one of the files that were used is another.
    changed_file = "/scan/words.js"
    with urlopen(liar.url + changed_file, timeout=PATIENCE_SECONDS) as answer:
        body = answer.read()
    old = sha256(body).hexdigest()[:16].encode()
    new = sha256(body + b"\n").hexdigest()[:16].encode()
    liar.lie(changed_file, saying(body + b"\n"))
    liar.lie(
        "/sw.js",
        changing(
            lambda worker: worker.replace(
                b'"version":"', b'"version":"newer'
            ).replace(old, new)
        ),
    )
    before = len(liar.passed)
    visit.open("/")
    visit.page.evaluate(
        "navigator.serviceWorker.ready.then((one) => one.update())"
        ".then(() => null)"
    )
    with visit.page.expect_event("load"):
        visit.page.locator("#update button").click()
    expect(visit.page.locator("#update")).not_to_be_attached()
    # Of what stayed the same, nothing came over the wire again.
    fetched = {
        each.path
        for each in liar.passed[before:]
        if each.status == 200 and not each.path.startswith("/v1/")
    }
    assert fetched == {"/sw.js", changed_file}
    liar.stop()
    visit.open("/")
    type_in(visit, f"(01){gtin}(21){serial}")
    assert visit.outcome() == "VERIFIED"


def test_a_file_of_another_version_is_not_mixed_in(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url).expects(FAILED_LOAD, r"dynamically imported")
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_until_saved()
    visit.open("/")
    liar.lie("/scan/words.js", changing(lambda module: module + b"\n"))
    type_in(visit, "(01)09506000134352")
    expect(visit.page.locator("#typed-fault")).to_contain_text("not loaded yet")


def test_a_file_dropped_first_is_checked_by_the_ledger_s_trust_file(
    stage: Stage, liar: Liar, visits: Visits, tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "can.provenance"
    file.write_bytes(stage.bundle(stage.can))
    visit = visits(liar.url).open("/")
    visit.drop(file)
    assert visit.outcome() == "VERIFIED"
    # Without one nobody is believed; once it can be had, one press is enough.
    liar.lie(TRUST, failing(503))
    visit = visits(liar.url).expects(FAILED_LOAD).open("/")
    visit.drop(file)
    assert visit.outcome() == "UNKNOWN"
    expect(visit.page.locator("#verdict")).to_contain_text("trust file")
    liar.tell_the_truth()
    visit.page.locator("#verdict button").click()
    visit.wait_for(
        "document.querySelector('#verdict').dataset.outcome === 'VERIFIED'"
    )


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
        # It may be a word of a newer book: no lie by that, and no truth.
        (changed(stage.bundle(stage.can), b"Customs_released"), "UNKNOWN"),
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
