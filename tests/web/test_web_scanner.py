"""The scanner in a real browser, on a page of its own.

Headless Chromium plays a film of a label in the place of its camera.
"""

import io
import pathlib
import re
from collections.abc import Iterator

import pytest
from PIL import Image, ImageFilter, ImageOps
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.access import overflowing, violations
from tests.browser.camera import film
from tests.web.alone import (
    ELSEWHERE,
    FAKE_CAMERA,
    Open,
    base,
    blind,
    codes_of,
    draw,
    launch,
    status_of,
    tracks_of,
    visit,
    wait_for_code,
)

__all__ = ["base", "blind", "visit"]

LINK = "https://id.brand.example/01/09506000134352/21/7TQ3K9WMAF2XH"
ITEM = "https://id.gs1.org/01/09506000134352/21/7TQ3K9WMAF2XH"
SHOP = "https://shop.example/offers?from=label"


@pytest.fixture(scope="module")
def seeing(
    driver: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Give a browser before whose camera a label lies."""
    path = tmp_path_factory.mktemp("camera") / "label.y4m"
    seen = film(draw(LINK), path)
    browser = launch(
        driver, FAKE_CAMERA, f"--use-file-for-fake-video-capture={seen}"
    )
    yield browser
    browser.close()


def upload(page: Page, data: bytes, kind: str = "image/png") -> None:
    page.locator("#scan-photo").set_input_files(
        {"name": "photo", "mimeType": kind, "buffer": data}
    )


def as_png(picture: Image.Image) -> bytes:
    saved = io.BytesIO()
    picture.save(saved, "PNG")
    return saved.getvalue()


SAMPLE = "return [{ rawValue: 'PROVENANCE' }];"


def native(answer: str) -> str:
    """Return a script that gives the browser a detector of its own."""
    return (
        "window.asked = 0; window.BarcodeDetector = class {"
        " constructor({ formats }) { window.formats = formats; }"
        " static async getSupportedFormats() {"
        " return ['aztec', 'code_128', 'data_matrix', 'ean_13', 'qr_code']; }"
        f" async detect() {{ {answer} }} }};"
    )


class TestCamera:
    def test_it_is_asked_for_only_when_the_button_is_pressed(
        self, visit: Open, seeing: Browser
    ) -> None:
        page = visit(seeing, "scan.html")
        assert tracks_of(page) == []
        assert page.locator("video").is_hidden()
        page.locator("#scan-camera").click()
        assert wait_for_code(page) == [[LINK, ITEM]]
        expect(status_of(page)).to_have_text(
            "Read: (01) 09506000134352 (21) 7TQ3K9WMAF2XH"
        )
        assert tracks_of(page) == ["ended"]
        assert page.locator("video").is_hidden()

    def test_it_speaks_chinese(self, visit: Open, seeing: Browser) -> None:
        page = visit(seeing, "scan.html?lang=zh-CN")
        page.get_by_role("button", name="用相机扫描").click()
        assert wait_for_code(page) == [[LINK, ITEM]]
        expect(status_of(page)).to_contain_text("已读取：(01) 09506000134352")

    def test_it_reads_without_a_worker(
        self, visit: Open, seeing: Browser
    ) -> None:
        page = visit(seeing, "scan.html", script="delete window.Worker;")
        page.locator("#scan-camera").click()
        assert wait_for_code(page) == [[LINK, ITEM]]

    @pytest.mark.parametrize(
        "answer",
        [
            "return []",
            "return new Promise(() => {})",
            "throw new DOMException('no', 'NotSupportedError')",
            "return [{ rawValue: 'something else' }]",
        ],
    )
    def test_a_native_detector_that_fails_its_test_is_not_used(
        self, answer: str, visit: Open, seeing: Browser
    ) -> None:
        page = visit(seeing, "scan.html", script=native(answer))
        page.locator("#scan-camera").click()
        assert wait_for_code(page) == [[LINK, ITEM]]

    def test_a_native_detector_that_breaks_down_later_is_no_harm(
        self, visit: Open, seeing: Browser
    ) -> None:
        answer = "if (window.asked++) throw new Error('gone');" + SAMPLE
        page = visit(seeing, "scan.html", script=native(answer))
        page.locator("#scan-camera").click()
        assert wait_for_code(page) == [[LINK, ITEM]]
        assert page.evaluate("window.asked") >= 1

    def test_a_native_detector_that_works_reads_other_codes_too(
        self, visit: Open, blind: Browser
    ) -> None:
        answer = (
            "if (window.asked++) return"
            " [{ rawValue: '\\x1d010950600013435210L7\\x1d2100042' }];"
        )
        page = visit(blind, "scan.html", script=native(answer + SAMPLE))
        upload(page, as_png(Image.new("L", (200, 200), 255)))
        item = "https://id.gs1.org/01/09506000134352/21/00042"
        assert [item for _, item in wait_for_code(page)] == [item]
        assert page.evaluate("window.formats") == [
            "qr_code",
            "data_matrix",
            "code_128",
        ]

    def test_the_button_stops_it_again(
        self, visit: Open, driver: Playwright
    ) -> None:
        browser = launch(driver, FAKE_CAMERA)
        page = visit(browser, "scan.html")
        page.get_by_role("button", name="Use the camera").click()
        expect(status_of(page)).to_contain_text("inside the frame")
        assert tracks_of(page) == ["live"]
        expect(page.locator("video")).to_be_visible()
        page.get_by_role("button", name="Stop the camera").click()
        expect(status_of(page)).to_have_text("The camera is off.")
        assert tracks_of(page) == ["ended"]

        # And so do a hidden page, a cut cable and the scanner's end.
        page.locator("#scan-camera").click()
        expect(status_of(page)).to_contain_text("inside the frame")
        page.evaluate(
            "Object.defineProperty(document, 'hidden', { get: () => true,"
            " configurable: true });"
            "document.dispatchEvent(new Event('visibilitychange'));"
            "delete document.hidden;"
        )
        assert tracks_of(page) == ["ended"] * 2
        page.locator("#scan-camera").click()
        expect(status_of(page)).to_contain_text("inside the frame")
        page.evaluate(
            "streams[2].getTracks()[0].dispatchEvent(new Event('ended'))"
        )
        expect(status_of(page)).to_contain_text("The camera was cut off.")
        page.locator("#scan-camera").click()
        expect(status_of(page)).to_contain_text("inside the frame")
        page.evaluate("scanner.close()")
        assert tracks_of(page) == ["ended"] * 4
        assert page.locator("#host").inner_html() == ""
        page.context.close()
        browser.close()

    def test_closed_while_it_starts_it_stops_at_once(
        self, visit: Open, seeing: Browser
    ) -> None:
        page = visit(seeing, "scan.html")
        page.evaluate(
            """() => {
              const { getUserMedia } = navigator.mediaDevices;
              window.opened = new Promise((resolve) => {
                navigator.mediaDevices.getUserMedia = async (wanted) => {
                  const stream = await getUserMedia(wanted);
                  setTimeout(resolve);
                  return stream;
                };
              });
              document.getElementById("scan-camera").click();
              scanner.close();
            }"""
        )
        page.evaluate("opened")
        assert tracks_of(page) == ["ended"]
        assert codes_of(page) == []

    def test_a_reader_that_falls_over_leaves_no_camera_on(
        self, visit: Open, seeing: Browser
    ) -> None:
        script = (
            "const { postMessage } = Worker.prototype;"
            "Worker.prototype.postMessage = function (...given) {"
            " if (window.streams.length < 2) throw new Error('fell over');"
            " postMessage.apply(this, given); };"
        )
        page = visit(seeing, "scan.html", script=script, expected="fell over")
        page.locator("#scan-camera").click()
        expect(status_of(page)).to_contain_text("could not be loaded")
        assert tracks_of(page) == ["ended"]
        upload(page, draw(LINK))
        expect(status_of(page)).to_contain_text("could not be loaded")
        # The next time all is well.
        page.locator("#scan-camera").click()
        assert wait_for_code(page) == [[LINK, ITEM]]

    def test_a_light_that_does_not_work_is_not_offered_on(
        self, visit: Open, seeing: Browser
    ) -> None:
        script = (
            "const track = MediaStreamTrack.prototype;"
            "track.getCapabilities = () => ({ torch: true });"
            "track.applyConstraints = async () => {"
            " throw new OverconstrainedError('torch'); };"
            "HTMLVideoElement.prototype.requestVideoFrameCallback = () => 0;"
        )
        page = visit(seeing, "scan.html", script=script)
        page.locator("#scan-camera").click()
        light = page.get_by_role("button", name="Light")
        light.click()
        expect(light).to_be_hidden()

    def test_each_reason_for_no_picture_has_its_sentence(
        self, visit: Open, seeing: Browser, blind: Browser
    ) -> None:
        page = visit(blind, "scan.html")
        page.locator("#scan-camera").click()
        expect(status_of(page)).to_contain_text("No camera was found.")

        page = visit(seeing, "scan.html", is_allowed=False)
        page.locator("#scan-camera").click()
        expect(status_of(page)).to_contain_text("The camera was not allowed.")

        page = visit(seeing, "scan.html", host=ELSEWHERE, is_allowed=False)
        assert page.evaluate("isSecureContext") is False
        page.locator("#scan-camera").click()
        expect(status_of(page)).to_contain_text("secure connection (https)")

        busy = (
            "navigator.mediaDevices.getUserMedia = async () => {"
            " throw new DOMException('busy', 'NotReadableError'); };"
        )
        page = visit(seeing, "scan.html", script=busy)
        page.locator("#scan-camera").click()
        expect(status_of(page)).to_contain_text(
            "another program may be using it"
        )

    def test_its_light_can_be_switched_where_there_is_one(
        self, visit: Open, driver: Playwright
    ) -> None:
        browser = launch(driver, FAKE_CAMERA)
        script = (
            "window.lights = [];"
            "const track = MediaStreamTrack.prototype;"
            "track.getCapabilities = () => ({ torch: true });"
            "track.applyConstraints = async (wanted) =>"
            " lights.push(wanted.advanced[0].torch);"
        )
        page = visit(browser, "scan.html", script=script)
        page.locator("#scan-camera").click()
        light = page.get_by_role("button", name="Light")
        light.click()
        expect(light).to_have_attribute("aria-pressed", "true")
        light.click()
        expect(light).to_have_attribute("aria-pressed", "false")
        assert page.evaluate("lights") == [True, False]
        page.context.close()
        browser.close()

    def test_a_strange_code_is_shown_and_never_opened(
        self,
        visit: Open,
        driver: Playwright,
        tmp_path: pathlib.Path,
    ) -> None:
        seen = film(draw(SHOP), tmp_path / "shop.y4m")
        browser = launch(
            driver,
            FAKE_CAMERA,
            f"--use-file-for-fake-video-capture={seen}",
        )
        page = visit(browser, "scan.html")
        page.locator("#scan-camera").click()
        expect(status_of(page)).to_have_text(
            f"This is a web address, but no GS1 item. It was not opened: {SHOP}"
        )
        # It goes on looking, for the right code may lie beside it.
        assert tracks_of(page) == ["live"]
        assert page.locator("#host a").count() == 0
        assert codes_of(page) == []
        assert "/pages/scan.html" in page.url
        page.context.close()
        browser.close()


class TestPhoto:
    @pytest.mark.parametrize("turned", [0, 45, 180])
    def test_a_code_is_found_however_it_lies(
        self, turned: int, visit: Open, blind: Browser
    ) -> None:
        code = Image.open(io.BytesIO(draw(LINK))).convert("RGB")
        photo = Image.new("RGB", (900, 700), (170, 160, 150))
        code = code.rotate(turned, expand=True, fillcolor=(170, 160, 150))
        photo.paste(code, (120, 60))
        page = visit(blind, "scan.html")
        upload(page, as_png(photo.filter(ImageFilter.GaussianBlur(1.5))))
        assert wait_for_code(page) == [[LINK, ITEM]]

    def test_a_small_code_is_found_in_a_large_photo(
        self, visit: Open, blind: Browser
    ) -> None:
        noise = Image.effect_noise((4000, 3000), 25)
        code = Image.open(io.BytesIO(draw(LINK, scale=4))).convert("L")
        noise.paste(code.rotate(12, expand=True, fillcolor=128), (3200, 2300))
        saved = io.BytesIO()
        noise.save(saved, "JPEG", quality=80)
        page = visit(blind, "scan.html")
        upload(page, saved.getvalue(), "image/jpeg")
        assert wait_for_code(page) == [[LINK, ITEM]]

    def test_white_on_black_and_on_nothing_are_read(
        self, visit: Open, blind: Browser
    ) -> None:
        code = Image.open(io.BytesIO(draw(LINK))).convert("L")
        page = visit(blind, "scan.html")
        upload(page, as_png(ImageOps.invert(code)))
        assert wait_for_code(page) == [[LINK, ITEM]]
        # Black on nothing at all, as a drawing program saves it.
        bare = Image.new("LA", code.size)
        bare.paste(0, mask=ImageOps.invert(code))
        bare.putalpha(ImageOps.invert(code))
        upload(page, as_png(bare))
        assert wait_for_code(page, 2)[1] == [LINK, ITEM]

    def test_a_photo_without_a_code_is_told_so(
        self, visit: Open, blind: Browser
    ) -> None:
        page = visit(blind, "scan.html")
        upload(page, as_png(Image.effect_noise((500, 400), 60)))
        expect(status_of(page)).to_contain_text(
            "No code was found in this photo."
        )

    def test_a_file_that_is_no_picture_is_told_so(
        self, visit: Open, blind: Browser
    ) -> None:
        page = visit(blind, "scan.html")
        for data, kind in (
            (b"", "image/png"),
            (b"\x89PNG\r\n\x1a\n and then nothing", "image/png"),
            (b"%PDF-1.7", "application/pdf"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ):
            upload(page, data, kind)
            expect(status_of(page)).to_contain_text("This file is no picture")
            # Something else is said in between.
            page.locator("#scan-text").fill("")
            page.locator("#scan-read").click()
            expect(status_of(page)).to_contain_text("Type a code first.")
        # The scanner is as good as before.
        upload(page, draw(LINK))
        assert wait_for_code(page) == [[LINK, ITEM]]

    def test_a_hostile_code_stays_text(
        self, visit: Open, blind: Browser
    ) -> None:
        hostile = "<img src=x onerror=document.title='harmed'>\u202egpj.exe"
        page = visit(blind, "scan.html")
        upload(page, draw(hostile))
        expect(status_of(page)).to_have_text(
            "This is no GS1 item. Nothing was done with it:"
            f" {hostile.replace(chr(0x202E), chr(0xFFFD))}"
        )
        assert page.locator("#host img").count() == 0
        assert page.title() == "The scanner alone"

    def test_a_secret_in_a_code_goes_nowhere(
        self, visit: Open, blind: Browser
    ) -> None:
        page = visit(blind, "scan.html")
        upload(page, draw("WIFI:S:home;T:WPA;P:hunter2;;"))
        expect(status_of(page)).to_contain_text("Nothing was done with it")
        assert codes_of(page) == []

    def test_without_its_reader_it_says_so_and_typing_works(
        self, visit: Open, blind: Browser
    ) -> None:
        # The connection goes before the reader was ever asked for.
        page = visit(blind, "scan.html", expected="Failed to load resource")
        page.route("**/qr.js", lambda route: route.abort())
        upload(page, draw(LINK))
        expect(status_of(page)).to_contain_text(
            "The code reader could not be loaded."
        )
        page.unroute("**/qr.js")
        page.locator("#scan-text").fill("9506000134352")
        page.keyboard.press("Enter")
        assert [item for _, item in wait_for_code(page)] == [
            "https://id.gs1.org/01/09506000134352"
        ]


SAID = [
    ("", "Type a code first.", "请先输入条码。"),
    ("9506000134353", "A digit is wrong", "有一位数字不对"),
    ("950600013", "9 digits are no GTIN", "9 位数字不是 GTIN"),
    ("006141411234567890", "write (00) before", "前加上 (00)"),
    ("(10)L7", "not which one", "未说明是哪件物品"),
    ("(01)1", "no valid GS1 code: at position 0", "不是有效的 GS1"),
    (SHOP, f"not opened: {SHOP}", f"未打开该网址：{SHOP}"),
    ("tomatoes", "no GS1 item", "不是 GS1 物品"),
    (
        "https://brand.example/CxFKk4XBoI1XgkZCCgAq",
        "compressed GS1 link",
        "压缩的 GS1 链接",
    ),
    ("]d2019506", "no valid GS1 code", "不是有效的 GS1"),
]
"""What is typed, and a part of what is said of it."""


class TestTyping:
    def test_what_is_typed_is_read_and_shown_while_it_is(
        self, visit: Open, blind: Browser
    ) -> None:
        page = visit(blind, "scan.html")
        hint = page.locator("#scan-hint")
        expect(hint).to_have_text(re.compile("Such as 09506000134352"))
        page.locator("#scan-text").fill("(01)09506000134352(21)00042")
        expect(hint).to_have_text("Reads as (01) 09506000134352 (21) 00042")
        page.locator("#scan-text").fill("(01)0950600013435")
        expect(hint).to_have_text(re.compile("Such as"))
        page.locator("#scan-text").fill("urn:epc:id:sgtin:9506000.013435.00042")
        page.locator("#scan-read").click()
        assert wait_for_code(page) == [
            [
                "urn:epc:id:sgtin:9506000.013435.00042",
                "https://id.gs1.org/01/09506000134352/21/00042",
            ]
        ]

    @pytest.mark.parametrize("language", ["en", "zh-CN"])
    def test_what_is_wrong_is_said_in_both_languages(
        self, language: str, visit: Open, blind: Browser
    ) -> None:
        page = visit(blind, f"scan.html?lang={language}")
        for text, english, chinese in SAID:
            page.locator("#scan-text").fill(text)
            page.locator("#scan-read").click()
            expect(status_of(page)).to_contain_text(
                english if language == "en" else chinese
            )
            expect(page.locator("#scan-text")).to_be_focused()
            expect(page.locator("#scan-text")).to_have_attribute(
                "aria-invalid", "true"
            )
        assert codes_of(page) == []

    def test_all_of_it_is_reached_by_the_keyboard(
        self, visit: Open, blind: Browser
    ) -> None:
        page = visit(blind, "scan.html")
        reached = []
        for _ in range(4):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id"))
        assert reached == [
            "scan-camera",
            "scan-photo",
            "scan-text",
            "scan-read",
        ]


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [
        ("en", "light", 320),
        ("zh-CN", "dark", 320),
        ("en", "dark", 1280),
        ("zh-CN", "light", 1280),
    ],
)
def test_everybody_can_use_it(
    language: str, scheme: str, width: int, visit: Open, seeing: Browser
) -> None:
    page = visit(
        seeing,
        f"scan.html?lang={language}",
        # The code is never read: so the picture stays to be looked at.
        script="delete window.Worker; window.requestAnimationFrame = () => 0;"
        "HTMLVideoElement.prototype.requestVideoFrameCallback = () => 0;",
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
    )
    page.locator("#scan-text").fill("9506000134353")
    page.locator("#scan-read").click()
    assert violations(page) == []
    page.locator("#scan-camera").click()
    expect(page.locator("video")).to_be_visible()
    assert violations(page) == []
    assert overflowing(page) == []
