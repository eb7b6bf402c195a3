"""Every EPC URN of a GS1 key becomes the link of the same thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1.checkdigit import CSET_82
from provenance.gs1.epcurn import is_epc_urn, parse_epc_urn

PAIRS = {
    "id:sgtin:4012345.011111.987": "/01/04012345111118/21/987",
    "class:lgtin:4012345.011111.L%2F1": "/01/04012345111118/10/L%2F1",
    "idpat:sgtin:4012345.011111.*": "/01/04012345111118",
    "id:sscc:4012345.1234567890": "/00/140123452345678902",
    "id:sgln:4012345.00011.987": "/414/4012345000115/254/987",
    "id:sgln:4012345.00011.0": "/414/4012345000115",
    "id:sgln:952012345678..0": "/414/9520123456788",
    "id:pgln:4012345.00011": "/417/4012345000115",
    "id:pgln:952012345678.": "/417/9520123456788",
    "id:grai:4012345.12345.AB1": "/8003/04012345123456AB1",
    "id:giai:4012345.XYZ%2F1": "/8004/4012345XYZ%2F1",
    "id:gsrn:4012345.0000000001": "/8018/401234500000000012",
    "id:gsrnp:4012345.0000000001": "/8017/401234500000000012",
    "id:gdti:4012345.00005.2024": "/253/40123450000542024",
    "id:sgcn:4012345.00001.12": "/255/401234500001612",
    "id:ginc:4012345.AB%3C1": "/401/4012345AB%3C1",
    "id:gsin:4012345.123456789": "/402/40123451234567894",
    "id:cpi:4012345.A%232.123": "/8010/4012345A%232/8011/123",
    "id:itip:4012345.012345.01.02.999": "/8006/040123451234560102/21/999",
    "id:upui:4012345.012345.AB12": "/01/04012345123456/235/AB12",
    "id:sgtin:9521234.012345.1.2.3": "/01/09521234123453/21/1.2.3",
    "idpat:grai:4012345.66666.*": "/8003/04012345666663",
    "idpat:gdti:4012345.55555.*": "/253/4012345555554",
    "idpat:sgcn:4012345.99999.*": "/255/4012345999990",
    "idpat:cpi:4012345.ABC.*": "/8010/4012345ABC",
    "idpat:itip:4012345.012345.01.02.*": "/8006/040123451234560102",
    "idpat:upui:4012345.012345.*": "/01/04012345123456",
}


@pytest.mark.parametrize(("urn", "path"), PAIRS.items())
def test_a_urn_becomes_its_link(urn: str, path: str) -> None:
    found = parse_epc_urn("urn:epc:" + urn)
    assert found is not None
    assert found.link == "https://id.gs1.org" + path


@pytest.mark.parametrize(
    ("urn", "says"),
    [
        ("tag:sgtin-96:1.4012345.011111.987", "names no thing or class"),
        ("raw:64.x0123456789ABCDEF", "names no thing or class"),
        ("", "names no thing or class"),
        ("id:", "no scheme ''"),
        ("id:SGTIN:4012345.011111.987", "no scheme 'SGTIN'"),
        ("class:sgtin:4012345.011111.987", "it has lgtin"),
        ("id:sgtin:4012345.011111", "3 parts with dots between, not 2"),
        ("id:sgtin:40123.01111111.987", "6 to 12 digits"),
        ("id:sgtin:4012345678901..987", "6 to 12 digits"),
        ("id:sgtin:4012345.01111.987", "not 13 digits together"),
        ("id:sgtin:4012345.01111A.987", "not 13 digits together"),
        ("id:sgtin:4012345.011111.", r"\(21\)"),
        ("id:sgtin:4012345.011111." + "9" * 21, r"\(21\)"),
        ("id:sgtin:4012345.011111.9/8", "a URN escapes"),
        ("id:sgtin:4012345.011111.%41", "a URN escapes"),
        ("id:sgtin:4012345.011111.9%2", "a URN escapes"),
        ("id:sgtin:4012345.011111.9%238", r"\(21\)"),
        ("id:grai:4012345.12345.", "the serial number is empty"),
        ("id:gdti:4012345.00054.", "the serial number is empty"),
        ("id:sgln:4012345.00011.", r"\(254\)"),
        ("id:cpi:4012345.ABC.01", r"\(8011\)"),
        ("id:giai:40123.1", "6 to 12 digits"),
        ("id:itip:4012345.012345.03.02.9", "a piece is 1 up to the total"),
        ("idpat:sgtin:4012345.*.*", "only if \\* is its last part alone"),
        ("idpat:sgtin:4012345.011111.1", "only if \\* is its last part alone"),
        ("idpat:sscc:4012345.*", "no scheme 'sscc'"),
    ],
)
def test_what_is_no_urn_of_one_thing_is_refused(urn: str, says: str) -> None:
    with pytest.raises(MalformedError, match=says):
        parse_epc_urn("urn:epc:" + urn)


@pytest.mark.parametrize(
    "urn",
    [
        "gid:95100000.12345.400",
        "usdod:CAGEY.5678",
        "bic:CSQU3054383",
        "imovn:9176187",
        "adi:W81X9C.3KL984PX1.2WMA52",
    ],
)
def test_schemes_without_a_gs1_key_have_no_link(urn: str) -> None:
    assert parse_epc_urn("urn:epc:id:" + urn) is None


def test_the_namespace_is_compared_without_regard_to_case() -> None:
    assert is_epc_urn("URN:EPC:id:sgtin:4012345.011111.987")
    assert not is_epc_urn("urn:epcglobal:cbv:bt:4012345000115:1")


@given(st.text(CSET_82 + "%#. ", max_size=60))
def test_a_hostile_urn_raises_only_malformed(tail: str) -> None:
    for urn in (
        tail,
        *(
            f"urn:epc:id:{scheme}:{tail}"
            for scheme in ("sgtin", "grai", "cpi", "giai")
        ),
    ):
        try:
            parse_epc_urn(urn)
        except MalformedError:
            continue
