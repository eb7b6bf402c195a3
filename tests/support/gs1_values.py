"""Hypothesis strategies for what GS1 labels say: any AI, any valid value."""

from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1.ai import AI, Component, all_ais, find_ai
from provenance.gs1.checkdigit import CSET_82, check_digit, check_pair
from provenance.gs1.codes import (
    COUNTRY_LETTERS,
    COUNTRY_NUMBERS,
    CURRENCIES,
    MEDIA,
    PACKAGES,
)
from provenance.gs1.digitallink import DigitalLink
from provenance.gs1.elements import Element, _matching
from provenance.gs1.identifier import KEYS, ORDERS, Identifier

ALPHABETS = {
    "N": "0123456789",
    "X": CSET_82,
    "Y": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#/-",
    "Z": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
}


def some(codes: frozenset[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(codes))


def digits(size: int) -> st.SearchStrategy[str]:
    return st.text(ALPHABETS["N"], min_size=size, max_size=size)


def numbers(size: int) -> st.SearchStrategy[str]:
    """Numbers of *size* digits, the last of them a right check digit."""
    return digits(size - 1).map(lambda number: number + check_digit(number))


def upto(limit: int, size: int) -> st.SearchStrategy[str]:
    return st.integers(0, limit).map(lambda number: f"{number:0{size}}")


DAYS = st.dates().map(lambda day: f"{day:%m%d}")
YEARS = st.integers(1, 99).map(lambda year: f"{year:02}")
PLAIN_DAYS = DAYS.filter(lambda day: day != "0229")
SOME_DAY = st.tuples(YEARS, PLAIN_DAYS).map("".join)

COUPON = "1 0614141 123456 250 12 0 123".replace(" ", "")
MORE = "10 11 0 124 9 3271231 4270101 50123456 90001".replace(" ", "")
OFFER = "0 0123456 123456 0654321".replace(" ", "")

BY_CHECK = {
    "clock": st.times().map(lambda time: f"{time:%H%M}"),
    "country": some(COUNTRY_NUMBERS),
    "country2": some(COUNTRY_LETTERS),
    "country9": some(COUNTRY_NUMBERS | {"999"}),
    "coupon": st.sampled_from([COUPON, COUPON + MORE]),
    "currency": some(CURRENCIES),
    "date": st.tuples(st.just("19"), SOME_DAY).map("".join),
    "day": SOME_DAY,
    "day0": st.tuples(SOME_DAY, st.booleans()).map(
        lambda drawn: drawn[0][:4] + "00" if drawn[1] else drawn[0]
    ),
    "flag": st.sampled_from("01"),
    "hour": upto(23, 2),
    "hyphen": st.just("-"),
    "iban": st.sampled_from(["BE71096123456769", "CH5604835012345678009"]),
    "importer": st.sampled_from(ALPHABETS["Z"]),
    "latitude": upto(1_800_000_000, 10),
    "longitude": upto(3_600_000_000, 10),
    "medium": some(MEDIA),
    "minute": upto(59, 2),
    "offer": st.just(OFFER),
    "package": some(PACKAGES),
    "second": upto(59, 2),
    "sequence": st.sampled_from(["1/1", "1/2", "2/3", "9/9"]),
    "sex": st.sampled_from("0129"),
    "winding": st.sampled_from("019"),
}


@st.composite
def texts(draw: st.DrawFn, part: Component) -> str:
    """One part of a value, with all its checks."""
    for check in part.checks:
        if check in BY_CHECK:
            return draw(BY_CHECK[check])
    if "digit" in part.checks:
        return draw(numbers(part.most))
    if "piece" in part.checks:
        piece, total = sorted(draw(st.tuples(*[st.integers(1, 99)] * 2)))
        return f"{piece:02}{total:02}"
    text = draw(
        st.text(
            ALPHABETS[part.alphabet], min_size=part.least, max_size=part.most
        )
    )
    if "pair" in part.checks:
        model = (draw(digits(4)) + "a" + text)[: part.most - 2]
        return model + check_pair(model)
    if "owner0" in part.checks:
        return (draw(digits(4)) + text)[: part.most]
    if "percent" in part.checks:
        return text.replace("%", "~")[: part.most - 3].replace("~", "/") + "%20"
    if "zero" in part.checks:
        return "0" * len(text)
    if "nonzero" in part.checks or "unpadded" in part.checks:
        return "1" + text[1:]
    return text


@st.composite
def values(draw: st.DrawFn, ai: AI) -> str:
    """A value of *ai*."""
    made = []
    for part in ai.parts:
        if part.is_optional and draw(st.booleans()):
            break
        made.append(draw(texts(part)))
    return "".join(made)


@st.composite
def elements(draw: st.DrawFn, least: int = 1) -> tuple[Element, ...]:
    """Elements that may stand beside each other, in any order."""
    drawn = draw(
        st.lists(
            st.sampled_from(list(all_ais().values())),
            unique_by=lambda ai: ai.code,
            min_size=least,
            max_size=8,
        )
    )
    kept: dict[str, AI] = {}
    for ai in drawn:
        barred = any(_matching(bar, kept, beside=ai.code) for bar in ai.bars)
        bars = any(
            _matching(bar, [ai.code], beside=other.code)
            for other in kept.values()
            for bar in other.bars
        )
        if not barred and not bars:
            kept[ai.code] = ai
    return tuple((code, draw(values(ai))) for code, ai in kept.items())


@st.composite
def identifiers(draw: st.DrawFn) -> Identifier:
    """A key with some of the qualifiers that it may have.

    An ITIP gets no variant: a link may have one, but the variant needs a GTIN
    beside it, which the ITIP bars.
    """
    key = draw(st.sampled_from(sorted(KEYS)))
    order = draw(st.sampled_from(ORDERS.get(key, ((),))))
    chosen = [
        ai
        for ai in order
        if key == "415" or ((key, ai) != ("8006", "22") and draw(st.booleans()))
    ]
    return Identifier(
        key,
        draw(values(find_ai(key))),
        tuple((ai, draw(values(find_ai(ai)))) for ai in chosen),
    )


@st.composite
def links(draw: st.DrawFn) -> DigitalLink:
    """A Digital Link, with those of some attributes that it can have."""
    link = DigitalLink(draw(identifiers()), (), "https://a.example/b")
    for element in draw(elements(least=4)):
        try:
            link = DigitalLink(
                link.identifier, (*link.attributes, element), link.stem
            )
        except MalformedError:
            continue
    return link
