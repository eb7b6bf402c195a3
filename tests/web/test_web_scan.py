"""The scanner reads what Python reads, and the decoder what cameras see.

No browser here: Node runs the modules (`tests/web/scan_answer.js`). What
people do with the scanner and the map, `tests/web/test_web_scanner.py` tries.
"""

import hashlib
import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image, ImageFilter, ImageOps

from provenance.encoding.base64 import encode_base64
from provenance.errors import MalformedError
from provenance.gs1 import read_item
from provenance.gs1.ai import all_ais
from provenance.gs1.codes import (
    COUNTRY_LETTERS,
    COUNTRY_NUMBERS,
    CURRENCIES,
    MEDIA,
    PACKAGES,
)
from tests.support.gs1_values import COUPON, MORE, OFFER
from tests.unit.gs1.test_read_item import SPELLINGS
from tests.web import make_world
from tests.web.agree import Answerer
from tests.web.scan_agree import ANSWERER, compare
from tests.web.served import ROOT
from tests.web.test_web import node

__all__ = ["node"]

segno = pytest.importorskip("segno", reason="pip install '.[label]'")

SEED = 20_261_123
SLICE = 250

LINK = "https://id.brand.example/01/09506000134352/10/L7/21/7TQ3K9WMAF2XH"
LONG_LINK = f"{LINK}?s={'Ab9_' * 21}"

VENDOR = ROOT / "vendor" / "qr"

PUBLISHED = {
    "decode.js": (
        "00e209820dcb11d624e9a03d6383e580766792b57d1651318f0a29e4e1ff0fe8"
    ),
    "index.js": (
        "a0de370051f94bd74f218f74401fdf197585e3f9ef0143164f87ea941a3fdd6f"
    ),
}
"""SHA-256 of the modules in the npm package `qr` 0.7.0."""


@pytest.fixture(scope="module")
def answerer() -> Iterator[Answerer]:
    with Answerer(script=ANSWERER) as one:
        yield one


@pytest.mark.usefixtures("node")
class TestReading:
    def test_whatever_the_code_both_read_the_same_item(
        self, answerer: Answerer
    ) -> None:
        found = compare(SLICE, SEED, answerer)
        print(f"seed {SEED}: {dict(found.asked)}")
        assert found.disagreements == []
        # The question is not always the same one.
        assert min(found.asked[each] for each in ("gs1", "refused")) > SLICE / 4

    @pytest.mark.parametrize(
        "text",
        [
            *SPELLINGS,
            "", " ", "x:", "]", "]Q1", "(", "\x1d", "12", "PO-1",
            "9506000134352", "]E402345673", "416000336108", "]E0416000336108",
            "]E09506000134352\n", "]I109506000134352", "]I19506000134352",
            "006141411234567890", "00006141411234567890",
            "(00)006141411234567890", "(414)9520123456788(254)0",
            "(415)9520123456788", "(415)9520123456788(8020)1",
            "(02)09506000134352(37)5", "(01)09506000134352(37)5",
            "(01)09506000134352(21)\\(1\\)", "(01)09506000134352(21)\\(1)",
            "(01)09506000134352(01)09506000134352",
            "(01)09506000134352(01)09506000134369",
            "(8017)950600013435000013(8018)950600013435000013",
            "(255)9506000134352(8110)" + COUPON,
            "(01)09506000134352(8110)" + COUPON + MORE,
            "(01)09506000134352(8110)" + COUPON + "3271231" + "4271232",
            "(01)09506000134352(8110)" + COUPON + "3270101" + "4271231",
            "(01)09506000134352(8112)" + OFFER,
            "(01)09506000134352(8112)2" + OFFER[1:],
            "(415)9520123456788(8020)1(8007)BE71096123456769",
            "(415)9520123456788(8020)1(8007)BE71096123456768",
            "(415)9520123456788(8020)1(8007)XX71096123456769",
            "(01)09506000134352(17)270229", "(01)09506000134352(17)280229",
            "(01)09506000134352(17)271300", "(01)09506000134352(17)271200",
            "(01)09506000134352(423)276999", "(01)09506000134352(7030)999X",
            "(8006)095060001343520102", "(8006)095060001343520201",
            "(8013)1987654Ad4X4bL5ttr2310c2K",
            "(8013)1987654Ad4X4bL5ttr2310c2L",
            "did:web:customs.example", "https://brand.example/x", "𠮷", "(𠮷)",
            "(01)09506000134352(21)𠮷", "0109506000134352𠮷𠮷𠮷𠮷𠮷",
            "urn:x:" + "y" * 2042, "urn:x:" + "y" * 2043,
        ],
    )  # fmt: skip
    def test_the_cases_of_python_come_out_the_same(
        self, text: str, answerer: Answerer
    ) -> None:
        said = answerer.ask({"kind": "code", "text": text})
        try:
            item = read_item(text)
        except MalformedError:
            assert said["error"] == "MalformedError"
            # A sentence, that starts with what was given or in lower case.
            assert re.match(r"['\"a-z(]", said["message"])
        else:
            assert said == {"answer": item}

    @pytest.mark.parametrize(
        "uri",
        [
            "https://brand.example/CxFKk4XBoI1XgkZCCgAq",
            "https://id.gs1.org/CxFKk4XBoI1XgkZCCgAq",
            "https://brand.example/01/09506000134352/EEarwSMXQjfyEFABU",
        ],
    )
    def test_compressed_links_are_refused_in_a_sentence(
        self, uri: str, answerer: Answerer
    ) -> None:
        said = answerer.ask({"kind": "code", "text": uri})["answer"]
        assert said["compressed"] == (
            f"'{uri}' is a compressed Digital Link, which is not read here:"
            " type the number that is printed beside the code"
        )

    def test_the_tables_are_the_same(self, answerer: Answerer) -> None:
        said = answerer.ask({"kind": "tables"})["answer"]
        ais = {
            ai.code: [
                ai.code,
                ai.is_predefined,
                ai.is_attribute,
                list(ai.bars),
                ai.longest,
                [
                    [
                        part.alphabet,
                        part.least,
                        part.most,
                        part.is_optional,
                        list(part.checks),
                    ]
                    for part in ai.parts
                ],
            ]
            for ai in all_ais().values()
        }
        assert {each[0]: each for each in said["ais"]} == ais
        assert dict(said["codes"]) == {
            "COUNTRY_LETTERS": sorted(COUNTRY_LETTERS),
            "COUNTRY_NUMBERS": sorted(COUNTRY_NUMBERS),
            "CURRENCIES": sorted(CURRENCIES),
            "MEDIA": sorted(MEDIA),
            "PACKAGES": sorted(PACKAGES),
        }


