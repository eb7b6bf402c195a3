"""Make node/provenance_node/web/map/world.js: land, and a place for each country.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m tests.web.make_world package/land-50m.json \
        package/countries-50m.json > node/provenance_node/web/map/world.js

The npm package world-atlas holds Natural Earth 4.1.0 at 1:50m as TopoJSON;
Natural Earth is in the public domain. The outline is made coarser here, until
what is left out would not be seen on a phone: points whose triangle with
their neighbours is small go first (Visvalingam and Whyatt, 1993), and islands
too small to be drawn. What it is written in, `world.js` says itself.

A country's place is the middle of its largest piece of land, or, where that
lies outside of a crescent, of its widest stretch at that latitude. The few
that Natural Earth does not have at this scale are listed here.
"""

import heapq
import json
import math
import pathlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Point = tuple[float, float]
"""Longitude and latitude, in degrees."""

Ring = list[Point]
"""A closed line, its first point not repeated."""

STEPS = 20
"""How many steps a degree has."""

SMALLEST_TRIANGLE = 0.02
"""What points make less of a difference than, in square degrees."""

SMALLEST_ISLAND = 0.02
"""What islands are left out below, in square degrees."""

NUMBERS = """
004 AF 008 AL 010 AQ 012 DZ 016 AS 020 AD 024 AO 028 AG 031 AZ 032 AR 036 AU
040 AT 044 BS 048 BH 050 BD 051 AM 052 BB 056 BE 060 BM 064 BT 068 BO 070 BA
072 BW 074 BV 076 BR 084 BZ 086 IO 090 SB 092 VG 096 BN 100 BG 104 MM 108 BI
112 BY 116 KH 120 CM 124 CA 132 CV 136 KY 140 CF 144 LK 148 TD 152 CL 156 CN
158 TW 162 CX 166 CC 170 CO 174 KM 175 YT 178 CG 180 CD 184 CK 188 CR 191 HR
192 CU 196 CY 203 CZ 204 BJ 208 DK 212 DM 214 DO 218 EC 222 SV 226 GQ 231 ET
232 ER 233 EE 234 FO 238 FK 239 GS 242 FJ 246 FI 248 AX 250 FR 254 GF 258 PF
260 TF 262 DJ 266 GA 268 GE 270 GM 275 PS 276 DE 288 GH 292 GI 296 KI 300 GR
304 GL 308 GD 312 GP 316 GU 320 GT 324 GN 328 GY 332 HT 334 HM 336 VA 340 HN
344 HK 348 HU 352 IS 356 IN 360 ID 364 IR 368 IQ 372 IE 376 IL 380 IT 384 CI
388 JM 392 JP 398 KZ 400 JO 404 KE 408 KP 410 KR 414 KW 417 KG 418 LA 422 LB
426 LS 428 LV 430 LR 434 LY 438 LI 440 LT 442 LU 446 MO 450 MG 454 MW 458 MY
462 MV 466 ML 470 MT 474 MQ 478 MR 480 MU 484 MX 492 MC 496 MN 498 MD 499 ME
500 MS 504 MA 508 MZ 512 OM 516 NA 520 NR 524 NP 528 NL 531 CW 533 AW 534 SX
535 BQ 540 NC 548 VU 554 NZ 558 NI 562 NE 566 NG 570 NU 574 NF 578 NO 580 MP
581 UM 583 FM 584 MH 585 PW 586 PK 591 PA 598 PG 600 PY 604 PE 608 PH 612 PN
616 PL 620 PT 624 GW 626 TL 630 PR 634 QA 638 RE 642 RO 643 RU 646 RW 652 BL
654 SH 659 KN 660 AI 662 LC 663 MF 666 PM 670 VC 674 SM 678 ST 682 SA 686 SN
688 RS 690 SC 694 SL 702 SG 703 SK 704 VN 705 SI 706 SO 710 ZA 716 ZW 724 ES
728 SS 729 SD 732 EH 740 SR 744 SJ 748 SZ 752 SE 756 CH 760 SY 762 TJ 764 TH
768 TG 772 TK 776 TO 780 TT 784 AE 788 TN 792 TR 795 TM 796 TC 798 TV 800 UG
804 UA 807 MK 818 EG 826 GB 831 GG 832 JE 833 IM 834 TZ 840 US 850 VI 854 BF
858 UY 860 UZ 862 VE 876 WF 882 WS 887 YE 894 ZM
"""
"""ISO 3166-1: three digits, two letters."""

