"""A real ledger in a temporary folder, with actors who may say things.

Everything is as a user has it: SQLite, the key file, the signer's memory.
Only the clock and the secrets are ours, so that a run can be repeated.
"""

import pathlib
from dataclasses import replace

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Event, Item, make_event
from provenance.claims.registry import Authority
from provenance.claims.statement import Submission, sign_statement
from provenance.encoding.digest import sha256
from provenance.folder import create_ledger, open_ledger
from provenance.keys import Signer
from provenance.ledger.ledger import Ledger
from provenance.proof.trust import Trust
from provenance.proof.verdict import Outcome, Verdict
from provenance.proof.verify import examine_bundle
from provenance.tlog.note import NoteSigner
from provenance.tlog.policy import Log, Policy

ORIGIN = "ledger.example/tests"
OPERATOR = "did:web:operator.example"
PRODUCER = "did:web:producer.example"
FORWARDER = "did:web:forwarder.example"
CUSTOMS = "did:web:customs.example"
PREFIX = "9506000"
START = 1_770_000_000_000
"""2026-02-02, in ms since 1970."""


def signer_of(name: str) -> Signer:
    """Return the key that always belongs to *name* in these tests."""
    return Signer.from_seed(sha256(name.encode()))


def can(number: int) -> str:
    return f"https://id.gs1.org/01/09506000134352/21/K{number:06d}"


def body(**members: object) -> dict[str, object]:
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "eventTime": "2026-02-01T09:00:00.000Z",
        "eventTimeZoneOffset": "+00:00",
    } | members


def with_another_key(trust: Trust) -> Trust:
    """Return *trust* with another log's key in place of its own."""
    key = NoteSigner(ORIGIN, signer_of("another log")).verifier
    return replace(trust, policy=replace(trust.policy, logs=(Log(key),)))


class LedgerWorld:
    """A ledger and the people around it."""

    def __init__(self, folder: pathlib.Path, *, threshold: int = 1) -> None:
        self.folder = folder
        self.now = START
        self.secrets = 0
        self.events = 0
        names = [OPERATOR, "did:web:second.example"][: max(threshold, 1)]
        self.trust = Trust(
            origin=ORIGIN,
            policy=Policy(
                (Log(NoteSigner(ORIGIN, signer_of("log")).verifier),),
                (),
                (),
                None,
            ),
            authorities=tuple(
                Authority(name, name, (signer_of(name).verifier.data,))
                for name in names
            ),
            threshold=threshold,
        )
        self.ledger = create_ledger(
            folder,
            trust=self.trust,
            log_signer=signer_of("log"),
            clock=self.clock,
        )

    def clock(self) -> int:
        return self.now

    def reopen(self) -> Ledger:
        self.ledger.close()
        self.ledger = open_ledger(self.folder, clock=self.clock)
        return self.ledger

    def secret(self) -> bytes:
        self.secrets += 1
        return sha256(b"secret %d" % self.secrets)

    def event(self, *items: str, **members: object) -> Event:
        """Return an event, a millisecond after the one before.

        Or it would be that one, said again, and be logged once. It has an
        `eventID` of its own, by which it can be declared an error; with the
        `eventID` None it has none.
        """
        self.events += 1
        members.setdefault("eventID", f"urn:example:event:{self.events}")
        second, thousandths = divmod(self.events, 1000)
        members.setdefault(
            "eventTime", f"2026-02-01T09:00:{second:02}.{thousandths:03}Z"
        )
        return make_event(
            {k: v for k, v in body(**members).items() if v is not None},
            [Item("epcList", item) for item in items],
            secret=self.secret(),
        )

    def as_error(self, event: Event, **declaration: object) -> Event:
        """Return *event* said again, as an error."""
        return make_event(
            {**event.body, "errorDeclaration": declaration},
            event.items,
            secret=self.secret(),
        )

    def made(self, *items: str) -> Event:
        return self.event(*items, action="ADD", bizStep="commissioning")

    def sign(
        self,
        issuer: str,
        *events: Event,
        signer: Signer | None = None,
        origin: str = ORIGIN,
    ) -> Submission:
        return sign_statement(
            events,
            signer=signer or signer_of(issuer),
            issuer=issuer,
            origin=origin,
            now=self.now,
        )

    def enrol(self, actor: str, role: str, **limits: object) -> None:
        """Enrol *actor* with one role, by the operator's word."""
        given = Grant(actor, role, **limits)  # type: ignore[arg-type]  # the tests' own calls
        self.ledger.append(
            [
                actors.enrol(
                    actor,
                    name=actor,
                    signer=signer_of(actor),
                    origin=ORIGIN,
                    secret=self.secret(),
                ),
                actors.grant(given, secret=self.secret()),
            ],
            signer=signer_of(OPERATOR),
            issuer=OPERATOR,
        )

    def enrol_everyone(self) -> None:
        self.enrol(PRODUCER, "producer", prefixes=(PREFIX,))
        self.enrol(FORWARDER, "forwarder")
        self.enrol(CUSTOMS, "customs")

    def verdict(self, item: str) -> Verdict:
        return examine_bundle(
            self.ledger.prove_item(item),
            trust=self.trust,
            now=self.now,
            item=item,
        )

    def check(self, *items: str) -> None:
        """Re-verify each item's whole story from its bundle."""
        for item in items:
            verdict = self.verdict(item)
            assert verdict.outcome is Outcome.VERIFIED, verdict.steps
