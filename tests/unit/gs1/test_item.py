"""One thing has one id, however it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance import gs1
from provenance.errors import MalformedError
from provenance.gs1.checkdigit import CSET_82, check_digit
from provenance.gs1.identifier import KEYS, ORDERS, Identifier
from provenance.gs1.item import is_absolute_uri

GTIN = "09506000134352"
UNIT = f"https://id.gs1.org/01/{GTIN}/21/00042"


@pytest.mark.parametrize(
    "spelling",
    [
        UNIT,
        "urn:epc:id:sgtin:9506000.013435.00042",
        "URN:EPC:id:sgtin:9506000.013435.00042",
        "https://brand.example/01/9506000134352/21/00042",
        "HTTPS://ID.GS1.ORG/01/09506000134352/21/00042",
        f"http://id.gs1.org.:443/01/{GTIN}/21/00042/",
        f"https://brand.example/p/01/{GTIN}/21/00042?17=271231",
        f"https://id.gs1.org/01/{GTIN}/10/L7/21/00042",
        f"https://id.gs1.org/01/{GTIN}/22/V/10/L7/21/00042",
        f"https://id.gs1.org/01/{GTIN}/21/%30%30042",
    ],
)
def test_a_unit_has_one_id(spelling: str) -> None:
    assert gs1.canonical_item(spelling) == UNIT


def test_leading_zeros_and_case_tell_units_apart() -> None:
    ids = {
        gs1.canonical_item(f"urn:epc:id:sgtin:9506000.013435.{serial}")
        for serial in ("a1", "A1", "0a1", "a01", "a%2F1")
    }
    assert len(ids) == 5


def test_a_lot_is_its_gtin_and_lot_number() -> None:
    assert (
        gs1.canonical_item(f"https://id.gs1.org/01/{GTIN}/22/V/10/L7")
        == f"https://id.gs1.org/01/{GTIN}/10/L7"
    )


@pytest.mark.parametrize(
    "other",
    [
        "did:web:customs.example",
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "urn:epc:id:gid:95100000.12345.400",
        "urn:epcglobal:cbv:bt:0614141073467:1152",
        "https://brand.example/orders/17",
        "https://brand.example/2026/01/20260115-order",
        "https://brand.example/8004/2026-report/appendix",
        "https://brand.example/401?21=1",
        "https://brand.example/orders?for=https://shop.example/17",
        f"https://brand.example/gtin/{GTIN}",
        "https://id.gs1.org@brand.example/",
        "https://[2001:db8::1]/item",
        "https://user@[2001:db8::1]:80/item?a=b#c",
        "ni:///sha-256;00e1e6eba3a7cc61?ver=CBV2.0",
    ],
)
def test_any_other_absolute_uri_stands_as_it_is(other: str) -> None:
    assert gs1.canonical_item(other) == other


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("", "no absolute URI"),
        ("PO-1", "no absolute URI"),
        ("//id.gs1.org/01/" + GTIN, "no absolute URI"),
        ("1a:b", "no absolute URI"),
        ("did:web:a b", "no absolute URI"),
        ("did:web:%4", "no absolute URI"),
        ("did:web:café", "no absolute URI"),
        ("did:web:a#b#c", "no absolute URI"),
        ("did:web:a[b]", "no absolute URI"),
        ("did:web:a\n", "no absolute URI"),
        ("urn:x:" + "a" * 2043, "at most 2048 characters, not 2049"),
        (f"https://id.gs1.org/01/{GTIN[:-1]}3/21/1", "other digits give 2"),
        (f"https://id.gs1.org/01/{GTIN}/21/1/10/L7", r"\(01\) takes"),
        (f"https://id.gs1.org:443/01/{GTIN}?21=1", "belongs into the path"),
        (f"https://someone@ID.gs1.org/01/{GTIN}", "an http or https address"),
        (f"HtTps://id.gs1.org/01/{GTIN}", "an http or https address"),
        ("https://id.gs1.org/about", "ends in a GS1 key"),
        ("https://id.gs1.org", "an http or https address"),
        ("urn:epc:id:sgtin:9506000.13435.1", "not 13 digits together"),
        ("urn:epc:id:sgtin:9506000.13435.%2F", "not 13 digits together"),
        ("urn:epc:tag:sgtin-96:1.9506000.013435.1", "names no thing or class"),
    ],
)
def test_a_false_id_is_refused_with_the_reason(bad: str, says: str) -> None:
    with pytest.raises(MalformedError, match=says):
        gs1.canonical_item(bad)


@pytest.mark.parametrize("stem", ["https://brand.example", "HTTP://B/some/01"])
@pytest.mark.parametrize(
    ("path", "says"),
    [
        (f"/01/{GTIN[:-1]}3", "other digits give 2"),
        (f"/01/{GTIN[:-1]}3/21/1", "other digits give 2"),
        (f"/01/{GTIN[1:-1]}3/21/1", "other digits give 2"),
        (f"/01/{GTIN}1/21/1", "has 14 digits"),
        ("/00/095060000000000128", "wrong check digit"),
        ("/414/9506000134377/254/A", "wrong check digit"),
        ("/8003/09506000123456K1", "wrong check digit"),
        (f"/01/{GTIN}/21/1/10/L7", r"\(01\) takes"),
        (f"/01/{GTIN}/235/T/10/L7", r"\(01\) takes"),
        (f"/01/{GTIN}?21=1", "belongs into the path"),
        (f"/01/{GTIN}/21/1?10=L7", "belongs into the path"),
        ("/8004/4012345XYZ?7040=1ABC", "belongs into the path"),
        (f"/01/{GTIN}/21/", "ends in a GS1 key"),
        (f"/01/{GTIN}/21/K7%20", "and no ' '"),
        (f"/01/{GTIN}/reviews", "ends in a GS1 key"),
    ],
)
def test_a_wrong_link_is_refused_on_a_brands_domain_too(
    stem: str, path: str, says: str
) -> None:
    with pytest.raises(MalformedError, match=says):
        gs1.canonical_item(stem + path)


def test_beside_a_third_party_serial_number_a_lot_or_serial_is_data() -> None:
    link = f"https://brand.example/01/{GTIN}/235/T1"
    item = f"https://id.gs1.org/01/{GTIN}/235/T1"
    for query in ("", "?10=L7", "?21=1", "?10=L7&21=1"):
        assert gs1.canonical_item(link + query) == item


@pytest.mark.parametrize(
    "between", [",", ";", "%2C", "%2c%20", "%0A", ",,", ""]
)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (UNIT, f"https://id.gs1.org/01/{GTIN}/21/B"),
        (UNIT, "https://brand.example/orders/17"),
        (UNIT, "urn:epc:id:sscc:9506000.0000000012"),
        (f"{UNIT}?17=271231", UNIT),
        (f"{UNIT}#top", UNIT),
        (f"https://brand.example/p/01/{GTIN}/21/1", UNIT.replace("s:", ":")),
        ("urn:epc:id:giai:9506000.A", "urn:epc:id:giai:9506000.B"),
        ("urn:epc:id:gid:9506000.1.2", "URN:EPC:id:gid:9506000.1.3"),
    ],
)
def test_two_ids_in_one_text_are_refused(
    first: str, between: str, second: str
) -> None:
    for one in (first, second):
        assert gs1.canonical_item(one)
    with pytest.raises(MalformedError, match="more than one"):
        gs1.canonical_item(first + between + second)


@pytest.mark.parametrize("between", [",", ";", "%2C", "%0D%0A"])
@pytest.mark.parametrize(
    "one", ["did:web:a.example", "urn:uuid:f81d4fae", "https://a.example/x"]
)
def test_two_ids_that_are_no_gs1_keys_are_refused_with_a_comma_between(
    one: str, between: str
) -> None:
    assert gs1.canonical_item(one) == one
    with pytest.raises(MalformedError, match="more than one"):
        gs1.canonical_item(one + between + one)


@pytest.mark.parametrize("between", [" ", "\n", "\r\n", "\t", "|"])
def test_two_ids_with_what_no_uri_has_between_are_refused(
    between: str,
) -> None:
    with pytest.raises(MalformedError, match="is no absolute URI"):
        gs1.canonical_item(UNIT + between + UNIT)


@pytest.mark.parametrize(
    "merged",
    [
        UNIT.replace("//", "/"),
        "HTTP:/brand.example/x",
        "https:brand.example",
        "https:///x",
        "https://",
    ],
)
def test_an_address_without_its_host_is_refused(merged: str) -> None:
    with pytest.raises(MalformedError, match="merges slashes"):
        gs1.canonical_item(merged)


def test_the_longest_id_is_accepted() -> None:
    longest = "urn:x:" + "a" * 2042
    assert gs1.canonical_item(longest) == longest


def numbers(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length - 1, max_size=length - 1).map(
        lambda n: n + check_digit(n)
    )


@st.composite
def gtin_items(draw: st.DrawFn) -> Identifier:
    value = st.text(CSET_82, min_size=1, max_size=20)
    order = draw(st.sampled_from(ORDERS["01"]))
    chosen = [ai for ai in order if draw(st.booleans())]
    return Identifier(
        "01", draw(numbers(14)), tuple((ai, draw(value)) for ai in chosen)
    )


@given(gtin_items())
def test_a_canonical_id_is_its_own_canonical_id(item: Identifier) -> None:
    once = gs1.canonical_item(item.link)
    assert gs1.canonical_item(once) == once
    assert gs1.gtin_of(once) == item.value
    assert gs1.owner_key(once) == item.value[1:]


@given(numbers(18))
def test_a_logistic_unit_stands_as_it_is(sscc: str) -> None:
    item = f"https://id.gs1.org/00/{sscc}"
    assert gs1.canonical_item(item) == item
    assert gs1.owner_key(item) == sscc[1:]


@given(st.text(st.characters(codec="ascii"), max_size=60))
def test_a_hostile_id_raises_only_malformed(tail: str) -> None:
    for start in (
        "",
        "a:",
        "urn:epc:id:sgtin:",
        "https://id.gs1.org/",
        f"https://x/01/{GTIN}/",
    ):
        try:
            found = gs1.canonical_item(start + tail)
        except MalformedError:
            continue
        assert gs1.canonical_item(found) == found


@pytest.mark.parametrize(
    ("item", "key"),
    [
        (UNIT, "9506000134352"),
        ("https://id.gs1.org/00/140123452345678902", "40123452345678902"),
        ("https://id.gs1.org/8003/04012345123456AB1", "4012345123456"),
        ("https://id.gs1.org/8003/040123451234561", "4012345123456"),
        ("https://id.gs1.org/8006/040123451234560102/21/999", "4012345123456"),
        ("https://id.gs1.org/253/40123450000542024", "4012345000054"),
        ("https://id.gs1.org/255/401234500001612", "4012345000016"),
        ("https://id.gs1.org/401/4012345AB", "4012345"),
        ("https://id.gs1.org/402/40123451234567894", "40123451234567894"),
        ("https://id.gs1.org/414/4012345000115/254/987", "4012345000115"),
        ("https://id.gs1.org/417/4012345000115", "4012345000115"),
        ("https://id.gs1.org/8004/4012345XYZ%2F1", "4012345"),
        ("https://id.gs1.org/8010/4012345A%232/8011/123", "4012345"),
        ("https://id.gs1.org/8013/1987654Ad4X4bL5ttr2310c2K", "1987654"),
        ("https://id.gs1.org/8017/401234500000000012", "401234500000000012"),
        ("did:web:customs.example", None),
        ("https://brand.example/01/09506000134352", None),
        ("urn:epc:id:sgtin:9506000.013435.00042", None),
    ],
)
def test_the_owner_key_starts_with_the_company_prefix(
    item: str, key: str | None
) -> None:
    assert gs1.owner_key(item) == key


def test_every_key_has_an_owner() -> None:
    for ai, form in KEYS.items():
        digits = "0" + "4012345678901234567890"
        link = f"https://id.gs1.org/{ai}/{digits[: form.checked or 13]}"
        assert gs1.owner_key(link), ai


def test_a_lot_item_is_made_of_any_item_of_its_product() -> None:
    lot = f"https://id.gs1.org/01/{GTIN}/10/L%2F7"
    assert gs1.lot_item(UNIT, "L/7") == lot
    assert gs1.lot_item(f"https://id.gs1.org/01/{GTIN}", "L/7") == lot


@pytest.mark.parametrize(
    ("item", "lot"),
    [("did:web:a", "L7"), (UNIT, ""), (UNIT, "L 7"), (UNIT, "L" * 21)],
)
def test_what_is_no_lot_is_refused(item: str, lot: str) -> None:
    with pytest.raises(MalformedError):
        gs1.lot_item(item, lot)


def test_the_gtin_is_that_of_trade_items_alone() -> None:
    assert gs1.gtin_of(UNIT) == GTIN
    assert gs1.gtin_of("https://id.gs1.org/00/140123452345678902") is None


@pytest.mark.parametrize(
    ("uri", "lot"),
    [
        (f"https://id.gs1.org/01/{GTIN}/10/L7/21/1", "L7"),
        (f"https://brand.example/01/{GTIN}/10/L%2F7/21/1", "L/7"),
        (f"https://id.gs1.org/01/{GTIN}/10/L7", None),
        (UNIT, None),
        ("did:web:a", None),
    ],
)
def test_a_lot_beside_a_serial_number_is_not_lost(
    uri: str, lot: str | None
) -> None:
    assert gs1.lot_beside_serial(uri) == lot


def test_other_cases_are_those_of_the_last_value() -> None:
    start = f"https://id.gs1.org/01/{GTIN}/21/"
    assert gs1.other_cases(f"{start}aB%2F1") == (
        f"{start}AB%2F1",
        f"{start}ab%2F1",
        f"{start}Ab%2F1",
    )
    assert gs1.other_cases(UNIT) == ()
    assert gs1.other_cases("did:web:a") == ()


def test_an_absolute_uri_has_a_scheme() -> None:
    assert is_absolute_uri("https://id.gs1.org/anything")
    assert not is_absolute_uri("PO-1")
    assert not is_absolute_uri("a:" + "b" * 2047)


def test_the_public_names_are_sorted_and_exist() -> None:
    assert gs1.__all__ == sorted(gs1.__all__)
    assert all(hasattr(gs1, name) for name in gs1.__all__)
