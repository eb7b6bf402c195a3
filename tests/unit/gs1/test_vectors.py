"""GS1's own link vectors agree with ours; its dictionary: `unit/gs1/test_ai.py`."""

import json
import re
from typing import Any

import pytest

from provenance.errors import MalformedError
from provenance.gs1.digitallink import (
    build_digital_link,
    escape_query,
    parse_digital_link,
)
from provenance.gs1.elements import Element
from provenance.gs1.elementstring import (
    FNC1,
    ElementString,
    format_raw,
    parse_element_string,
    parse_raw,
)
from provenance.gs1.identifier import escape
from provenance.gs1.linkpath import parse_link_path, unescape
from tests.support.vectors_of import shared

Vector = dict[str, Any]

VECTORS: list[Vector] = json.loads(
    (shared("digital-link") / "dev.json").read_text("utf-8")
)["vectors"]


def of(function: str) -> list[Vector]:
    return [vector for vector in VECTORS if vector["fn"] == function]


OTHERWISE = {
    "https://a/gtin/12312312312333/ser/ABC123": "words for AIs were removed"
    " from the standard; the same vectors refuse /gtin/ elsewhere",
    "https://example.com/01/09520123456788?99=XYZ&89=ABC123": "there is no AI"
    " 89; the same vectors refuse this very link, too",
    "(01)12312312312326(99)000001(89)XXX(95)INT": "there is no AI 89",
}
"""Where we refuse what the vectors take, with options they do not record."""


def test_all_vectors_are_known() -> None:
    counts = {
        function: len(of(function))
        for function in (
            "parseDLuri",
            "generateDLuri",
            "URIunescape",
            "URIescape",
        )
    }
    assert counts == {
        "parseDLuri": 59,
        "generateDLuri": 11,
        "URIunescape": 11,
        "URIescape": 5,
    }
    assert len(VECTORS) == sum(counts.values())


@pytest.mark.parametrize("vector", of("parseDLuri"), ids=range(59))
def test_links_are_read_as_in_the_syntax_engine(vector: Vector) -> None:
    uri = vector["uri"]
    if not vector["shouldSucceed"] or uri in OTHERWISE:
        with pytest.raises(MalformedError):
            parse_digital_link(uri)
        return
    link = parse_digital_link(uri)
    # The vectors write FNC1 as ^, and begin with it.
    raw = format_raw(ElementString(link.elements))
    assert "^" + raw.replace(FNC1, "^") == vector["expectedAIs"]
    assert parse_raw(raw).elements == link.elements
    assert parse_link_path(uri) == link.identifier
    assert parse_digital_link(link.uri) == link


@pytest.mark.parametrize("vector", of("generateDLuri"), ids=range(11))
def test_links_are_built_as_in_the_syntax_engine(vector: Vector) -> None:
    # Read by hand, for these labels are to be refused by the builder itself.
    said: list[Element] = re.findall(r"\((\d+)\)([^(]*)", vector["aiData"])
    if not vector["shouldSucceed"] or vector["aiData"] in OTHERWISE:
        with pytest.raises(MalformedError):
            build_digital_link(said, stem=vector["stem"])
        return
    link = build_digital_link(said, stem=vector["stem"])
    assert link.uri == vector["expected"]
    label = parse_element_string(vector["aiData"])
    assert build_digital_link(label.elements, stem=vector["stem"]) == link


@pytest.mark.parametrize("vector", of("URIunescape"), ids=range(11))
def test_values_are_unescaped_as_in_the_syntax_engine(vector: Vector) -> None:
    assert unescape(vector["in"]) == vector["expect_path"]
    assert unescape(vector["in"].replace("+", " ")) == vector["expect_query"]


@pytest.mark.parametrize("vector", of("URIescape"), ids=range(5))
def test_values_are_escaped_as_in_the_syntax_engine(vector: Vector) -> None:
    assert escape(vector["in"]) == vector["expect_path"]
    assert escape_query(vector["in"]) == vector["expect_query"]


def test_every_difference_is_still_one() -> None:
    taken = {
        vector.get("uri") or vector.get("aiData")
        for vector in VECTORS
        if vector.get("shouldSucceed")
    }
    assert set(OTHERWISE) <= taken
