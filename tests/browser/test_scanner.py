"""From a label to a verdict: the page's own scanner, in a real browser.

Before the browser's camera lies the label that `provenance label` printed,
somewhat askew. The label names another host than the node's, as that of a
brand would: what is looked up is the item, never the address.
"""

import io
import pathlib

import pytest
from PIL import Image
from playwright.sync_api import expect

from provenance.gs1.identifier import GTIN, SERIAL
from tests.browser.camera import photograph
from tests.browser.stage import Stage
from tests.browser.visit import FAILED_LOAD, Visits
from tests.support.node_world import NodeProcess

LABEL_DIFFERS = {
    "en": "The label says something else than the record",
    "zh-CN": "标签上的信息与记录不符",
}


def spellings(item: str) -> dict[str, str]:
    """Return ways in which the code of *item* may be typed."""
    gtin, serial = item.split("/01/")[1].split("/21/")
    return {
        "link": f"https://brand.example/01/{gtin}/21/{serial}",
        "brackets": f"({GTIN}){gtin}({SERIAL}){serial}",
        "scanned": f"]d2{GTIN}{gtin}{SERIAL}{serial}",
        "canonical": f"  {item}\n",
    }


def test_the_label_before_the_camera_leads_to_verified(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url, permissions=["camera"]).open()
    visit.page.locator("#scan").click()
    # The camera is on when its button was pressed, and not before.
    playing = "document.querySelector('video')?.srcObject?.active === true"
    assert visit.page.evaluate(playing) is False
    visit.page.locator("#scan-camera").click()
    assert visit.outcome() == "VERIFIED"
    assert serial_of(stage) in visit.page.inner_text("main")
    # Once the code is read the camera is off.
    assert visit.page.evaluate(playing) is False
    visit.shoot("scanned-by-camera")


def test_the_camera_shows_what_it_sees(
    honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url, permissions=["camera"]).open()
    # So that the code is not read before it was looked at.
    visit.page.evaluate(
        "HTMLVideoElement.prototype.requestVideoFrameCallback = () => 0;"
    )
    visit.page.locator("#scan").click()
    visit.page.locator("#scan-camera").click()
    expect(visit.page.locator("video")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_camera_that_is_refused_leaves_the_other_ways(
    stage: Stage, honest: NodeProcess, visits: Visits, locale: str
) -> None:
    visit = visits(honest.url, locale=locale)
    visit.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => {"
        " throw new DOMException('refused', 'NotAllowedError'); };"
    )
    visit.open()
    visit.page.locator("#scan").click()
    visit.page.locator("#scan-camera").click()
    expect(visit.page.locator("#scan-status")).not_to_be_empty()
    visit.shoot(f"camera-refused-{locale}")
    visit.page.locator("#scan-text").fill(stage.can)
    visit.page.locator("#scan-read").click()
    assert visit.outcome() == "VERIFIED"


@pytest.mark.parametrize("turned", [0, 30, 180])
def test_a_photo_of_the_label_leads_to_verified(
    stage: Stage,
    honest: NodeProcess,
    label: pathlib.Path,
    visits: Visits,
    turned: int,
) -> None:
    photo = photograph(label.read_bytes(), turned=turned, side=260)
    visit = visits(honest.url).open()
    visit.page.locator("#scan").click()
    visit.page.locator("#scan-photo").set_input_files(
        {"name": "label.png", "mimeType": "image/png", "buffer": photo}
    )
    assert visit.outcome() == "VERIFIED"
    assert serial_of(stage) in visit.page.inner_text("main")


def test_a_large_photo_is_read_too(
    honest: NodeProcess, label: pathlib.Path, visits: Visits
) -> None:
    with Image.open(io.BytesIO(photograph(label.read_bytes()))) as small:
        large = io.BytesIO()
        small.resize((4000, 3000)).save(large, "JPEG", quality=80)
    visit = visits(honest.url).open()
    visit.page.locator("#scan").click()
    visit.page.locator("#scan-photo").set_input_files(
        {
            "name": "label.jpg",
            "mimeType": "image/jpeg",
            "buffer": large.getvalue(),
        }
    )
    assert visit.outcome() == "VERIFIED"


@pytest.mark.parametrize(
    "photo",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x89PNG\r\n\x1a\n rubbish", id="no picture"),
        pytest.param(None, id="a picture of nothing"),
    ],
)
def test_a_photo_without_a_code_says_so(
    honest: NodeProcess, visits: Visits, photo: bytes | None
) -> None:
    if photo is None:
        blank = io.BytesIO()
        Image.new("L", (640, 480), 200).save(blank, "PNG")
        photo = blank.getvalue()
    visit = visits(honest.url).open()
    visit.page.locator("#scan").click()
    visit.page.locator("#scan-photo").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": photo}
    )
    expect(visit.page.locator("#scan-status")).not_to_be_empty()
    expect(visit.page.locator("#scan-text")).to_be_visible()
    assert not visit.page.locator("#verdict[data-outcome]").count() or (
        visit.page.locator("#verdict").get_attribute("data-outcome") == ""
    )


