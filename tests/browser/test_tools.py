"""The tests' own tools: the film shows a label, the liar can be honest."""

import io
import pathlib
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import zxingcpp
from PIL import Image

from tests.browser.camera import FRAMES, HEIGHT, WIDTH, film, photograph
from tests.browser.liar import BUNDLES, Liar, changing, failing
from tests.browser.stage import Stage
from tests.support.node_world import NodeProcess, quoted
from tests.support.waiting import PATIENCE_SECONDS


def get(url: str) -> bytes:
    with urlopen(url, timeout=PATIENCE_SECONDS) as answer:
        body: bytes = answer.read()
        return body


def test_the_film_and_the_photo_show_the_label(
    stage: Stage, label: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    made = film(label.read_bytes(), tmp_path / "label.y4m").read_bytes()
    head, _, rest = made.partition(b"\n")
    assert head.startswith(b"YUV4MPEG2 W640 H480 ")
    size = len(b"FRAME\n") + WIDTH * HEIGHT * 3 // 2
    assert len(rest) == FRAMES * size
    frame = rest[len(b"FRAME\n") :][: WIDTH * HEIGHT]
    photo = photograph(label.read_bytes(), turned=30)
    for image in (
        Image.frombytes("L", (WIDTH, HEIGHT), frame),
        Image.open(io.BytesIO(photo)),
    ):
        with image:
            (code,) = zxingcpp.read_barcodes(image)
        assert code.text.endswith(stage.can.removeprefix("https://id.gs1.org"))


def test_a_liar_passes_every_byte_on_until_it_is_told_to_lie(
    stage: Stage, honest: NodeProcess, liar: Liar
) -> None:
    path = f"/v1/items/{quoted(stage.can)}/bundle"
    bundle = get(honest.url + path)
    assert stage.verdict(bundle, stage.can).outcome == "VERIFIED"
    assert get(liar.url + path) == bundle
    liar.lie(BUNDLES, changing(lambda data: data[:-1]))
    assert get(liar.url + path) == bundle[:-1]
    liar.tell_the_truth()
    assert get(liar.url + path) == bundle
    liar.lie(BUNDLES, failing(500))
    with pytest.raises(HTTPError, match="500") as failed:
        get(liar.url + path)
    failed.value.close()
    assert get(liar.url + "/healthz")
    assert [each.status for each in liar.passed] == [200, 200, 200, 500, 200]
    liar.stop()
    with pytest.raises(OSError, match=r"refused"):
        get(liar.url + path)
