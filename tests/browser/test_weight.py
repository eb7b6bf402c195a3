"""What the page costs, and whom it asks: nobody but its own node.

Counted is the body of each answer as the server in front of the node really
sent it: what a visit takes until the verdict and the map are there, what the
scanner adds, and what is fetched besides, for when there is no network.
"""

import io
import re
from collections import Counter
from collections.abc import Iterable

from PIL import Image
from playwright.sync_api import expect

from tests.browser.liar import Liar, Passed
from tests.browser.stage import Stage
from tests.browser.visit import Visit, Visits
from tests.support.node_world import NodeProcess

MOST_BYTES = 155_000
"""Under gzip, without the map's data, with what is kept for later."""

MOST_BYTES_SCANNER = 48_000
"""What is added once somebody opens the scanner, and takes a picture."""

NOT_THE_PAGE = ("/v1/", "/map/world.js")
"""Evidence, and the map's data."""


FOR_LATER = (
    r"^\/(scan\/|vendor\/|verify\/gs1\/(ai|checks|codes|compressed|element"
    r"string|reading)|verify\/primitives\/(mldsa44|keccak)).*[.]js$"
)
"""The paths of what waits until it is used, for Python and JavaScript."""

KEPT_FOR_LATER = """
async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) {
      const { pathname } = new URL(url);
      if (/%s/.test(pathname)) kept.push(pathname);
    }
  }
  return kept;
}
""".replace("%s", FOR_LATER)


def is_for_later(path: str) -> bool:
    """Return whether *path* is of what waits until it is used."""
    return re.search(FOR_LATER, path) is not None


def take_a_picture(visit: Visit) -> None:
    """Open the scanner, and let it look at a picture of nothing."""
    visit.page.locator("#scan").click()
    visit.page.locator("#scan-photo").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": blank()}
    )
    expect(visit.page.locator("#scan-status.scan-bad")).to_be_visible()


def weights(passed: Iterable[Passed]) -> dict[str, int]:
    """Return path → bytes that were sent for it, the heaviest first."""
    sent: Counter[str] = Counter()
    for each in passed:
        if not each.path.startswith(NOT_THE_PAGE):
            sent[each.path.partition("?")[0]] += each.size
    return dict(sent.most_common())


def test_a_visit_weighs_less_than_155_kilobytes(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    # Nothing is kept for later here, which is counted below.
    visit = visits(liar.url, service_workers="block")
    visit.expects("Service Worker registration blocked")
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_for("document.querySelector('#map svg') !== null")
    sent = weights(liar.passed)
    print(f"{sum(sent.values())} bytes in {len(sent)} files: {sent}")
    assert "/verify/proof/verify.js" in sent
    assert "/map/map.js" in sent
    assert sum(sent.values()) < MOST_BYTES, sent

    before = len(liar.passed)
    take_a_picture(visit)
    more = weights(liar.passed[before:])
    print(f"the scanner: {sum(more.values())} bytes: {more}")
    assert "/vendor/qr/decode.js" in more
    assert sum(more.values()) < MOST_BYTES_SCANNER, more


def test_with_what_is_kept_for_later_it_weighs_no_more_than_that(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url)
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_for("document.querySelector('#map svg') !== null")
    visit.wait_until_saved()
    sent = weights(liar.passed)
    print(f"with what is kept: {sum(sent.values())} bytes: {sent}")
    assert "/sw.js" in sent
    assert "/map/map.js" in sent
    # What few visits need waits until one does.
    assert not [path for path in sent if is_for_later(path)]
    assert sum(sent.values()) < MOST_BYTES, sent


def test_the_scanner_is_kept_once_it_was_used(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url)
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_until_saved()
    assert visit.page.evaluate(KEPT_FOR_LATER) == []
    visit.open("/")
    before = len(liar.passed)
    take_a_picture(visit)
    more = weights(liar.passed[before:])
    print(f"the scanner: {sum(more.values())} bytes: {more}")
    assert "/vendor/qr/decode.js" in more
    assert sum(more.values()) < MOST_BYTES_SCANNER, more
    kept = visit.page.evaluate(KEPT_FOR_LATER)
    assert set(kept) == {path for path in more if is_for_later(path)}
    visit.open("/")
    before = len(liar.passed)
    take_a_picture(visit)
    again = weights(liar.passed[before:])
    assert not [path for path in again if is_for_later(path)], again


def test_no_text_is_sent_as_it_is(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url)
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_until_saved()
    assert not [
        each.path
        for each in liar.passed
        if each.size > 1_500
        and not each.is_compressed
        and each.type.startswith(("text/", "application/json"))
    ]


def blank() -> bytes:
    """Return a picture of nothing."""
    drawn = io.BytesIO()
    Image.new("L", (64, 64), 200).save(drawn, "PNG")
    return drawn.getvalue()


def test_a_second_visit_fetches_nothing_again_but_the_evidence(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url)
    assert visit.check(stage.can) == "VERIFIED"
    visit.wait_until_saved()
    before = len(liar.passed)
    assert visit.check(stage.other_can) == "VERIFIED"
    again = [
        each
        for each in liar.passed[before:]
        if not each.path.startswith("/v1/") and each.status == 200
    ]
    assert sum(each.size for each in again) < 20_000


def test_a_request_to_another_host_would_be_noticed(
    honest: NodeProcess, visits: Visits
) -> None:
    # The control of all other tests here: this is how a breach looks.
    visit = visits(honest.url).open("/")
    visit.page.evaluate(
        "fetch('https://elsewhere.example/x').catch(() => null)"
    )
    assert any("elsewhere.example" in url for url in visit.requests) or (
        any("elsewhere.example" in line for line in visit.complaints)
    )
    visit.requests.clear()
    visit.expects("elsewhere.example", "Content Security Policy")


def test_a_script_in_the_page_s_own_text_would_not_run(
    honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url).open("/")
    visit.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "document.body.dataset.harmed = 1";
          document.body.append(script);
        }"""
    )
    assert visit.page.evaluate("document.body.dataset.harmed") is None
    visit.wait_for("true")
    assert any("Content Security Policy" in line for line in visit.complaints)
    visit.expects("Content Security Policy")


def test_the_address_of_a_can_is_told_to_nobody(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url)
    referers: list[str] = []
    visit.context.on(
        "request",
        lambda request: referers.append(request.headers.get("referer", "")),
    )
    assert visit.check(stage.can) == "VERIFIED"
    assert set(referers) == {""}
    serial = stage.can.rpartition("/")[2]
    asked = [url for url in visit.requests if serial in url]
    assert asked
    assert {url.split("/")[2] for url in asked} == {f"127.0.0.1:{honest.port}"}
    expect(visit.page.locator("#verdict")).to_be_visible()
