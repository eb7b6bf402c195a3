"""Playing the demo's story on a real ledger, and packing what comes out.

The ledger's clock is the story's: eleven parties act over eleven weeks, and
each statement is logged when it was signed, so that grants with dates and the
age of checkpoints mean what they say. Nothing else is staged: keys, rules,
log, trails and proofs are the library's own.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from provenance.claims.actor import enrol, grant, rotate_key
from provenance.claims.event import Event
from provenance.claims.registry import Authority
from provenance.demo.cast import (
    AUTHORITIES,
    PARTIES,
    PLATFORM,
    WITNESSES,
    milliseconds,
)
from provenance.demo.epcis import Scene
from provenance.demo.scenes import CONCEALED, DemoStory
from provenance.folder import create_ledger
from provenance.intake.prepare import prepare_document
from provenance.keys import Signer
from provenance.ledger.cosign import Witness
from provenance.ledger.ledger import Ledger
from provenance.proof.trust import Trust
from provenance.store.witness_memory import WitnessMemory
from provenance.tlog.cosignature import CosignatureVerifier
from provenance.tlog.note import NoteSigner
from provenance.tlog.policy import Group, Log, Policy
from provenance.tlog.policy import PolicyWitness as TrustedWitness

ORIGIN = "ledger.example/milk"

QUORUM = "two-of-three"


@dataclass(slots=True)
class StoryClock:
    """A clock that the story sets. Times are in ms since 1970."""

    now: int

    def __call__(self) -> int:
        """Return the story's time."""
        return self.now


@dataclass(slots=True)
class Keys:
    """Everybody's private keys. Only a demo holds them in one place.

    Attributes:
        log: The ledger's.
        parties: Party id → its key.
        authorities: Authority id → its key.
        witnesses: Witness → its key.
        stolen: Party id → the key that it had before it changed it.
    """

    log: Signer
    parties: dict[str, Signer]
    authorities: Mapping[str, Signer]
    witnesses: Mapping[str, Signer]
    stolen: dict[str, Signer]

    def change(self, party: str) -> None:
        """Give *party* a new key; the old one fell into wrong hands."""
        self.stolen[party] = self.parties[party]
        self.parties[party] = Signer.generate()


def new_keys() -> Keys:
    """Return fresh keys for everybody."""
    return Keys(
        log=Signer.generate(),
        parties={party.id: Signer.generate() for party in PARTIES},
        authorities={actor: Signer.generate() for actor in AUTHORITIES},
        witnesses={name: Signer.generate() for name in WITNESSES},
        stolen={},
    )


def found_trust(keys: Keys) -> Trust:
    """Return the trust file: both authorities, two witnesses of three."""
    return Trust(
        origin=ORIGIN,
        policy=Policy(
            logs=(Log(NoteSigner(ORIGIN, keys.log).verifier),),
            witnesses=tuple(
                TrustedWitness(
                    name, CosignatureVerifier(_key_name(name), signer.verifier)
                )
                for name, signer in keys.witnesses.items()
            ),
            groups=(Group(QUORUM, 2, WITNESSES),),
            quorum=QUORUM,
        ),
        authorities=tuple(
            Authority(
                actor, AUTHORITIES[actor].english, (signer.verifier.data,)
            )
            for actor, signer in keys.authorities.items()
        ),
        threshold=len(AUTHORITIES),
    )


@dataclass(frozen=True, slots=True)
class Played:
    """What the story left behind.

    Attributes:
        story: The story.
        keys: Everybody's keys.
        trust: The trust file.
        ledger: The folder of the ledger.
        witnesses: The folder with what each witness remembers.
        bundle: The can's bundle, as the buyer gets it.
        early: The can's bundle as it was while the can lay in bond.
        statements: How many statements were signed.
        events: How many events they hold.
    """

    story: DemoStory
    keys: Keys
    trust: Trust
    ledger: Path
    witnesses: Path
    bundle: bytes
    early: bytes
    statements: int
    events: int


def play(story: DemoStory, *, ledger: Path, witnesses: Path) -> Played:
    """Play *story* on a new ledger, with new witnesses, in these folders.

    Raises:
        ProvenanceError: The ledger refused an honest statement.
    """
    keys = new_keys()
    trust = found_trust(keys)
    witnesses.mkdir(parents=True)
    for name in WITNESSES:
        WitnessMemory.create(witnesses / name)
    clock = StoryClock(milliseconds(story.beginning))
    can, early = story.goods.can, b""
    count = _Count()
    with create_ledger(
        ledger, trust=trust, log_signer=keys.log, clock=clock
    ) as log:
        makers: tuple[Callable[[], list[Event]], ...] = (
            lambda: _enrolments(keys),
            lambda: _grants(story.end),
        )
        for make in makers:
            for authority, signer in keys.authorities.items():
                # Each council says it in events of its own.
                said = make()
                log.append(said, signer=signer, issuer=authority)
                count.add(said)
        for scene in story.scenes():
            if scene.party is PLATFORM:
                early = prove_witnessed(log, can, keys, witnesses)
            clock.now = milliseconds(scene.logged)
            count.add(_say(log, scene, keys))
        bundle = prove_witnessed(log, can, keys, witnesses)
    return Played(
        story=story,
        keys=keys,
        trust=trust,
        ledger=ledger,
        witnesses=witnesses,
        bundle=bundle,
        early=early,
        statements=count.statements,
        events=count.events,
    )


def prove_witnessed(
    ledger: Ledger, item: str, keys: Keys, witnesses: Path
) -> bytes:
    """Return *item*'s bundle, its checkpoint cosigned by every witness."""
    answers = ledger.cosign(
        [
            Witness(
                WitnessMemory(witnesses / name),
                name=_key_name(name),
                signer=signer,
                logs={ORIGIN: ledger.trust.policy.log_keys},
            )
            for name, signer in keys.witnesses.items()
        ]
    )
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return ledger.prove_item(item)


@dataclass(slots=True)
class _Count:
    statements: int = 0
    events: int = 0

    def add(self, said: Sequence[Event]) -> None:
        """Count one statement and its events."""
        self.statements += 1
        self.events += len(said)


def _enrolments(keys: Keys) -> list[Event]:
    return [
        enrol(
            party.id,
            name=party.name.english,
            signer=keys.parties[party.id],
            origin=ORIGIN,
            secret=secrets.token_bytes(32),
        )
        for party in PARTIES
    ]


def _grants(end: datetime) -> list[Event]:
    return [
        grant(party.grant(end), secret=secrets.token_bytes(32))
        for party in PARTIES
    ]


def _say(ledger: Ledger, scene: Scene, keys: Keys) -> list[Event]:
    """Sign and log what a scene says; return its events."""
    party = scene.party.id
    signer = keys.parties[party]
    if scene.document:
        events = prepare_document(scene.document, conceal=CONCEALED)
    else:
        keys.change(party)
        events = [
            rotate_key(
                party,
                old=signer.verifier.key_id,
                signer=keys.parties[party],
                origin=ORIGIN,
                secret=secrets.token_bytes(32),
            )
        ]
    ledger.append(events, signer=signer, issuer=party)
    return events


def _key_name(witness: str) -> str:
    return f"{witness}.example/witness"
