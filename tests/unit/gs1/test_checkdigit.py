"""Check digits agree with the definition, and catch a mistyped digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.gs1.checkdigit import (
    CSET_82,
    check_digit,
    check_pair,
    has_check_digit,
)

digits = st.text("0123456789", min_size=1, max_size=17)


def defined(number: str) -> int:
    """The definition: weights 3, 1, 3, 1 … from the right, filled up to ten."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        total += int(digit) * (3 if place % 2 == 0 else 1)
    return (10 - total % 10) % 10


@pytest.mark.parametrize(
    "number",
    [
        "09520123456788",
        "006141411234567890",
        "9520123456788",
        "04012345111118",
        "401234500000000012",
    ],
)
def test_published_numbers_have_their_check_digit(number: str) -> None:
    assert check_digit(number[:-1]) == number[-1]
    assert has_check_digit(number)


@given(digits)
def test_the_check_digit_is_the_defined_one(number: str) -> None:
    assert check_digit(number) == str(defined(number))
    assert has_check_digit(number + check_digit(number))


@given(digits, st.data())
def test_one_mistyped_digit_is_always_caught(
    number: str, data: st.DataObject
) -> None:
    whole = number + check_digit(number)
    place = data.draw(st.integers(0, len(whole) - 1))
    wrong = data.draw(
        st.sampled_from([d for d in "0123456789" if d != whole[place]])
    )
    assert not has_check_digit(whole[:place] + wrong + whole[place + 1 :])


# The example of the GS1 General Specifications, and others made by hand.
@pytest.mark.parametrize(
    "model",
    ["1987654Ad4X4bL5ttr2310c2K", "00000!HV", "99999zzzzzzzzzzzzzzzzzzT2"],
)
def test_check_pairs_agree_with_published_models(model: str) -> None:
    assert check_pair(model[:-2]) == model[-2:]


@given(st.text(CSET_82, min_size=1, max_size=23), st.data())
def test_one_mistyped_character_of_a_model_is_caught(
    model: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(model) - 1))
    wrong = data.draw(
        st.sampled_from([c for c in CSET_82 if c != model[place]])
    )
    assert check_pair(model[:place] + wrong + model[place + 1 :]) != check_pair(
        model
    )