NOT_AT_THIS_SCALE: Mapping[str, Point] = {
    "BQ": (-68.3, 12.2),
    "BV": (3.4, -54.4),
    "CC": (96.8, -12.2),
    "CX": (105.6, -10.5),
    "GF": (-53.1, 3.9),
    "GI": (-5.4, 36.1),
    "GP": (-61.5, 16.2),
    "MQ": (-61.0, 14.7),
    "RE": (55.5, -21.1),
    "SJ": (16.0, 78.6),
    "TK": (-171.8, -9.2),
    "TV": (179.2, -8.5),
    "UM": (166.6, 19.3),
    "XK": (20.9, 42.6),
    "YT": (45.2, -12.8),
}
"""Where those are that have no outline of their own here."""

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def read_rings(topology: Any, name: str) -> Iterator[tuple[Any, list[Ring]]]:
    """Yield each geometry of an object of a TopoJSON, with its rings.

    Outer rings come before the holes in them (TopoJSON 1.0, section 2.1).
    """
    scale, translate = topology["transform"].values()
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append(
                (x * scale[0] + translate[0], y * scale[1] + translate[1])
            )
        arcs.append(points)
    for geometry in topology["objects"][name]["geometries"]:
        polygons = geometry["arcs"]
        if geometry["type"] == "Polygon":
            polygons = [polygons]
        rings = []
        for indexes in (ring for polygon in polygons for ring in polygon):
            ring: Ring = []
            for index in indexes:
                # ~index is the same arc, from its end (section 2.1.4).
                part = arcs[index] if index >= 0 else arcs[~index][::-1]
                # Each arc starts where the one before it ended.
                ring += part[1:] if ring else part
            rings.append(unwrap(ring[:-1]))
        yield geometry, rings


def unwrap(ring: Ring) -> Ring:
    """Return *ring* with no jump at the date line: longitudes go on past 180.

    One that goes around the south pole is closed through it.
    """
    whole: Ring = []
    for x, y in ring:
        turns = round((whole[-1][0] - x) / 360) if whole else 0
        whole.append((x + 360 * turns, y))
    if round((whole[0][0] - whole[-1][0]) / 360):
        return [*whole, (whole[-1][0], -90.0), (whole[0][0], -90.0)]
    return whole


def area(ring: Sequence[Point]) -> float:
    """Return the area of *ring* in square degrees; its sign is its turn."""
    return sum(_cross(*each) for each in _edges(ring)) / 2


def simplify(ring: Ring, *, smallest: float) -> Ring:
    """Return *ring* without points whose triangle is below *smallest*.

    Triangles are measured as they look at their latitude; three points always
    stay.
    """
    count = len(ring)
    before = [(i - 1) % count for i in range(count)]
    after = [(i + 1) % count for i in range(count)]

    def size(i: int) -> float:
        a, b, c = ring[before[i]], ring[i], ring[after[i]]
        width = max(math.cos(math.radians(b[1])), 0.15)
        return abs(area((a, b, c))) * width

    sizes = {i: size(i) for i in range(count)}
    heap = [(found, i) for i, found in sizes.items()]
    heapq.heapify(heap)
    while len(sizes) > 3 and heap[0][0] < smallest:
        found, i = heapq.heappop(heap)
        if sizes.get(i) != found:
            continue  # it was measured again since
        del sizes[i]
        left, right = before[i], after[i]
        after[left], before[right] = right, left
        for each in (left, right):
            # Never below what went already, or a long bow would go whole.
            sizes[each] = max(size(each), found)
            heapq.heappush(heap, (sizes[each], each))
    return [ring[i] for i in sorted(sizes)]


