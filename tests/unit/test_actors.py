"""Acts about actors from the package's top, by keys held anywhere."""

import pathlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

import provenance
from provenance.claims.actor import ACTOR_RELATION
from provenance.keys import Signer, Verifier
from tests.ledger_world import OPERATOR, ORIGIN, LedgerWorld, can, signer_of

DAIRY = "did:web:another-dairy.example"


@pytest.fixture
def world(tmp_path: pathlib.Path) -> Iterator[LedgerWorld]:
    world = LedgerWorld(tmp_path / "ledger")
    yield world
    world.ledger.close()


class Elsewhere:
    """A key that is only asked for signatures, as an HSM's is."""

    def __init__(self, signer: Signer, says: Verifier | None = None) -> None:
        self._signer = signer
        self.verifier = says or signer.verifier
        self.asked = 0

    def sign(self, message: bytes) -> bytes:
        self.asked += 1
        return self._signer.sign(message)


class Lying(Elsewhere):
    """One that signs a digest, gives hexadecimal text, or cuts it short."""

    def __init__(self, how: str) -> None:
        super().__init__(Signer.generate())
        self.how = how

    def sign(self, message: bytes) -> bytes:
        match self.how:
            case "digest":
                return super().sign(message[:32])
            case "text":
                return super().sign(message).hex()  # type: ignore[return-value]  # it lies
            case _:
                return super().sign(message)[:63]


def test_an_actor_is_enrolled_and_granted_by_keys_that_are_elsewhere(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    key, authority = (
        Elsewhere(Signer.generate()),
        Elsewhere(signer_of(OPERATOR)),
    )
    begin = datetime.fromtimestamp(world.now / 1000, UTC) - timedelta(days=1)

    world.ledger.append(
        [
            provenance.enrol(DAIRY, name="A dairy", signer=key, origin=ORIGIN),
            provenance.grant(
                DAIRY,
                "producer",
                prefixes=["9506000"],
                start=begin,
                until=begin + timedelta(days=9),
            ),
        ],
        signer=authority,
        issuer=OPERATOR,
    )
    receipt = world.ledger.append(
        [world.made(can(7))], signer=key, issuer=DAIRY
    )

    assert receipt.log_index
    assert (key.asked, authority.asked) == (2, 1)
    (held,) = world.ledger.registry().actor(DAIRY).grants.values()
    assert held.grant.start == begin.timestamp() * 1000
    world.check(can(7))


def test_a_key_is_added_rotated_and_revoked(world: LedgerWorld) -> None:
    world.enrol_everyone()
    first, second, third = (Signer.generate() for _ in range(3))
    reason = "lost"
    for event in (
        provenance.enrol(DAIRY, name="A", signer=first, origin=ORIGIN),
        provenance.add_key(DAIRY, signer=second, origin=ORIGIN),
        provenance.rotate_key(
            DAIRY, old=first.verifier.key_id, signer=third, origin=ORIGIN
        ),
        provenance.revoke_key(DAIRY, old=second.verifier.key_id, reason=reason),
    ):
        world.ledger.append(
            [event], signer=signer_of(OPERATOR), issuer=OPERATOR
        )

    keys = world.ledger.registry().actor(DAIRY).keys
    assert {k for k, held in keys.items() if held.revoked is None} == {
        third.verifier.key_id
    }


def test_a_grant_is_revoked(world: LedgerWorld) -> None:
    world.enrol_everyone()
    given = provenance.grant(OPERATOR, "auditor")
    ended = provenance.revoke_grant(
        OPERATOR, granted_by=given.id, reason="done"
    )
    for event in (given, ended):
        world.ledger.append(
            [event], signer=signer_of(OPERATOR), issuer=OPERATOR
        )
    held = world.ledger.registry().actor(OPERATOR).grants[given.id]
    assert held.revoked is not None


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("digest", "64 bytes that are no signature by its key"),
        ("short", "63 bytes that are no signature by its key"),
        ("text", "returned a str, not bytes"),
    ],
)
def test_a_device_at_fault_is_found_out_before_anything_is_logged(
    world: LedgerWorld, how: str, says: str
) -> None:
    device = Lying(how)
    size = world.ledger.size
    with pytest.raises(provenance.InvalidSignatureError, match=says):
        world.ledger.append(
            [world.made(can(1))], signer=device, issuer=OPERATOR
        )
    with pytest.raises(provenance.InvalidSignatureError, match=says):
        provenance.enrol(DAIRY, name="A", signer=device, origin=ORIGIN)
    assert world.ledger.size == size


def test_a_device_with_another_key_than_it_says_is_found_out() -> None:
    device = Elsewhere(Signer.generate(), says=Signer.generate().verifier)
    with pytest.raises(provenance.InvalidSignatureError, match="another key"):
        provenance.enrol(DAIRY, name="A", signer=device, origin=ORIGIN)


def test_an_act_is_about_its_actor_in_any_spelling() -> None:
    event = provenance.grant(
        "https://id.gs1.org/417/9506000000008", "producer", prefixes=["*"]
    )
    (item,) = [i for i in event.items if i.relation == ACTOR_RELATION]
    assert item.id == "https://id.gs1.org/417/9506000000008"
    other = provenance.grant("(417)9506000000008", "producer", prefixes=["*"])
    assert other.items == event.items
    # Its secret is fresh, or the salts of both would be the same.
    assert other.id != event.id
