"""Signed statements for the benchmarks: real ones, made beforehand."""

import gc
import hashlib
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Event, Item, make_event
from provenance.claims.registry import Authority
from provenance.claims.statement import Submission, sign_statement
from provenance.encoding.digest import sha256
from provenance.folder import create_ledger
from provenance.keys import Signer
from provenance.ledger.ledger import Ledger, clock_now
from provenance.proof.receipt import Receipt
from provenance.proof.trust import Trust
from provenance.tlog.note import NoteSigner
from provenance.tlog.policy import Log, Policy

ORIGIN = "ledger.example/bench"
OPERATOR = "did:web:operator.example"
STEPS = (
    "commissioning", "inspecting", "packing", "shipping", "receiving", "storing",
    "loading", "unloading", "picking", "staging_outbound", "transporting", "accepting",
)  # fmt: skip
GTIN = "https://id.gs1.org/01/09506000134352"
PLACE = "https://id.gs1.org/414/9506000134376"


def signer_of(name: str) -> Signer:
    return Signer.from_seed(sha256(name.encode()))


def actor_name(number: int) -> str:
    return f"did:web:actor{number}.example"


def new_ledger(folder: Path, *, actor_count: int = 8) -> Ledger:
    """Return a ledger with that many producers, each with its own key."""
    trust = Trust(
        origin=ORIGIN,
        policy=Policy(
            (Log(NoteSigner(ORIGIN, signer_of("log")).verifier),), (), (), None
        ),
        authorities=(
            Authority(
                OPERATOR, "Operator", (signer_of(OPERATOR).verifier.data,)
            ),
        ),
    )
    ledger = create_ledger(folder, trust=trust, log_signer=signer_of("log"))
    events = []
    for number in range(actor_count):
        actor = actor_name(number)
        events.append(
            actors.enrol(
                actor,
                name=actor,
                signer=signer_of(actor),
                origin=ORIGIN,
                secret=secret(f"enrol {number}"),
            )
        )
        events.append(
            actors.grant(
                Grant(actor, "producer", prefixes=("9506000",)),
                secret=secret(f"grant {number}"),
            )
        )
    ledger.append(events, signer=signer_of(OPERATOR), issuer=OPERATOR)
    return ledger


def secret(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def item(number: int) -> str:
    # Serials as labels have them: no order that an index could profit from.
    return (
        f"{GTIN}/21/{hashlib.sha256(b'%d' % number).hexdigest()[:13].upper()}"
    )


def event(number: int, step: int = 0) -> Event:
    """Return event *step* of item *number*: some 350 bytes, 10 fields."""
    body: dict[str, object] = {
        "type": "ObjectEvent",
        "action": "ADD" if step == 0 else "OBSERVE",
        "bizStep": STEPS[step % len(STEPS)],
        "disposition": "active" if step == 0 else "in_progress",
        "eventTime": f"2026-0{1 + step % 9}-14T09:{number % 60:02}:00.000+12:00",
        "eventTimeZoneOffset": "+12:00",
        "readPoint": {"id": PLACE},
        "bizLocation": {"id": PLACE},
    }
    return make_event(
        body, [Item("epcList", item(number))], secret=secret(f"{number}/{step}")
    )


def statements(
    numbers: range,
    *,
    step: int = 0,
    per_statement: int = 1,
    now: int | None = None,
) -> Iterator[Submission]:
    """Yield signed statements about the items *numbers*, by eight actors."""
    now = clock_now() if now is None else now
    signers = [(actor_name(n), signer_of(actor_name(n))) for n in range(8)]
    for start in range(numbers.start, numbers.stop, per_statement):
        issuer, signer = signers[start // per_statement % 8]
        yield sign_statement(
            [
                event(n, step)
                for n in range(start, min(start + per_statement, numbers.stop))
            ],
            signer=signer,
            issuer=issuer,
            origin=ORIGIN,
            now=now,
        )


@dataclass(frozen=True)
class Appended:
    seconds: float
    processor_seconds: float


def append(
    ledger: Ledger, numbers: range, *, step: int = 0, per_statement: int = 1
) -> Appended:
    """Log statements about the items *numbers*, signed beforehand."""
    submissions = list(
        statements(numbers, step=step, per_statement=per_statement)
    )
    gc.collect()
    used, start = processor_seconds(), time.perf_counter()
    for _, answer in ledger.submit_many(submissions):
        assert isinstance(answer, Receipt), answer
    return Appended(time.perf_counter() - start, processor_seconds() - used)


def processor_seconds() -> float:
    """Return the processor time of this process and its ended workers."""
    used = [
        resource.getrusage(who)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    return sum(one.ru_utime + one.ru_stime for one in used)