def draw(text: str, *, scale: int = 6, error: str = "m") -> Image.Image:
    """Return a QR code of *text*, black on white."""
    drawn = io.BytesIO()
    segno.make(text, error=error, micro=False).save(
        drawn, kind="png", scale=scale, border=4
    )
    return Image.open(drawn).convert("L")


def lay(code: Image.Image, *, turned: float = 0, by: int = 40) -> Image.Image:
    """Return *code* on a grey table."""
    code = code.rotate(turned, expand=True, fillcolor=170)
    table = Image.new("L", (code.width + 2 * by, code.height + 2 * by), 170)
    table.paste(code, (by, by))
    return table


def skew(code: Image.Image) -> Image.Image:
    """Return *code* seen from the side."""
    width, height = code.size
    corners = (
        -0.05 * width, -0.02 * height, -0.02 * width, 1.05 * height,
        1.04 * width, 1.12 * height, 1.08 * width, -0.09 * height,
    )  # fmt: skip
    return code.transform(
        (width, height),
        Image.Transform.QUAD,
        corners,
        Image.Resampling.BILINEAR,
        fillcolor=170,
    )


def noisy(code: Image.Image) -> Image.Image:
    """Return *code* as a bad camera sees it in the dark."""
    noise = Image.effect_noise(code.size, 70)
    return Image.blend(code.point(lambda grey: 40 + grey // 2), noise, 0.35)


def with_stain(code: Image.Image) -> Image.Image:
    stained = code.copy()
    x, y = code.width // 2, code.height // 2
    stained.paste(90, (x, y, x + code.width // 10, y + code.height // 10))
    return stained


PICTURES = {
    "plain": draw(LINK),
    "small": draw(LINK, scale=3),
    "large": draw(LINK, scale=20),
    "long, in many modules": draw(LONG_LINK, scale=4),
    "inverted": ImageOps.invert(draw(LINK)),
    **{f"turned by {by}": lay(draw(LINK), turned=by) for by in range(0, 360, 30)},
    "turned and blurred": lay(draw(LINK), turned=17).filter(
        ImageFilter.GaussianBlur(2)
    ),
    "seen from the side": skew(lay(draw(LINK))),
    "in the dark": noisy(lay(draw(LINK), turned=5)),
    "stained": with_stain(draw(LINK, error="h")),
}  # fmt: skip


@pytest.mark.usefixtures("node")
class TestDecoding:
    @staticmethod
    def decode(picture: Image.Image, answerer: Answerer) -> str | None:
        said = answerer.ask(
            {
                "kind": "qr",
                "pixels": encode_base64(picture.tobytes()),
                "width": picture.width,
                "height": picture.height,
                "patience": 2000,
            }
        )
        answer = said["answer"]
        assert answer is None or isinstance(answer, str)
        return answer

    @pytest.mark.parametrize("name", PICTURES)
    def test_codes_are_read_however_they_lie(
        self, name: str, answerer: Answerer
    ) -> None:
        text = LONG_LINK if "long" in name else LINK
        assert self.decode(PICTURES[name], answerer) == text

    def test_other_writing_is_read_too(self, answerer: Answerer) -> None:
        for text in ("09506000134352", "(01)09506000134352", "番茄罐头 🥫"):
            assert self.decode(draw(text), answerer) == text

    def test_what_is_no_code_is_none(self, answerer: Answerer) -> None:
        code = draw(LINK)
        half = code.crop((0, 0, code.width // 2, code.height))
        for picture in (
            Image.new("L", (300, 200), 255),
            Image.effect_noise((300, 200), 90),
            half,
            code.filter(ImageFilter.GaussianBlur(12)),
        ):
            assert self.decode(picture, answerer) is None


class TestVendor:
    def test_the_package_is_as_it_was_published(self) -> None:
        for name, wanted in PUBLISHED.items():
            data = (VENDOR / name).read_bytes()
            assert hashlib.sha256(data).hexdigest() == wanted, name

    def test_its_readme_says_what_each_file_is(self) -> None:
        readme = (VENDOR / "README.md").read_text("utf-8")
        files = sorted(
            path for path in VENDOR.iterdir() if path.suffix != ".md"
        )
        assert [path.name for path in files] == [
            "LICENSE",
            "LICENSE-MIT",
            *PUBLISHED,
        ]
        for path in files:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            assert f"{digest}  {path.name}" in readme


class TestWorld:
    """How the map's data were made; what came of it, map.test.js tests."""

    def test_the_table_of_countries_is_that_of_the_standard(self) -> None:
        words = make_world.NUMBERS.split()
        assert set(words[::2]) == COUNTRY_NUMBERS
        assert set(words[1::2]) == COUNTRY_LETTERS
        assert len(words) == 2 * len(COUNTRY_LETTERS)

    def test_rings_do_not_jump_at_the_date_line(self) -> None:
        assert make_world.unwrap([(170, 1), (-170, 1), (-170, 2)]) == [
            (170, 1), (190, 1), (190, 2),
        ]  # fmt: skip
        assert make_world.unwrap([(-170, 1), (170, 1), (170, 2)]) == [
            (-170, 1), (-190, 1), (-190, 2),
        ]  # fmt: skip

    def test_a_ring_around_the_pole_is_closed_through_it(self) -> None:
        ring = make_world.unwrap([(x, -70.0) for x in range(-180, 180, 60)])
        assert ring[-2:] == [(120, -90), (-180, -90)]

    def test_the_middle_of_a_crescent_lies_in_it(self) -> None:
        square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]
        assert make_world.middle(square) == (2, 2)
        crescent = [
            (0.0, 0.0), (10.0, 0.0), (10.0, 1.0), (1.0, 1.0),
            (1.0, 9.0), (10.0, 9.0), (10.0, 10.0), (0.0, 10.0),
        ]  # fmt: skip
        x, y = make_world.middle(crescent)
        assert 0 < x < 1
        assert y == 5
        beyond = [(x + 178, y) for x, y in square]
        assert make_world.middle(beyond) == (-180, 2)

    def test_points_that_are_not_seen_go_first(self) -> None:
        ring = [
            (0.0, 0.0),
            (5.0, 0.001),
            (10.0, 0.0),
            (10.0, 10.0),
            (0.0, 10.0),
        ]
        assert make_world.simplify(ring, smallest=0.02) == [
            (0, 0), (10, 0), (10, 10), (0, 10),
        ]  # fmt: skip
        assert make_world.simplify(ring[:3], smallest=1e9) == ring[:3]

    def test_an_outline_is_read_arc_by_arc_and_written_in_steps(self) -> None:
        topology = {
            "transform": {"scale": [0.5, 0.5], "translate": [-180, -90]},
            "arcs": [
                [[360, 180], [20, 0], [0, 20]],
                [[360, 180], [0, 20], [20, 0]],
            ],
            "objects": {
                "land": {
                    "geometries": [
                        {"type": "MultiPolygon", "arcs": [[[0, ~1]]]}
                    ]
                },
                "countries": {
                    "geometries": [
                        {"type": "Polygon", "id": "554", "arcs": [[0, ~1]]},
                        {"type": "Polygon", "arcs": [[0, ~1]]},
                    ]
                },
            },
        }
        made = make_world.make_world(topology, topology)
        assert '"AAwMAAwMxMA"' in made
        assert " NZ50,50 " in made
        assert "GI-54,361" in made

    def test_what_is_served_says_where_it_is_from_and_is_small(self) -> None:
        text = (ROOT / "map" / "world.js").read_text("utf-8")
        assert "Natural Earth 4.1.0 (2018)" in text
        assert "public\n// domain" in text
        assert len(text) < 40_000
