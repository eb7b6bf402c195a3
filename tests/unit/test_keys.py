"""One Ed25519: the same verdict whichever library does the arithmetic."""

import hashlib
import importlib.util
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from provenance import keys
from provenance.encoding.digest import sha256
from provenance.errors import InvalidSignatureError, MalformedError
from provenance.keys import (
    MLDSASigner,
    MLDSAVerifier,
    Signer,
    Verifier,
    backend,
    select_backend,
    signature_is_valid,
)
from tests.support.parts import lack
from tests.support.vectors_of import shared

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493

# The seven encodings of small order with the sign bit clear, from the
# literature; the other seven have it set.
SMALL_ORDER = [
    bytes.fromhex(text)[:31] + bytes([bytes.fromhex(text)[31] | sign])
    for text in (
        "00" * 32,
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
    for sign in (0, 0x80)
]


@pytest.fixture(params=["cryptography", "pynacl"])
def library(request: pytest.FixtureRequest) -> Iterator[str]:
    """Verify with one library, then the other."""
    name = str(request.param)
    if name == "pynacl" and importlib.util.find_spec("nacl") is None:
        lack("PyNaCl is not installed: pip install pynacl")
    before = backend()
    select_backend(name)
    assert backend() == name
    yield name
    select_backend(before)


@pytest.mark.usefixtures("library")
def test_exactly_the_88_valid_signatures_of_wycheproof_are_accepted() -> None:
    suite = json.loads(
        (
            shared("wycheproof") / "testvectors_v1" / "ed25519_test.json"
        ).read_bytes()
    )
    verdicts = []
    for group in suite["testGroups"]:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            valid = signature_is_valid(
                key, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
            )
            assert valid == (test["result"] == "valid"), test["comment"]
            verdicts.append(valid)
    assert (len(verdicts), sum(verdicts)) == (151, 88)


@pytest.mark.usefixtures("library")
def test_exactly_43_of_the_914_edge_cases_of_cctv_are_accepted() -> None:
    cases = json.loads(
        (shared("cctv") / "ed25519" / "ed25519vectors.json").read_bytes()
    )
    assert len(cases) == 914
    accepted = [
        position
        for position, case in enumerate(cases)
        if signature_is_valid(
            bytes.fromhex(case["key"]),
            bytes.fromhex(case["sig"]),
            case["msg"].encode(),
        )
    ]
    assert len(accepted) == 43
    assert (
        hashlib.sha256(",".join(map(str, accepted)).encode()).hexdigest()[:16]
        == "36521713b91ca5d2"
    )
    assert not any(
        "low_order_residue" in (cases[position]["flags"] or ())
        for position in accepted
    )


@pytest.mark.usefixtures("library")
def test_only_the_fourth_of_the_twelve_cases_of_speccheck_is_accepted() -> None:
    cases = json.loads(
        (shared("ed25519-speccheck") / "cases.json").read_bytes()
    )
    assert len(cases) == 12
    accepted = [
        position
        for position, case in enumerate(cases)
        if signature_is_valid(
            *(
                bytes.fromhex(case[part])
                for part in ("pub_key", "signature", "message")
            )
        )
    ]
    assert accepted == [3]


def verdict(key: bytes, signature: bytes, message: bytes) -> bool:
    """Return what the door for everybody says."""
    try:
        Verifier(key).verify(signature, message)
    except (MalformedError, InvalidSignatureError):
        return False
    return True


@pytest.mark.usefixtures("library")
def test_checking_one_and_checking_in_bulk_give_the_same_verdict() -> None:
    cases = json.loads(
        (shared("cctv") / "ed25519" / "ed25519vectors.json").read_bytes()
    )
    for case in cases:
        parts = (
            bytes.fromhex(case["key"]),
            bytes.fromhex(case["sig"]),
            case["msg"].encode(),
        )
        assert verdict(*parts) == signature_is_valid(*parts)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("key", SMALL_ORDER, ids=bytes.hex)
def test_a_key_of_small_order_under_which_anybody_can_sign_is_refused(
    key: bytes,
) -> None:
    with pytest.raises(MalformedError, match="anybody could sign"):
        Verifier(key)
    # With R = [1]B - [k]A and S = 1, one message in eight at most fits.
    signature = bytes.fromhex("58" + "66" * 31) + (1).to_bytes(32, "little")
    assert not any(
        signature_is_valid(key, signature, b"%d" % number)
        for number in range(64)
    )
    assert not any(
        signature_is_valid(key, key + bytes(32), b"%d" % number)
        for number in range(64)
    )


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("point", SMALL_ORDER, ids=bytes.hex)
def test_an_r_of_small_order_is_refused(point: bytes) -> None:
    signer = Signer.generate()
    assert not signature_is_valid(
        signer.verifier.data, point + signer.sign(b"")[32:], b""
    )


@pytest.mark.parametrize("y", range(P, 2**255))
@pytest.mark.parametrize("sign", [0, 2**255])
def test_a_key_that_is_not_spelled_canonically_is_refused(
    y: int, sign: int
) -> None:
    with pytest.raises(MalformedError, match="not canonical"):
        Verifier((y | sign).to_bytes(32, "little"))


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(MalformedError, match=f"32 bytes, not {size}"):
        Verifier(b"\x02" * size)


@pytest.mark.usefixtures("library")
@given(
    seed=st.binary(min_size=32, max_size=32),
    message=st.binary(),
    data=st.data(),
)
def test_a_signature_verifies_and_any_flipped_bit_is_refused(
    seed: bytes, message: bytes, data: st.DataObject
) -> None:
    signer = Signer.from_seed(seed)
    signature = signer.sign(message)

    signer.verifier.verify(signature, message)

    parts = [
        bytearray(signer.verifier.data),
        bytearray(signature),
        bytearray(message),
    ]
    part = data.draw(st.sampled_from([part for part in parts if part]))
    part[data.draw(st.integers(0, len(part) - 1))] ^= 1 << data.draw(
        st.integers(0, 7)
    )
    key, changed, told = map(bytes, parts)
    assert not signature_is_valid(key, changed, told)
    assert not verdict(key, changed, told)


@pytest.mark.usefixtures("library")
@given(
    key=st.binary(max_size=40) | st.binary(min_size=32, max_size=32),
    signature=st.binary(min_size=64, max_size=64) | st.binary(max_size=70),
    message=st.binary(),
)
def test_hostile_bytes_are_judged_and_never_a_crash(
    key: bytes, signature: bytes, message: bytes
) -> None:
    assert not signature_is_valid(key, signature, message)
    assert not verdict(key, signature, message)


@pytest.mark.usefixtures("library")
def test_an_s_beyond_the_order_is_refused() -> None:
    signer = Signer.generate()
    signature = signer.sign(b"honey")
    s = int.from_bytes(signature[32:], "little")
    assert not signature_is_valid(
        signer.verifier.data,
        signature[:32] + (s + L).to_bytes(32, "little"),
        b"honey",
    )


@pytest.mark.usefixtures("library")
def test_a_signature_of_another_length_is_refused() -> None:
    signer = Signer.generate()
    signature = signer.sign(b"honey")
    for changed in (b"", signature[:-1], signature + b"\0", signature[:32]):
        assert not signature_is_valid(signer.verifier.data, changed, b"honey")


def test_a_refusal_names_the_key_by_its_id() -> None:
    verifier = Signer.from_seed(bytes(32)).verifier
    assert verifier.key_id == sha256(verifier.data)
    with pytest.raises(
        InvalidSignatureError,
        match=f"not by key {verifier.key_id.hex()} over these 5 bytes",
    ):
        verifier.verify(bytes(64), b"honey")


def test_signing_follows_the_rfc() -> None:
    # RFC 8032, section 7.1, test 2.
    signer = Signer.from_seed(
        bytes.fromhex(
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
        )
    )
    assert (
        signer.verifier.data.hex()
        == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    )
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_two_generated_keys_differ() -> None:
    assert Signer.generate().verifier != Signer.generate().verifier
    assert MLDSASigner.generate().verifier != MLDSASigner.generate().verifier


@pytest.mark.parametrize("kind", [Signer, MLDSASigner])
def test_a_key_survives_pem_and_signs_as_before(
    kind: type[Signer | MLDSASigner],
) -> None:
    signer = kind.from_seed(bytes(range(32)))
    again = kind.from_pem(signer.to_pem())

    assert again.verifier == signer.verifier
    signer.verifier.verify(again.sign(b"honey"), b"honey")


@pytest.mark.parametrize("kind", [Signer, MLDSASigner])
def test_a_seed_of_another_length_is_refused(
    kind: type[Signer | MLDSASigner],
) -> None:
    for size in (0, 31, 33):
        with pytest.raises(MalformedError, match=f"32 bytes, not {size}"):
            kind.from_seed(bytes(size))


def other_pem(
    encryption: serialization.KeySerializationEncryption,
    key: ec.EllipticCurvePrivateKey,
) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption,
    )


