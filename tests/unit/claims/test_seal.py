"""Seals under the lid, and tags that compare what is concealed."""

import pytest

from provenance.claims.comparison import class_key, tag
from provenance.claims.seal import opened_message, seal_signer
from provenance.errors import MalformedError
from tests.vectors import reference

UNIT = "https://id.gs1.org/01/09506000134352/21/1"
OTHER = "https://id.gs1.org/01/09506000134352/21/2"
ORIGIN = "ledger.example/seals"
CODE = bytes(range(10))


def test_a_code_is_of_one_unit_and_as_the_second_implementation_has_it() -> (
    None
):
    signer = seal_signer(CODE, UNIT)
    message = opened_message(ORIGIN, UNIT, bytes(16), 400_000)
    signer.verifier.verify(signer.sign(message), message)
    assert message == reference.opened(ORIGIN, UNIT, bytes(16), 400_000)
    assert seal_signer(CODE, UNIT).verifier.data == signer.verifier.data
    assert seal_signer(CODE, OTHER).verifier.data != signer.verifier.data
    assert seal_signer(CODE + b"x", UNIT).verifier.data != signer.verifier.data


def test_a_code_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(MalformedError, match="10 bytes or more, not 9"):
        seal_signer(CODE[:9], UNIT)


@pytest.mark.parametrize(("size", "hour"), [(15, 1), (17, 1), (16, -1)])
def test_an_opening_has_a_nonce_and_an_hour(size: int, hour: int) -> None:
    with pytest.raises(MalformedError, match="16 random bytes"):
        opened_message(ORIGIN, UNIT, bytes(size), hour)


def test_tags_are_equal_for_one_value_of_one_class_in_one_order() -> None:
    first, second = bytes(32), bytes(31) + b"x"
    phone = class_key(first, "phone")
    known = tag(phone, "phone", "13800000000")
    assert known == reference.tag(
        reference.class_key(first, "phone"), "phone", "13800000000"
    )
    others = {
        tag(phone, "phone", "13800000001"),
        tag(class_key(second, "phone"), "phone", "13800000000"),
        tag(class_key(first, "person-id"), "person-id", "13800000000"),
        tag(phone, "person-id", "13800000000"),
    }
    assert len(others) == 4
    assert known not in others
    with pytest.raises(MalformedError, match="32 bytes, not 31"):
        class_key(first[1:], "phone")
