"""Signatures: Ed25519 with one verdict everywhere, and ML-DSA-44 beside it.

Libraries disagree about the edges of Ed25519 (RFC 8032): of the 914 edge cases
of C2SP/CCTV they judge 783 differently, and some accept public keys under
which anybody can sign. A verdict that depends on the library is a fork waiting
to happen, so this profile decides before any library is asked. A public key A
(32 bytes), a message and a signature R ‖ S (64 bytes) are accepted if

1. S < L, the order of the group;
2. A and R are spelled canonically: their y < p;
3. neither A nor R is one of the points of small order;
4. [S]B = R + [k]A holds without the cofactor, which the library computes.

`cryptography` computes step 4, or PyNaCl, about 1.8 times as fast, when it is
installed. With steps 1 to 3 done here, the two give the same verdicts.

ML-DSA-44 (FIPS 204) has no such edges. A log may sign its checkpoints with it
as well, against the day when Ed25519 falls.

In full: `FORMATS.md`, section 7.
"""

# Imports of libraries stand where they are first used: who only verifies with
# PyNaCl starts in 6 ms, not in 50.
# ruff: noqa: PLC0415

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, Self

from provenance.encoding.digest import Hash, sha256
from provenance.errors import InvalidSignatureError, MalformedError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.asymmetric.mldsa import (
        MLDSA44PrivateKey,
    )

SEED_SIZE = 32
PUBLIC_KEY_SIZE = 32
SIGNATURE_SIZE = 64
MLDSA_PUBLIC_KEY_SIZE = 1312

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493

_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})
"""The y of every point of small order.

With either sign, and y + p where that fits, these are the 14 encodings.
"""

_KNOWN_KEYS = 4096
"""How many public keys are remembered as sound, or as not."""

