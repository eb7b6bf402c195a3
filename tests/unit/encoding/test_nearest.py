"""The nearest word: what was meant, and nothing that was not."""

import pytest

from provenance.encoding.nearest import nearest, suggestion
from provenance.epcis.vocabulary import BIZ_STEP, DISPOSITION, read_step
from provenance.errors import MalformedError


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("comissioning", "commissioning"),
        ("shiping", "shipping"),
        ("shpiping", "shipping"),
        ("recieving", "receiving"),
        ("Packnig", "packing"),
        ("harvesting", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_a_word_is_nearest_to_what_was_meant(
    said: str, meant: str | None
) -> None:
    assert nearest(said, BIZ_STEP.words) == meant


def test_of_equally_near_words_the_first_in_order_is_told() -> None:
    assert nearest("bat", {"rat", "cat", "hat"}) == "cat"


def test_a_suggestion_is_nothing_where_nothing_is_near() -> None:
    assert suggestion("activ", DISPOSITION.words) == ": did you mean 'active'?"
    assert suggestion("quux", DISPOSITION.words) == ""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("comissioning", "did you mean 'commissioning'?"),
        ("cbv:BizStep-shiping", "did you mean 'shipping'?"),
        (
            "urn:provenance:step:customs_relased",
            "did you mean 'urn:provenance:step:customs_released'?",
        ),
        ("customs_released", "write 'urn:provenance:step:customs_released'"),
        ("Shipping", "write 'shipping'"),
        ("harvesting", "write one of the standard words, or a URI"),
    ],
)
def test_a_refused_step_is_told_with_what_may_have_been_meant(
    said: str, meant: str
) -> None:
    prefixes = {"cbv": "https://ref.gs1.org/cbv/"}
    with pytest.raises(MalformedError) as refused:
        read_step(said, prefixes)
    assert meant in str(refused.value)
