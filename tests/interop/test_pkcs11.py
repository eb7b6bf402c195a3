"""A key that never leaves its device: statements signed over PKCS#11.

SoftHSM stands for the device. Whoever has a real one changes the library's
path and the token's name.
"""

import pathlib
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

import provenance
from tests.ledger_world import OPERATOR, ORIGIN, LedgerWorld, can, signer_of
from tests.support.parts import lack

DAIRY = "did:web:hsm-dairy.example"
LIBRARY = pathlib.Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "123456"
ED25519 = bytes.fromhex("06032b6570")
"""The curve's object identifier, 1.3.101.112 (RFC 8410), in DER."""


class Pkcs11Key:
    """Signs with a key in a token: a provenance.KeyHolder."""

    def __init__(self, public: Any, private: Any) -> None:
        import pkcs11  # noqa: PLC0415  # where it is installed

        # An OCTET STRING around the 32 bytes (PKCS#11 3.0, section 2.3.5).
        point = public[pkcs11.Attribute.EC_POINT]
        self.verifier = provenance.Verifier(point[-32:])
        self._private = private
        self._mechanism = pkcs11.Mechanism.EDDSA

    def sign(self, message: bytes) -> bytes:
        return bytes(self._private.sign(message, mechanism=self._mechanism))


@pytest.fixture
def key(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pkcs11Key]:
    """Give a new key in a new token."""
    tool = shutil.which("softhsm2-util")
    if tool is None or not LIBRARY.exists():
        lack("SoftHSM is not installed: apt-get install softhsm2")
    try:
        import pkcs11  # noqa: PLC0415  # it may not be there
    except ModuleNotFoundError:
        lack("python-pkcs11 is not installed: pip install python-pkcs11")
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tokens}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    pins = ["--pin", PIN, "--so-pin", PIN]
    subprocess.run(
        [str(tool), "--init-token", "--free", "--label", "goods", *pins],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    token = pkcs11.lib(str(LIBRARY)).get_token(token_label="goods")
    with token.open(user_pin=PIN, rw=True) as session:
        curve = session.create_domain_parameters(
            pkcs11.KeyType.EC_EDWARDS,
            {pkcs11.Attribute.EC_PARAMS: ED25519},
            local=True,
        )
        public, private = curve.generate_keypair(
            mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True
        )
        yield Pkcs11Key(public, private)


def test_an_actor_whose_key_is_in_a_device_is_enrolled_and_signs(
    key: Pkcs11Key, tmp_path: pathlib.Path
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.ledger.append(
        [
            provenance.enrol(DAIRY, name="A", signer=key, origin=ORIGIN),
            provenance.grant(DAIRY, "producer", prefixes=["*"]),
        ],
        signer=signer_of(OPERATOR),
        issuer=OPERATOR,
    )

    receipt = world.ledger.append(
        [world.made(can(1))], signer=key, issuer=DAIRY
    )

    assert receipt.log_index
    world.check(can(1))
    world.ledger.close()
