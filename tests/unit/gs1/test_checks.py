"""Each check of a value's part finds what it is there for, and only that."""

import calendar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.gs1.checks import _CHECKS, find_fault
from tests.support.gs1_values import COUPON, MORE, OFFER

CASES = {
    "clock": (["0000", "2359"], ["2400", "2360", "9999"]),
    "country": (["004", "076", "840", "894"], ["000", "005", "890", "999"]),
    "country2": (["AD", "DE", "ZW"], ["AA", "XK", "de", "EU"]),
    "country9": (["004", "999"], ["998", "000"]),
    "coupon": (
        [COUPON, COUPON + MORE, COUPON + "3271231", COUPON + "4271231"],
        ["", COUPON[:-1], COUPON + "8", COUPON.replace("1", "7", 1)],
    ),
    "currency": (["008", "840", "978", "999"], ["000", "280", "977000"]),
    "date": (
        ["20240229", "20000229", "19991231"],
        ["20230229", "19000229", "20241301", "20240010", "20240100"],
    ),
    "day": (["240229", "000229", "991231"], ["250229", "240431", "240100"]),
    "day0": (["240200", "240229"], ["250229", "241300", "240000"]),
    "digit": (["04012345111118"], ["04012345111119"]),
    "flag": (["0", "1"], ["2"]),
    "hour": (["00", "23"], ["24", "99"]),
    "hyphen": (["-"], ["+", "A"]),
    "iban": (
        ["BE71096123456769", "LC14BOSL123456789012345678901234"],
        [
            "BE71096123456760",
            "XX36123456789012",
            "be71096123456769",
            "BE71",
            "BE71" + "0" * 31,
        ],
    ),
    "importer": (["-", "_", "a", "0"], ["!", ".", "%"]),
    "latitude": (["0000000000", "1800000000"], ["1800000001"]),
    "letter": (["1a1", "-"], ["123"]),
    "longitude": (["0000000000", "3600000000"], ["3600000001"]),
    "medium": (["01", "10", "80", "99"], ["00", "11", "79"]),
    "minute": (["00", "59"], ["60"]),
    "nonzero": (["0001", "1000"], ["0000"]),
    "offer": ([OFFER], [OFFER[1:], "2" + OFFER[1:], OFFER + "0"]),
    "owner0": (["4012", "4012345AB"], ["401", "A012", "40 2", ""]),
    "owner1": (["X4012"], ["X401", "4", "4A012"]),
    "package": (["8", "9", "AA", "APE", "X20", "ZZ"], ["", "A", "AAA", "zz"]),
    "pair": (
        ["1987654Ad4X4bL5ttr2310c2K", "00000!HV"],
        ["1987654Ad4X4bL5ttr2310c2L", "12345", "22"],
    ),
    "percent": (["", "a%20b", "%e2%82%AC"], ["%", "a%2", "%0g"]),
    "piece": (["0101", "0199"], ["0001", "0100", "0201"]),
    "second": (["00", "59"], ["60"]),
    "sequence": (["1/1", "2/3"], ["3/2", "0/1", "1/0", "1-2", "123"]),
    "sex": (["0", "1", "2", "9"], ["3"]),
    "unpadded": (["1", "10"], ["0", "01"]),
    "winding": (["0", "1", "9"], ["2"]),
    "zero": (["0"], ["1"]),
}


def test_every_check_has_cases() -> None:
    assert set(CASES) == set(_CHECKS)


@pytest.mark.parametrize(
    ("check", "text"),
    [(check, text) for check, (good, _) in CASES.items() for text in good],
)
def test_a_good_part_has_no_fault(check: str, text: str) -> None:
    assert find_fault(check, text) is None


@pytest.mark.parametrize(
    ("check", "text"),
    [(check, text) for check, (_, bad) in CASES.items() for text in bad],
)
def test_a_bad_part_has_a_fault(check: str, text: str) -> None:
    assert find_fault(check, text)


@given(st.integers(1904, 2096), st.integers(0, 13), st.integers(0, 32))
def test_days_are_those_of_the_calendar(
    year: int, month: int, day: int
) -> None:
    exists = (
        1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
    )
    text = f"{year}{month:02}{day:02}"
    assert (find_fault("date", text) is None) == exists
    if year != 2000 + year % 100 and year % 100 == 0:
        return
    assert (find_fault("day", text[2:]) is None) == exists


def test_a_coupon_that_is_over_before_it_starts_is_refused() -> None:
    assert find_fault("coupon", COUPON + "3270101" + "4270101") is None
    assert (
        find_fault("coupon", COUPON + "3270101" + "4270102")
        == "ends before it starts"
    )


@pytest.mark.parametrize("day", ["270229", "270431", "271301", "270100"])
def test_a_coupon_has_days_that_exist(day: str) -> None:
    assert find_fault("coupon", COUPON + "3" + day)
    assert find_fault("coupon", COUPON + "4" + day)


@pytest.mark.parametrize(
    "field",
    [
        "5 3 123456789",
        "6 7 0614141123456",
        "9 6 2 5 1",
        "1 3 41234 9 123 0 123456",
    ],
)
def test_a_coupon_may_say_more(field: str) -> None:
    coupon = COUPON + field.replace(" ", "")
    assert find_fault("coupon", coupon) is None
    assert find_fault("coupon", coupon[:-1])
