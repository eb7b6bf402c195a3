"""A word means the same in each of its spellings, and has a name to show."""

import pytest

from provenance.epcis import vocabulary
from provenance.epcis.prefixes import (
    STANDARD_PREFIXES,
    expand,
    full_id,
    read_context,
)
from provenance.epcis.vocabulary import (
    BIZ_STEP,
    PRIVATE_STEP,
    PRIVATE_STEPS,
    STEPS,
    Vocabulary,
    read_step,
)
from provenance.errors import MalformedError


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("BIZ_STEP", 41),
        ("DISPOSITION", 33),
        ("BIZ_TRANSACTION_TYPE", 13),
        ("SOURCE_DEST_TYPE", 3),
        ("ERROR_REASON", 2),
        ("COMPONENT", 14),
        ("SENSOR_ALERT", 2),
        ("MEASUREMENT", 72),
    ],
)
def test_each_vocabulary_is_whole(name: str, count: int) -> None:
    assert len(getattr(vocabulary, name).words) == count


@pytest.mark.parametrize(
    "words",
    [BIZ_STEP, vocabulary.DISPOSITION, vocabulary.SOURCE_DEST_TYPE],
    ids=lambda v: v.stem,
)
def test_three_spellings_are_one_word(words: Vocabulary) -> None:
    for word in words.words:
        uri = words.stem + word
        curie = uri.replace("https://ref.gs1.org/cbv/", "cbv:")
        own = uri.replace("https://ref.gs1.org/", "mine:")
        assert {
            words.read(s, {"mine": "https://ref.gs1.org/"})
            for s in (word, uri, curie, own)
        } == {word}


def test_a_foreign_word_stands_for_itself() -> None:
    assert (
        BIZ_STEP.read("https://a.example/shipping", {})
        == "https://a.example/shipping"
    )
    assert (
        vocabulary.MEASUREMENT.read("gs1:latitude", {})
        == "https://gs1.org/voc/latitude"
    )
    assert vocabulary.MEASUREMENT.read("gs1:Angle", {}) == "Angle"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Shipping",
        "shipping ",
        "cbv:BizStep-Shipping",
        "cbv:",
        ":shipping",
        "http://ns.gs1.org/cbv/BizStep-shipping",
        "a:b c",
        "zz:shipping",
    ],
)
def test_what_is_no_word_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        BIZ_STEP.read(text, {})


def test_our_own_steps_are_those_of_the_design() -> None:
    assert list(PRIVATE_STEPS) == [
        "customs_declared",
        "customs_released",
        "customs_held",
        "customs_refused",
        "quarantine_sampled",
        "quarantine_cleared",
        "test_reported",
        "tax_paid",
        "bonded_entered",
        "bonded_left",
        "order_bound",
        "payment_bound",
        "waybill_bound",
        "custody_offered",
        "custody_accepted",
        "recalled",
        "delivery_confirmed",
        "export_inspected",
    ]
    for word in PRIVATE_STEPS:
        assert read_step(PRIVATE_STEP + word, {}) == word


def test_our_own_words_are_nobody_elses() -> None:
    assert not set(PRIVATE_STEPS) & BIZ_STEP.words
    for word in PRIVATE_STEPS:
        with pytest.raises(MalformedError):
            read_step(word, {})


def test_every_step_has_names_in_both_languages() -> None:
    assert set(STEPS) == BIZ_STEP.words | set(PRIVATE_STEPS) | {
        "document",
        "observing",
        "transforming",
    }
    for step in STEPS.values():
        assert step.english.isascii()
        assert step.english[0].isupper()
        assert all("一" <= character <= "鿿" for character in step.chinese)
    for step in PRIVATE_STEPS.values():
        assert step.meaning.endswith(".")
    for language in ("english", "chinese"):
        assert len({getattr(step, language) for step in STEPS.values()}) == len(
            STEPS
        )


def test_a_prefix_stands_for_its_namespace() -> None:
    assert expand("cbv:BizStep-x", {}) == "https://ref.gs1.org/cbv/BizStep-x"
    assert (
        expand("cbv:x", {"cbv": "https://a.example/"}) == "https://a.example/x"
    )
    assert expand("ext:x", {"ext": "urn:a:"}) == "urn:a:x"


@pytest.mark.parametrize(
    "uri", ["https://a.example/x", "urn:a:b", "URN:a:b", "odd://a", "example:x"]
)
def test_a_uri_stands_for_itself(uri: str) -> None:
    assert expand(uri, {"odd": "https://a.example/"}) == uri
    assert full_id(uri, {"odd": "https://a.example/"}) == uri


def test_the_example_scheme_can_be_a_prefix() -> None:
    assert (
        expand("example:x", {"example": "https://a.example/"})
        == "https://a.example/x"
    )


def test_an_id_may_have_any_scheme() -> None:
    assert full_id("zz:x", {}) == "zz:x"
    assert (
        full_id("zz:x", {"zz": "https://a.example/"}) == "https://a.example/x"
    )
    assert full_id("gs1:x", {}) == STANDARD_PREFIXES["gs1"] + "x"


@pytest.mark.parametrize(
    "context",
    [
        "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        [
            "https://ref.gs1.org/standards/epcis/2.0.1/epcis-context.jsonld",
            "https://gs1.github.io/EPCIS/epcis-context.jsonld",
        ],
        {},
        [],
    ],
)
def test_the_context_of_gs1_defines_what_we_know(context: object) -> None:
    assert read_context(context) == {}


def test_later_prefixes_override_earlier_ones() -> None:
    assert read_context(
        [{"a": "urn:a:"}, {"a": "urn:b:", "b": "https://b.example"}]
    ) == {"a": "urn:b:", "b": "https://b.example"}


@pytest.mark.parametrize(
    "context",
    [
        None,
        1,
        [[]],
        "https://a.example",
        {"": "urn:a:"},
        {"a b": "urn:a:"},
        {"HTTPS": "urn:a:"},
        {"@base": "urn:a:"},
        {"a": 1},
        {"a": "relative"},
        {"a": "gs1:x"},
        {"a": "zz:x"},
    ],
)
def test_a_context_that_does_more_is_refused(context: object) -> None:
    with pytest.raises(MalformedError):
        read_context(context)