@pytest.mark.parametrize(
    ("kind", "name"), [(Signer, "Ed25519"), (MLDSASigner, "ML-DSA-44")]
)
def test_a_pem_without_such_a_key_is_refused(
    kind: type[Signer | MLDSASigner], name: str
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    other = MLDSASigner if kind is Signer else Signer
    for pem in (
        other_pem(serialization.NoEncryption(), key),
        other.generate().to_pem(),
    ):
        with pytest.raises(MalformedError, match=f"not one of {name}"):
            kind.from_pem(pem)
    with pytest.raises(MalformedError, match="encrypted"):
        kind.from_pem(
            other_pem(serialization.BestAvailableEncryption(b"x"), key)
        )
    for junk in (b"", b"junk", kind.generate().to_pem()[:80]):
        with pytest.raises(MalformedError, match=f"no {name} private key"):
            kind.from_pem(junk)


@given(st.binary(max_size=80), st.integers(0, 118))
def test_a_hostile_pem_raises_only_malformed_error(
    junk: bytes, at: int
) -> None:
    pem = Signer.from_seed(bytes(32)).to_pem()
    try:
        Signer.from_pem(pem[:at] + junk + pem[at + len(junk) :])
    except MalformedError:
        return


@pytest.mark.parametrize("kind", [Signer, MLDSASigner])
def test_a_signer_does_not_show_its_secret(
    kind: type[Signer | MLDSASigner],
) -> None:
    seed = bytes(range(100, 132))
    signer = kind.from_seed(seed)
    assert (
        repr(signer)
        == str(signer)
        == f"<{kind.__name__} {signer.verifier.key_id.hex()}>"
    )
    with pytest.raises(TypeError):
        pickle.dumps(signer)


def test_a_post_quantum_signature_verifies_and_any_other_is_refused() -> None:
    signer = MLDSASigner.from_seed(bytes(32))
    signature = signer.sign(b"honey")
    assert len(signature) == 2420
    assert len(signer.verifier.data) == 1312
    assert signer.verifier.key_id == sha256(signer.verifier.data)

    signer.verifier.verify(signature, b"honey")

    flipped = bytearray(signature)
    flipped[1000] ^= 1
    for changed, message in (
        (signature, b"money"),
        (bytes(flipped), b"honey"),
        (signature[:-1], b"honey"),
        (signature + b"\0", b"honey"),
        (b"", b"honey"),
    ):
        with pytest.raises(
            InvalidSignatureError,
            match=f"not by ML-DSA-44 key {signer.verifier.key_id.hex()}",
        ):
            signer.verifier.verify(changed, message)
    with pytest.raises(InvalidSignatureError):
        MLDSAVerifier(bytes(1312)).verify(signature, b"honey")


@pytest.mark.parametrize("size", [0, 32, 1311, 1313])
def test_a_post_quantum_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(MalformedError, match=f"1312 bytes, not {size}"):
        MLDSAVerifier(bytes(size))


def test_there_is_no_third_library() -> None:
    with pytest.raises(ValueError, match="no such backend: 'openssl'"):
        select_backend("openssl")


@pytest.fixture
def no_pynacl(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this interpreter one in which PyNaCl is not installed."""
    for name in [name for name in sys.modules if name.split(".")[0] == "nacl"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "nacl", None)


@pytest.mark.usefixtures("no_pynacl")
def test_without_pynacl_cryptography_verifies() -> None:
    fresh = keys._Backend()
    signer = Signer.generate()
    signature = signer.sign(b"honey")

    assert fresh.check(signer.verifier.data, signature, b"honey")
    assert not fresh.check(signer.verifier.data, signature, b"money")
    assert fresh.chosen() == "cryptography"


@pytest.mark.usefixtures("no_pynacl")
def test_without_pynacl_choosing_it_says_how_to_install_it() -> None:
    with pytest.raises(ValueError, match="pip install pynacl"):
        keys._Backend().choose("pynacl")


def test_who_only_parses_a_key_waits_for_no_library() -> None:
    program = """
import sys
from provenance.keys import Verifier
Verifier(bytes([2] * 32))
print(sorted({"nacl", "cryptography"} & set(sys.modules)))
"""
    said = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout == "[]\n"
