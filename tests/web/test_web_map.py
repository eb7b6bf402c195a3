"""The map in a real browser, on a page of its own."""

import json
import urllib.parse
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.access import overflowing, violations
from tests.web.alone import Open, base, blind, visit

__all__ = ["base", "blind", "visit"]

STOPS: list[dict[str, Any]] = [
    {"label": "Te Puke", "latitude": -37.78, "longitude": 176.32},
    {"label": "Tauranga", "latitude": -37.64, "longitude": 176.17},
    {"label": "Singapore", "country": "SG"},
    {"label": "nowhere in particular"},
    {"label": "Rotterdam", "latitude": 51.95, "longitude": 4.14},
]


def address(stops: list[dict[str, Any]], language: str = "en") -> str:
    given = {"lang": language, "stops": json.dumps(stops)}
    return f"map.html?{urllib.parse.urlencode(given)}"


def boxes_of(page: Page) -> list[dict[str, float]]:
    """Return where each number is drawn, in shares of the map."""
    found: list[dict[str, float]] = page.evaluate(
        """() => {
          const map = document.querySelector("svg.map").getBoundingClientRect();
          return [...document.querySelectorAll(".map-stop rect")].map((each) => {
            const box = each.getBoundingClientRect();
            return {
              x: (box.x + box.width / 2 - map.x) / map.width,
              y: (box.y + box.height / 2 - map.y) / map.height,
            };
          });
        }"""
    )
    return found


def test_stops_are_numbered_and_told_to_all(
    visit: Open, blind: Browser
) -> None:
    page = visit(blind, address(STOPS))
    drawing = page.get_by_role("img", name="Map of the places in this record")
    expect(drawing).to_have_accessible_description(
        "1: Te Puke; 2: Tauranga; 3: Singapore (somewhere there); 5: Rotterdam."
    )
    # Two towns of one bay share a marker; who has no place, keeps a number.
    assert page.locator(".map-stop text").all_text_contents() == [
        "1, 2",
        "3",
        "5",
    ]
    assert page.locator(".map-about text").all_text_contents() == ["3"]
    assert "Rotterdam" in page.locator(".map-name").all_text_contents()
    expect(page.locator(".map-note")).to_have_text(
        "Indicative: a dashed circle is the middle of a country, and how it"
        " travelled is not recorded."
    )


def test_it_speaks_chinese(visit: Open, blind: Browser) -> None:
    stops = [{"label": "深圳", "country": "CN"}]
    page = visit(blind, address(stops, "zh-CN"))
    drawing = page.get_by_role("img", name="此记录中各地点的地图")
    expect(drawing).to_have_accessible_description("1：深圳（大致位置）。")
    expect(page.locator(".map-note")).to_have_text(
        "虚线圆圈表示国家的中部，并非具体地址。"
    )


def test_east_is_right_and_north_is_up_over_the_date_line_too(
    visit: Open, blind: Browser
) -> None:
    stops: list[dict[str, Any]] = [
        {"label": "Shenzhen", "latitude": 22.5, "longitude": 114.1},
        {"label": "Suva", "country": "FJ"},
        {"label": "Los Angeles", "latitude": 33.7, "longitude": -118.3},
    ]
    page = visit(blind, address(stops))
    shenzhen, suva, los_angeles = boxes_of(page)
    assert shenzhen["x"] < suva["x"] < los_angeles["x"]
    assert los_angeles["y"] < shenzhen["y"] < suva["y"]
    # The Pacific fills the picture; the line does not run around the globe.
    assert shenzhen["x"] < 0.3
    assert los_angeles["x"] > 0.7
    way: str = page.locator(".map-route").get_attribute("d") or ""
    assert way.count("M") == 2


@pytest.mark.parametrize(
    "stops",
    [
        [{"label": "Malta", "country": "MT"}],
        [{"label": "a", "latitude": 90, "longitude": 0}],
        [{"label": "a", "latitude": -90, "longitude": 180}],
        [{"label": c, "country": c} for c in ("NZ", "CL", "ZA", "IS", "RU")],
        [
            {"label": "a", "latitude": 10, "longitude": 20},
            {"label": "b", "latitude": -10, "longitude": -160},
        ],
        [{"label": str(n), "country": "DE"} for n in range(40)],
    ],
)
def test_wherever_they_are_all_are_in_the_picture(
    stops: list[dict[str, Any]], visit: Open, blind: Browser
) -> None:
    page = visit(blind, address(stops))
    boxes = boxes_of(page)
    assert boxes
    assert all(0 < each["x"] < 1 and 0 < each["y"] < 1 for each in boxes)
    assert "NaN" not in page.locator("#host").inner_html()
    assert page.locator(".map-land").get_attribute("d")


@pytest.mark.parametrize(
    "stops",
    [
        [],
        [{"label": "nowhere"}],
        [{"label": "no such country", "country": "ZZ"}],
        [{"label": "beyond", "latitude": 91, "longitude": 0}],
        [{"label": "half", "latitude": 5}],
        [{"label": "text", "latitude": "5", "longitude": "5"}],
    ],
)
def test_what_has_no_place_is_told_so(
    stops: list[dict[str, Any]], visit: Open, blind: Browser
) -> None:
    page = visit(blind, address(stops))
    expect(page.locator("#host")).to_have_text(
        "No place in this record can be drawn."
    )
    assert page.locator("svg").count() == 0


def test_a_hostile_label_stays_text_of_a_bearable_length(
    visit: Open, blind: Browser
) -> None:
    hostile = "\u202e<script>alert(1)</script>$&" + "W" * 10_000
    page = visit(blind, address([{"label": hostile, "country": "DE"}]))
    drawing = page.get_by_role("img")
    expect(drawing).to_have_accessible_description(
        "1:  <script>alert(1)</script>$&" + "W" * 52 + "… (somewhere there)."
    )
    assert page.locator("#host script").count() == 0
    assert page.locator(".map-name").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_everybody_can_use_it(
    scheme: str, width: int, visit: Open, blind: Browser
) -> None:
    page = visit(
        blind,
        address(STOPS),
        color_scheme=scheme,
        viewport={"width": width, "height": 700},
    )
    assert violations(page) == []
    assert overflowing(page) == []
    # Numbers are as large as text on a small phone, too.
    text = page.locator(".map-stop text").first
    assert (text.bounding_box() or {"height": 0})["height"] >= 10
