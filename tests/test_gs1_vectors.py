"""GS1's own dictionary and link vectors agree with ours."""

import json
import re

import pytest

from provenance.errors import MalformedError
from provenance.gs1.digitallink import parse_digital_link
from provenance.gs1.identifier import KEYS, ORDERS, QUALIFIERS
from tests.vectors_of import shared

LINKS = [
    v
    for v in json.loads((shared("digital-link") / "dev.json").read_text())[
        "vectors"
    ]
    if v["fn"] == "parseDLuri"
]

OTHERWISE = {
    (
        "https://a/gtin/12312312312333/ser/ABC123",
        True,
    ): "words for AIs were removed from the standard",
    (
        "https://a/01/12312312312333?99=",
        False,
    ): "attributes are no part of what a thing is, and not read",
    (
        "https://a/01/12312312312333/22/ABC%2d123?99=ABC&98=XYZ+987",
        False,
    ): "attributes are not read",
    (
        "https://id.gs1.org/01/09520123456788/10/ABC123?99=XYZ789&01=09520123456788",
        False,
    ): "attributes are not read",
    (
        "https://id.gs1.org/01/09520123456788/10/ABC123?99=XYZ789&99=XYZ789",
        False,
    ): "attributes are not read",
    (
        "https://example.com/01/09520123456788?99=XYZ&89=ABC123",
        False,
    ): "attributes are not read",
}
"""Where we differ from the vectors, and why."""


@pytest.mark.parametrize("vector", LINKS, ids=range(len(LINKS)))
def test_links_are_read_as_in_the_syntax_engine(
    vector: dict[str, object],
) -> None:
    uri, good = str(vector["uri"]), bool(vector["shouldSucceed"])
    if (uri, good) in OTHERWISE:
        good = not good
    if not good:
        with pytest.raises(MalformedError):
            parse_digital_link(uri)
        return
    found = parse_digital_link(uri)
    said = (
        found.key
        + found.value
        + "".join(ai + value for ai, value in found.qualifiers)
    )
    assert (uri, not good) in OTHERWISE or str(vector["expectedAIs"]).replace(
        "^", ""
    ).startswith(said)


def test_every_difference_is_still_one() -> None:
    known = {(v["uri"], v["shouldSucceed"]) for v in LINKS}
    assert set(OTHERWISE) <= known


def test_our_table_agrees_with_the_dictionary() -> None:
    dictionary = {}
    for line in (
        (shared("gs1-syntax-dictionary") / "gs1-syntax-dictionary.txt")
        .read_text()
        .splitlines()
    ):
        found = re.match(
            r"(\d{2,4})\s+[*?!\"$%&'()+,\-./:;<=>@\[\]^_`{|}~ ]*\s(.*?)(?:\s+#.*)?$",
            line,
        )
        if found:
            dictionary[found[1]] = found[2]
    keys = {ai for ai, says in dictionary.items() if "dlpkey" in says}
    assert keys == set(KEYS)
    for ai in keys:
        orders = re.search(r"dlpkey(?:=(\S+))?", dictionary[ai])
        assert orders is not None
        said = tuple(
            tuple(order.split(","))
            for order in (orders[1] or "").split("|")
            if order
        )
        assert said == ORDERS.get(ai, ())
    for ai, form in {**KEYS, **QUALIFIERS}.items():
        shortest, longest = lengths(dictionary[ai])
        for length in range(100):
            fits = any(form.pattern.fullmatch(text * length) for text in "01")
            # Keys that start with a company prefix have four characters.
            assert (
                fits
                == (max(shortest, 4 if ai in KEYS else 1) <= length <= longest)
                or ai in LENGTHS_DIFFER
            ), (ai, length)
        assert ("csum," in dictionary[ai] or "csum " in dictionary[ai]) == bool(
            form.checked
        ) or ai == "8006"


LENGTHS_DIFFER = {"8013"}
"""A GMN has at least four digits before its check characters."""


def lengths(says: str) -> tuple[int, int]:
    """Return the least and greatest length of a value, by the dictionary."""
    shortest = longest = 0
    for part, fixed, upto in re.findall(
        r"(\[?[NXYZ](?:(\d+)|\.\.(\d+)))", says
    ):
        longest += int(fixed or upto)
        if not part.startswith("["):
            shortest += int(fixed or 1)
    return shortest, longest