def middle(ring: Ring) -> Point:
    """Return a point inside *ring*, near its middle."""
    whole = area(ring)
    x, y = (
        sum((a[axis] + b[axis]) * _cross(a, b) for a, b in _edges(ring))
        / (6 * whole)
        for axis in (0, 1)
    )
    stretches = [
        a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        for a, b in _edges(ring)
        if (a[1] > y) != (b[1] > y)
    ]
    stretches.sort()
    pairs = list(zip(stretches[::2], stretches[1::2], strict=True))
    if not any(start <= x <= end for start, end in pairs):
        start, end = max(pairs, key=lambda pair: pair[1] - pair[0])
        x = (start + end) / 2
    return (x + 180) % 360 - 180, y


def write_land(rings: Sequence[Ring]) -> str:
    """Return *rings* as steps in base-64 digits, rings apart by spaces."""
    texts = []
    for ring in rings:
        text, x, y = "", 0, 0
        for longitude, latitude in ring:
            to_x, to_y = round(longitude * STEPS), round(latitude * STEPS)
            if text and (to_x, to_y) == (x, y):
                continue
            text += _digits(to_x - x) + _digits(to_y - y)
            x, y = to_x, to_y
        texts.append(text)
    return " ".join(texts)


def write_countries(places: Mapping[str, Point]) -> str:
    """Return *places*: two letters, then whole tenths of degrees."""
    return " ".join(
        f"{country}{round(x * 10)},{round(y * 10)}"
        for country, (x, y) in sorted(places.items())
    )


def find_places(topology: Any) -> dict[str, Point]:
    """Return where each country is, by its two letters."""
    words = NUMBERS.split()
    letters = dict(zip(words[::2], words[1::2], strict=True))
    largest: dict[str, Ring] = {}
    for geometry, rings in read_rings(topology, "countries"):
        country = letters.get(geometry.get("id", ""))
        if country is not None:
            ring = max(rings, key=lambda ring: abs(area(ring)))
            other = largest.setdefault(country, ring)
            if abs(area(other)) < abs(area(ring)):
                largest[country] = ring
    places = {country: middle(ring) for country, ring in largest.items()}
    return {**NOT_AT_THIS_SCALE, **places}


def make_world(land: Any, countries: Any) -> str:
    """Return the text of world.js."""
    rings = [
        simplify(ring, smallest=SMALLEST_TRIANGLE)
        for _, found in read_rings(land, "land")
        for ring in found
        if abs(area(ring)) >= SMALLEST_ISLAND
        # The pole is a ring of its own, which Antarctica here covers.
        and max(y for _, y in ring) > -89
    ]
    return f"""\
// @ts-check
// Land, and a place for each country. Made by tests/web/make_world.py; do not
// edit. Made with Natural Earth 4.1.0 (2018), 1:50m, which is in the public
// domain (naturalearthdata.com), from the npm package world-atlas 2.0.2.

/** How many steps of LAND a degree has. */
export const STEPS = {STEPS};

/**
 * The outlines of land and, after it, of the lakes in it. Rings are apart by
 * spaces; a ring is steps, east and north in turn, the first from 0° 0°. A
 * number is one or more base-64 digits of five bits, the lowest first; the
 * sixth bit of a digit says that another follows, the lowest of a number that
 * it is negative.
 */
export const LAND =
  "{write_land(rings)}";

/**
 * ISO 3166-1 letters of each country, and tenths of degrees east and north of
 * a place in the middle of it.
 */
export const COUNTRIES =
  "{write_countries(find_places(countries))}";
"""


def _digits(number: int) -> str:
    left = -number << 1 | 1 if number < 0 else number << 1
    text = ""
    while left > 31:
        text += BASE64[left & 31 | 32]
        left >>= 5
    return text + BASE64[left]


def _edges(ring: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    return zip(ring, [*ring[1:], *ring[:1]], strict=True)


def _cross(a: Point, b: Point) -> float:
    return a[0] * b[1] - b[0] * a[1]


def main() -> None:
    land, countries = (
        json.loads(pathlib.Path(path).read_bytes()) for path in sys.argv[1:]
    )
    sys.stdout.write(make_world(land, countries))


if __name__ == "__main__":
    main()