_Check = Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class Verifier:
    """An Ed25519 public key that the strict profile allows.

    Attributes:
        data: Its 32 bytes.

    Raises:
        MalformedError: It has another length, is not spelled canonically, or
            is of small order, so that anybody could sign for it.
    """

    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) != PUBLIC_KEY_SIZE:
            raise MalformedError(
                f"an Ed25519 public key has 32 bytes, not {len(self.data)}"
            )
        if not _is_sound_key(self.data):
            raise MalformedError(
                f"anybody could sign for the Ed25519 public key"
                f" {self.data.hex()}: it is of small order or not canonical"
            )

    @property
    def key_id(self) -> Hash:
        """The SHA-256 of the key, by which statements name it."""
        return sha256(self.data)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return if *signature* is this key's over *message*.

        Raises:
            InvalidSignatureError: It is not.
        """
        if not signature_is_valid(self.data, signature, message):
            raise InvalidSignatureError(
                f"the signature is not by key {self.key_id.hex()} over these"
                f" {len(message)} bytes"
            )


class KeyHolder(Protocol):
    """Whatever signs with an Ed25519 key, wherever that key is.

    `Signer` is one, which holds the key itself. A key in an HSM, a KMS or
    another process is used through one of your own, with these two members.
    What it returns is verified before it is used, so that a device that has
    another key, or is at fault, is found out.
    """

    @property
    def verifier(self) -> Verifier:
        """The public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature over *message* itself: 64 bytes, pure Ed25519.

        What it raises reaches whoever asked for the signature.
        """


def signature_of(holder: KeyHolder, message: bytes) -> bytes:
    """Return the signature of *holder* over *message*.

    Raises:
        InvalidSignatureError: What a holder of others' making returned is
            none of its key over *message*.
    """
    signature = holder.sign(message)
    # Our own cannot have another key than it says, and is asked in bulk.
    if isinstance(holder, Signer):
        return signature
    if not isinstance(signature, bytes):
        raise InvalidSignatureError(
            f"{type(holder).__name__}.sign returned a"
            f" {type(signature).__name__}, not bytes: nothing was signed"
        )
    if not signature_is_valid(holder.verifier.data, signature, message):
        raise InvalidSignatureError(
            f"{type(holder).__name__}.sign returned {len(signature)} bytes that"
            f" are no signature by its key {holder.verifier.key_id.hex()[:16]}:"
            " it has another key, or signs something else than the message"
            " itself (a digest, Ed25519ph). Nothing was signed"
        )
    return signature


class Signer:
    """An Ed25519 private key. Its secret shows in no repr and no message."""

    __slots__ = ("_private", "verifier")

    def __init__(self, private: "Ed25519PrivateKey") -> None:
        self._private = private
        self.verifier = Verifier(private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> Self:
        """Return a new key, from the system's randomness."""
        from cryptography.hazmat.primitives.asymmetric import ed25519

        return cls(ed25519.Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Return the key that *seed* (32 bytes) determines."""
        from cryptography.hazmat.primitives.asymmetric import ed25519

        _require_seed(seed)
        return cls(ed25519.Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Return the key that *pem*, unencrypted PKCS#8, holds.

        Raises:
            MalformedError: It holds no such key.
        """
        from cryptography.hazmat.primitives.asymmetric import ed25519

        private = _private_of(pem, "Ed25519")
        if not isinstance(private, ed25519.Ed25519PrivateKey):
            raise MalformedError("the private key is not one of Ed25519")
        return cls(private)

    def to_pem(self) -> bytes:
        """Return the private key as unencrypted PKCS#8 PEM."""
        return _to_pem(self._private)

    def sign(self, message: bytes) -> bytes:
        """Return this key's signature over *message*: 64 bytes."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"<Signer {self.verifier.key_id.hex()}>"


def signature_is_valid(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether *signature* is *public*'s over *message*.

    The strict profile, whole, for checking in bulk: it trusts no argument.
    Everybody else calls `Verifier.verify`, because it raises.
    """
    return (
        len(public) == PUBLIC_KEY_SIZE
        and len(signature) == SIGNATURE_SIZE
        and int.from_bytes(signature[32:], "little") < _L
        and _is_sound(signature[:32])
        and _is_sound_key(public)
        and _backend.check(public, signature, message)
    )


def _is_sound(point: bytes) -> bool:
    """Return whether *point* is spelled canonically and not of small order."""
    # The top bit is the sign of x.
    y = int.from_bytes(point, "little") & (2**255 - 1)
    return y < _P and y not in _SMALL_ORDER


_is_sound_key = lru_cache(maxsize=_KNOWN_KEYS)(_is_sound)


def backend() -> str:
    """Return which library verifies: "pynacl" or "cryptography"."""
    return _backend.chosen()


def select_backend(name: str) -> None:
    """Verify with the library *name*, "pynacl" or "cryptography", from now on.

    Left alone, it is PyNaCl where it is installed. The verdicts are the same.

    Raises:
        ValueError: There is no such backend, or it is not installed.
    """
    _backend.choose(name)


class _Backend:
    """The library that computes step 4, loaded when it is first needed."""

    __slots__ = ("_name", "check")

    def __init__(self) -> None:
        self._name = ""
        self.check: _Check = self._check_first

    def chosen(self) -> str:
        if not self._name:
            try:
                self._use("pynacl", _load_pynacl())
            except ImportError:
                self._use("cryptography", _load_cryptography())
        return self._name

    def choose(self, name: str) -> None:
        if name == "cryptography":
            self._use(name, _load_cryptography())
        elif name == "pynacl":
            try:
                self._use(name, _load_pynacl())
            except ImportError as fault:
                raise ValueError(
                    "PyNaCl is not installed: pip install pynacl"
                ) from fault
        else:
            raise ValueError(f"no such backend: {name!r}")

    def _use(self, name: str, check: _Check) -> None:
        self._name, self.check = name, check

    def _check_first(
        self, public: bytes, signature: bytes, message: bytes
    ) -> bool:
        self.chosen()
        return self.check(public, signature, message)


_backend = _Backend()


def _load_pynacl() -> _Check:
    from nacl.bindings import crypto_sign_open
    from nacl.exceptions import BadSignatureError

    def check(public: bytes, signature: bytes, message: bytes) -> bool:
        try:
            crypto_sign_open(signature + message, public)
        except BadSignatureError:
            return False
        return True

    return check


def _load_cryptography() -> _Check:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ed25519

    load = lru_cache(maxsize=_KNOWN_KEYS)(
        ed25519.Ed25519PublicKey.from_public_bytes
    )

    def check(public: bytes, signature: bytes, message: bytes) -> bool:
        try:
            load(public).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return check


@dataclass(frozen=True, slots=True)
class MLDSAVerifier:
    """An ML-DSA-44 public key (FIPS 204).

    Attributes:
        data: Its 1312 bytes; every such string is a key.

    Raises:
        MalformedError: It has another length.
    """

    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) != MLDSA_PUBLIC_KEY_SIZE:
            raise MalformedError(
                f"an ML-DSA-44 public key has {MLDSA_PUBLIC_KEY_SIZE} bytes,"
                f" not {len(self.data)}"
            )

    @property
    def key_id(self) -> Hash:
        """The SHA-256 of the key."""
        return sha256(self.data)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return if *signature* is this key's over *message*, no context.

        Raises:
            InvalidSignatureError: It is not.
        """
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import mldsa

        key = mldsa.MLDSA44PublicKey.from_public_bytes(self.data)
        try:
            key.verify(signature, message)
        except InvalidSignature:
            raise InvalidSignatureError(
                f"the signature is not by ML-DSA-44 key {self.key_id.hex()}"
                f" over these {len(message)} bytes"
            ) from None


class MLDSASigner:
    """An ML-DSA-44 private key. Its secret shows in no repr and no message."""

    __slots__ = ("_private", "verifier")

    def __init__(self, private: "MLDSA44PrivateKey") -> None:
        self._private = private
        self.verifier = MLDSAVerifier(private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> Self:
        """Return a new key, from the system's randomness."""
        from cryptography.hazmat.primitives.asymmetric import mldsa

        return cls(mldsa.MLDSA44PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Return the key that *seed* (32 bytes) determines."""
        from cryptography.hazmat.primitives.asymmetric import mldsa

        _require_seed(seed)
        return cls(mldsa.MLDSA44PrivateKey.from_seed_bytes(seed))

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Return the key that *pem*, unencrypted PKCS#8, holds.

        Raises:
            MalformedError: It holds no such key.
        """
        from cryptography.hazmat.primitives.asymmetric import mldsa

        private = _private_of(pem, "ML-DSA-44")
        if not isinstance(private, mldsa.MLDSA44PrivateKey):
            raise MalformedError("the private key is not one of ML-DSA-44")
        return cls(private)

    def to_pem(self) -> bytes:
        """Return the private key as unencrypted PKCS#8 PEM."""
        return _to_pem(self._private)

    def sign(self, message: bytes) -> bytes:
        """Return a signature over *message*: 2420 bytes, each time others."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"<MLDSASigner {self.verifier.key_id.hex()}>"


def _require_seed(seed: bytes) -> None:
    if len(seed) != SEED_SIZE:
        raise MalformedError(f"a key's seed has 32 bytes, not {len(seed)}")


def _to_pem(private: "Ed25519PrivateKey | MLDSA44PrivateKey") -> bytes:
    from cryptography.hazmat.primitives import serialization

    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _private_of(pem: bytes, name: str) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    # What the library says could quote the file: none of it is passed on.
    try:
        return serialization.load_pem_private_key(pem, password=None)
    except TypeError:
        raise MalformedError(
            f"the {name} private key is encrypted: decrypt it first"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise MalformedError(
            f"no {name} private key in unencrypted PKCS#8 PEM"
        ) from None