@pytest.mark.parametrize("way", ["link", "brackets", "scanned", "canonical"])
def test_a_typed_code_leads_to_verified(
    stage: Stage, honest: NodeProcess, visits: Visits, way: str
) -> None:
    visit = visits(honest.url).open()
    visit.page.locator("#scan").click()
    visit.page.locator("#scan-text").fill(spellings(stage.can)[way])
    visit.page.locator("#scan-read").click()
    assert visit.outcome() == "VERIFIED"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "rubbish",
        "(01)09521001960013(21)A",  # a wrong check digit
        "javascript:alert(1)",
        "<img src=x onerror=document.body.dataset.harmed=1>",
        "(01)" * 5_000,
    ],
)
def test_what_is_no_code_is_said_to_be_none(
    honest: NodeProcess, visits: Visits, typed: str
) -> None:
    visit = visits(honest.url).open()
    visit.page.locator("#scan").click()
    visit.page.locator("#scan-text").fill(typed)
    visit.page.locator("#scan-read").click()
    expect(visit.page.locator("#scan-status")).not_to_be_empty()
    assert visit.page.evaluate("document.body.dataset.harmed") is None
    assert [url for url in visit.requests if "/v1/items/" in url] == []


def test_a_code_that_is_typed_and_of_no_known_item_is_unknown(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url).expects(FAILED_LOAD).open()
    visit.page.locator("#scan").click()
    visit.page.locator("#scan-text").fill(stage.unknown)
    visit.page.locator("#scan-read").click()
    assert visit.outcome() == "UNKNOWN"


def serial_of(stage: Stage) -> str:
    return stage.can.rpartition("/")[2]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_label_with_another_lot_is_said_to_be_changed(
    stage: Stage, honest: NodeProcess, visits: Visits, language: str
) -> None:
    gtin, serial = stage.can.split("/01/")[1].split("/21/")
    # As a phone's camera opens it, by way of the resolver.
    visit = visits(honest.url)
    visit.open(f"/01/{gtin}/10/ANOTHER/21/{serial}?lang={language}")
    assert visit.outcome() == "FAILED"
    failed = visit.page.locator("#checks li[data-outcome=FAILED]")
    expect(failed).to_have_attribute("data-code", "PRV-0205")
    expect(failed).to_contain_text(LABEL_DIFFERS[language])
    visit.shoot(f"label-differs-{language}")


def test_what_a_typed_label_says_besides_is_compared(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url).open()
    visit.page.locator("#scan").click()
    typed = f"{spellings(stage.can)['scanned']}|10ANOTHER"
    visit.page.locator("#scan-text").fill(typed)
    visit.page.locator("#scan-read").click()
    assert visit.outcome() == "FAILED"
    expect(
        visit.page.locator("#checks li[data-outcome=FAILED]")
    ).to_have_attribute("data-code", "PRV-0205")


def test_what_was_most_likely_meant_is_suggested(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    serial = serial_of(stage)
    assert serial != serial.lower()
    visit = visits(honest.url).expects(FAILED_LOAD)
    assert visit.check(stage.can.replace(serial, serial.lower())) == "UNKNOWN"
    visit.page.locator("#similar").click()
    assert visit.outcome() == "VERIFIED"


def test_the_number_of_a_product_is_called_that(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url).expects(FAILED_LOAD)
    product = stage.can.partition("/21/")[0]
    assert visit.check(product) == "UNKNOWN"
    expect(visit.page.locator("#verdict")).to_contain_text("not one item")
