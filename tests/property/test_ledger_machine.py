"""A ledger under anything that people may do, beside a model of its rules.

Before each submission the model (`tests.support.ledger_model`) says what must come of
it; the real ledger, on disk, must agree, each time and after it was opened
again. Every item's bundle is VERIFIED at any time, and the audit at the end
finds nothing.

Run it for longer, and elsewhere than always, with

    PROVENANCE_MACHINE_EXAMPLES=1000 pytest tests/property/test_ledger_machine.py
"""

import dataclasses
import os
import pathlib
import tempfile
from collections.abc import Sequence
from functools import partial
from operator import eq

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from provenance.claims import actor as actors
from provenance.claims.act import Act, Need
from provenance.claims.actor import Grant
from provenance.claims.event import Item, make_event
from provenance.claims.registry import TrustRegistry
from provenance.claims.statement import sign_statement
from provenance.encoding.digest import Hash
from provenance.errors import RoleNotGrantedError
from provenance.folder import audit_folder
from provenance.proof.receipt import Receipt, verify_receipt
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle
from provenance.rules.book import baseline
from tests.ledger_world import (
    OPERATOR,
    ORIGIN,
    LedgerWorld,
    body,
    can,
    signer_of,
)
from tests.support.ledger_model import (
    GRACE,
    MINUTE,
    Doing,
    Enrolment,
    Granting,
    HeldGrant,
    KeyChange,
    Model,
    Person,
    Saying,
    Statement,
    Taking,
)
from tests.vectors import reference

ACTORS = [f"did:web:{name}.example" for name in ("ann", "ben", "cho")]
PEOPLE = [OPERATOR, *ACTORS]
SPARE_KEYS = ["spare 1", "spare 2", "spare 3"]
KEYS = [*PEOPLE, *SPARE_KEYS]
ROLES = ["producer", "customs", "carrier"]
PREFIXES = ["9506000", "4012345", "95"]
OWNERS = {
    **{can(n): "9506000134352" for n in range(3)},
    "https://id.gs1.org/01/04012345111118/21/1": "4012345111118",
}
"""Unit → the digits by which its maker is known."""
UNITS = list(OWNERS)
CARTONS = [
    "https://id.gs1.org/00/095060000000000121",
    "https://id.gs1.org/00/095060000000000138",
]
STEPS = [
    "commissioning",
    "inspecting",
    "loading",
    "unloading",
    "customs_released",
]

Holding = tuple[dict[bytes, bool], dict[bytes, bool]]
"""Key id → whether it counts; grant → whether it, or one like it, does."""

people = st.sampled_from(PEOPLE)
subjects = st.sampled_from(ACTORS)
# Those who may do most are asked most.
issuers = st.one_of(st.just(OPERATOR), people)
numbers = st.integers(0, 30)
moments = st.one_of(st.none(), st.sampled_from([-30, 0, 70, 100]))


class LedgerMachine(RuleBasedStateMachine):
    """Actors do what they may and what they may not, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = LedgerWorld(pathlib.Path(self.folder.name) / "ledger")
        self.model = Model(self.world.now, OWNERS)
        self.submitted: list[Statement] = []
        self.moments = 0
        self.done: list[tuple[str, Doing]] = []
        self.is_agreed = True

    def teardown(self) -> None:
        with self.folder:
            # What has gone wrong already should be seen, not what follows.
            if self.is_agreed:
                self.end()
            self.world.ledger.close()

    def end(self) -> None:
        """Check all that there is, an hour later and opened again."""
        self.world.now = max(self.world.now, self.model.time) + 60 * MINUTE
        self.submit(
            self.statement(OPERATOR, self.granting(Grant(OPERATOR, "auditor")))
        )
        self.world.reopen()
        self.the_writers_registry_is_the_models()
        self.the_logs_registry_is_the_models()
        for item in [*UNITS, *CARTONS, *PEOPLE]:
            self.prove(item)
        self.world.ledger.close()
        audit = audit_folder(self.world.folder, trust=self.world.trust)
        assert audit.findings == []
        assert audit.size == self.model.size
        assert audit.items == len(self.model.trails)

    # What people submit.

    def statement(
        self,
        issuer: str,
        *sayings: Saying,
        key: str | None = None,
        origin: str = ORIGIN,
        ahead: int = 0,
    ) -> Statement:
        """Return what *issuer* says, under the key that the model knows."""
        key = key or self.key_of(issuer)
        issued_at = self.world.now + ahead
        submission = sign_statement(
            [saying.event for saying in sayings],
            signer=signer_of(key),
            issuer=issuer,
            origin=origin,
            now=issued_at,
        )
        return Statement(
            issuer,
            key,
            sayings,
            submission,
            submission.entry[:-66],
            issued_at,
            origin,
        )

    def key_of(self, issuer: str) -> str:
        """Return a key of *issuer* that counts, if it has one."""
        person = self.model.people.get(issuer, Person())
        live = [key for key, is_live in person.keys.items() if is_live]
        return live[-1] if live else issuer

    def submit(self, *statements: Statement) -> None:
        """Submit together what the model is asked about first."""
        submissions = [statement.submission for statement in statements]
        ledger, size = self.world.ledger, self.world.ledger.size
        self.is_agreed = False
        wanted = self.model.submit(statements, clock=self.world.now)
        dry = ledger.check(submissions)
        assert ledger.size == size, "a dry run logs nothing"
        assert [type(answer) for answer in dry] == [
            type(None) if isinstance(answer, int) else answer
            for answer in wanted
        ]
        answers = ledger.submit(submissions)
        assert [
            answer.log_index if isinstance(answer, Receipt) else type(answer)
            for answer in answers
        ] == wanted, answers
        for statement, answer in zip(statements, answers, strict=True):
            if isinstance(answer, Receipt):
                index = verify_receipt(
                    answer.text,
                    entry=statement.submission.entry,
                    trust=self.world.trust,
                    now=self.model.time,
                )
                assert index == answer.log_index
        self.submitted += statements
        self.done += [
            (statement.issuer, saying)
            for statement in statements
            for saying in statement.sayings
            if isinstance(saying, Doing)
        ]
        self.is_agreed = True

    def enrolment(self, actor: str, key: str) -> Enrolment:
        event = actors.enrol(
            actor,
            name=actor,
            signer=signer_of(key),
            origin=ORIGIN,
            secret=self.world.secret(),
        )
        return Enrolment(actor, key, event)

    def granting(self, given: Grant) -> Granting:
        return Granting(given, actors.grant(given, secret=self.world.secret()))

    def doing(
        self,
        step: str,
        items: Sequence[str],
        carton: str = "",
        after: Sequence[tuple[str, bytes]] = (),
    ) -> Doing:
        if step in {"loading", "unloading"}:
            named = [Item("parentID", carton)]
            named += [Item("childEPCs", item) for item in items]
            members: dict[str, object] = {
                "type": "AggregationEvent",
                "action": "ADD" if step == "loading" else "DELETE",
            }
        else:
            named = [Item("epcList", item) for item in items]
            action = "ADD" if step == "commissioning" else "OBSERVE"
            members = {"action": action}
        prefix = "urn:provenance:step:" if "_" in step else ""
        members["bizStep"] = prefix + step
        # No two are equal by chance, or most of them would be repeats.
        self.moments += 1
        members["eventTime"] = f"2026-02-01T09:00:00.{self.moments:03}Z"
        if after:
            members["after"] = [list(pair) for pair in after]
        event = make_event(body(**members), named, secret=self.world.secret())
        return Doing(step, tuple(items), tuple(after), event)

    @initialize(later=moments, until=moments, has_delegate=st.booleans())
    def begin(
        self, later: int | None, until: int | None, *, has_delegate: bool
    ) -> None:
        """People join, so that most of what follows is allowed.

        Ann holds two grants that she may pass on, one perhaps from later on.
        Ben is of customs, perhaps for a time. Cho may have joined through Ann.
        """
        ann, ben, cho = ACTORS
        producer = Grant(ann, "producer", ("9506000",), may_grant=True)
        dated = dataclasses.replace(producer, start=self.moment(later))
        customs = Grant(ben, "customs", until=self.moment(until))
        self.submit(
            self.statement(
                OPERATOR,
                self.enrolment(ann, ann),
                self.granting(dated),
                self.granting(producer),
                self.enrolment(ben, ben),
                self.granting(customs),
            )
        )
        if has_delegate:
            passed_on = dataclasses.replace(producer, actor=cho)
            self.submit(
                self.statement(
                    ann, self.enrolment(cho, cho), self.granting(passed_on)
                )
            )

    def moment(self, minutes: int | None) -> int | None:
        return None if minutes is None else self.world.now + minutes * MINUTE

    @rule(issuer=issuers, actor=subjects, key=st.sampled_from(KEYS))
    def enrol(self, issuer: str, actor: str, key: str) -> None:
        self.submit(self.statement(issuer, self.enrolment(actor, key)))

    @rule(
        issuer=issuers,
        actor=subjects,
        role=st.sampled_from(ROLES),
        prefix=st.sampled_from(PREFIXES),
        start=moments,
        until=moments,
        may_grant=st.booleans(),
    )
    def grant(
        self,
        issuer: str,
        actor: str,
        role: str,
        prefix: str,
        start: int | None,
        until: int | None,
        *,
        may_grant: bool,
    ) -> None:
        given = Grant(
            actor,
            role,
            (prefix,),
            (),
            self.moment(start),
            self.moment(until),
            may_grant,
        )
        self.submit(self.statement(issuer, self.granting(given)))

    @rule(
        giver=st.one_of(st.just(ACTORS[0]), subjects),
        actor=subjects,
        number=numbers,
        start=moments,
    )
    def pass_on(
        self, giver: str, actor: str, number: int, start: int | None
    ) -> None:
        """Somebody gives another what it holds itself, or from later on."""
        person = self.model.people.get(giver, Person())
        if not person.grants:
            return
        held = person.grants[number % len(person.grants)]
        given = Grant(
            actor,
            held.given.role,
            held.given.prefixes,
            (),
            held.given.start if start is None else self.moment(start),
            held.given.until,
            may_grant=number % 2 == 0,
        )
        self.submit(self.statement(giver, self.granting(given)))

    @rule(
        issuer=issuers,
        number=numbers,
        actor=st.one_of(st.none(), st.none(), subjects),
    )
    def take_grant(self, issuer: str, number: int, actor: str | None) -> None:
        """A grant is revoked, now and then one that *actor* does not hold."""
        grants = self.model.every_grant()
        holder, held = grants[number % len(grants)]
        self.take(issuer, actor or holder, held)

    @rule(number=numbers)
    def take_what_was_passed_on(self, number: int) -> None:
        """A grant is revoked from which others hang, and they with it."""
        grants = self.model.every_grant()
        parents = {id(held.parent) for _, held in grants}
        passed_on = [row for row in grants if id(row[1]) in parents]
        if passed_on:
            self.take(OPERATOR, *passed_on[number % len(passed_on)])

    def take(self, issuer: str, actor: str, held: HeldGrant) -> None:
        event = actors.revoke_grant(
            actor,
            granted_by=Hash(held.id),
            reason="why not",
            secret=self.world.secret(),
        )
        self.submit(self.statement(issuer, Taking(actor, held.id, event)))

    @rule(
        issuer=issuers,
        actor=people,
        kind=st.sampled_from(["add", "rotate", "revoke"]),
        old=st.sampled_from(KEYS),
        new=st.sampled_from(KEYS),
        by_itself=st.booleans(),
    )
    def change_keys(
        self,
        issuer: str,
        actor: str,
        kind: str,
        old: str,
        new: str,
        *,
        by_itself: bool,
    ) -> None:
        if actor == OPERATOR and kind == "revoke":
            # Without a key of the operator nothing much happens any more.
            kind = "rotate"
        old_id = signer_of(old).verifier.key_id
        signer, secret = signer_of(new), self.world.secret()
        change: KeyChange
        if kind == "add":
            event = actors.add_key(
                actor, signer=signer, origin=ORIGIN, secret=secret
            )
            change = KeyChange(actor, None, new, event)
        elif kind == "rotate":
            event = actors.rotate_key(
                actor, old=old_id, signer=signer, origin=ORIGIN, secret=secret
            )
            change = KeyChange(actor, old, new, event)
        else:
            event = actors.revoke_key(
                actor, old=old_id, reason="lost", secret=secret
            )
            change = KeyChange(actor, old, None, event)
        self.submit(self.statement(actor if by_itself else issuer, change))

    @rule(
        actor=subjects,
        key=st.sampled_from(KEYS),
        stranger=st.just("did:web:stranger.example"),
    )
    def half_wrong(self, actor: str, key: str, stranger: str) -> None:
        """A statement of which the last event is wrong changes nothing."""
        wrong = self.granting(Grant(stranger, "customs"))
        self.submit(self.statement(OPERATOR, self.enrolment(actor, key), wrong))

    # What happens to things.

    @rule(
        issuer=people,
        step=st.sampled_from(STEPS),
        items=st.lists(
            st.sampled_from(UNITS), min_size=1, max_size=3, unique=True
        ),
        carton=st.sampled_from(CARTONS),
    )
    def act(
        self, issuer: str, step: str, items: list[str], carton: str
    ) -> None:
        self.submit(self.statement(issuer, self.doing(step, items, carton)))

    @rule(is_put_in=st.booleans())
    def nest_cartons(self, *, is_put_in: bool) -> None:
        """The one carton goes into the other, or comes out again."""
        inner, carton = CARTONS
        step = "loading" if is_put_in else "unloading"
        self.submit(
            self.statement(ACTORS[0], self.doing(step, [inner], carton))
        )

    @rule(
        issuer=st.sampled_from(ACTORS[:2]),
        item=st.sampled_from(UNITS),
        seen=st.sampled_from(["head", "none", "older", "nonsense"]),
        times=st.integers(1, 2),
    )
    def demand(self, issuer: str, item: str, seen: str, times: int) -> None:
        """An event is to follow what its signer saw, twice over perhaps.

        The second of two statements then demands an older head.
        """
        trail = self.model.trails.get(item, [])
        start = reference.map_key(item)
        link = {
            "head": self.model.head(item),
            "none": start,
            "older": [start, start, *trail][-2],
            "nonsense": reference.H(b"nonsense"),
        }[seen]
        self.submit(
            *(
                self.statement(
                    issuer,
                    self.doing("inspecting", [item], after=[(item, link)]),
                )
                for _ in range(times)
            )
        )

    @rule(
        rows=st.lists(
            st.tuples(
                people, st.sampled_from(STEPS[:2]), st.sampled_from(UNITS)
            ),
            min_size=2,
            max_size=4,
        )
    )
    def come_together(self, rows: list[tuple[str, str, str]]) -> None:
        """Several submit at once; each is judged after those before."""
        self.submit(
            *(
                self.statement(issuer, self.doing(step, [item]))
                for issuer, step, item in rows
            )
        )

    @rule(
        actor=subjects,
        key=st.sampled_from(KEYS),
        item=st.sampled_from(UNITS),
    )
    def join_and_act(self, actor: str, key: str, item: str) -> None:
        """Somebody joins and signs before the others have heard of it."""
        role = self.granting(Grant(actor, "customs"))
        self.submit(
            self.statement(OPERATOR, self.enrolment(actor, key), role),
            self.statement(actor, self.doing("inspecting", [item]), key=key),
        )

    @rule(number=numbers)
    @precondition(lambda self: self.submitted)
    def say_it_again(self, number: int) -> None:
        """The same bytes again: the same index, or another verdict today."""
        self.submit(self.submitted[number % len(self.submitted)])

    @rule(number=numbers)
    @precondition(lambda self: self.submitted)
    def say_it_twice_at_once(self, number: int) -> None:
        again = self.submitted[number % len(self.submitted)]
        fresh = self.statement(
            ACTORS[0], self.doing("inspecting", [UNITS[number % len(UNITS)]])
        )
        self.submit(fresh, again, fresh)

    @rule(
        number=numbers,
        other=st.one_of(st.none(), people),
        has_more=st.booleans(),
    )
    @precondition(lambda self: self.done)
    def say_the_same(
        self, number: int, other: str | None, *, has_more: bool
    ) -> None:
        """An event that was said is signed anew, with other salts.

        Whether the first was logged or not, by whom, alone or with more.
        """
        issuer, doing = self.done[-1 - number % len(self.done)]
        more = [self.doing("inspecting", UNITS[:1])] if has_more else []
        self.submit(self.statement(other or issuer, self.repeat(doing), *more))

    @rule(
        issuer=st.sampled_from(ACTORS[:2]),
        items=st.lists(
            st.sampled_from(UNITS), min_size=1, max_size=3, unique=True
        ),
        is_one_statement=st.booleans(),
    )
    def say_the_same_at_once(
        self, issuer: str, items: list[str], *, is_one_statement: bool
    ) -> None:
        doing = self.doing("inspecting", items)
        both = [doing, self.repeat(doing)]
        if is_one_statement:
            self.submit(self.statement(issuer, *both))
        else:
            self.submit(*(self.statement(issuer, one) for one in both))

    def repeat(self, doing: Doing) -> Doing:
        event = make_event(
            doing.event.body, doing.event.items, secret=self.world.secret()
        )
        return dataclasses.replace(doing, event=event)

    @rule(
        issuer=people,
        key=st.sampled_from(KEYS),
        item=st.sampled_from(UNITS),
        fault=st.sampled_from(["key", "signature", "origin", "clock"]),
        ahead=st.sampled_from([GRACE, GRACE + 1]),
    )
    def do_wrong(
        self, issuer: str, key: str, item: str, fault: str, ahead: int
    ) -> None:
        doing = self.doing("inspecting", [item])
        if fault == "key":
            self.submit(self.statement(issuer, doing, key=key))
        elif fault == "origin":
            self.submit(self.statement(issuer, doing, origin="other.example"))
        elif fault == "clock":
            self.submit(self.statement(issuer, doing, ahead=ahead))
        else:
            self.submit(self.statement(issuer, doing).forged())

    # Time and restarts.

    @rule(minutes=st.sampled_from([-55, -7, -1, 1, 11, 45]))
    def clock_jumps(self, minutes: int) -> None:
        # A clock that is further behind the log's stops the ledger.
        self.world.now = max(
            self.world.now + minutes * MINUTE, self.model.time - 55 * MINUTE
        )

    @rule()
    def reopen(self) -> None:
        self.world.reopen()

    # What must be true.

    @rule(item=st.sampled_from([*UNITS, *CARTONS, *ACTORS]))
    def prove(self, item: str) -> None:
        """The story of any item, from the ledger as it is, is VERIFIED."""
        trail = self.model.trails.get(item)
        if trail is None:
            assert self.world.ledger.head(item) is None
            return
        head = self.world.ledger.head(item)
        assert head is not None
        assert (head.count, head.link) == (len(trail), trail[-1])
        verdict = examine_bundle(
            self.world.ledger.prove_item(item),
            trust=self.world.trust,
            # The log's time never goes back, the clock may have.
            now=max(self.world.now, self.model.time),
            item=item,
        )
        assert verdict.outcome is Outcome.VERIFIED, verdict.steps
        own = [moment for moment in verdict.timeline if moment.item == item]
        assert len({(m.log_index, m.position) for m in own}) == len(trail)

    @invariant()
    def the_log_has_grown_as_it_should(self) -> None:
        assert self.world.ledger.size == self.model.size

    @invariant()
    def the_writers_registry_is_the_models(self) -> None:
        registry = self.world.ledger._admission.registry
        assert held_by(registry) == self.held_by_model()

    @rule()
    def the_logs_registry_is_the_models(self) -> None:
        """The registry as anyone makes it anew from the log."""
        registry = self.world.ledger.registry()
        assert held_by(registry) == self.held_by_model()

    def held_by_model(self) -> dict[str, Holding]:
        return {
            actor: (
                {
                    signer_of(key).verifier.key_id: is_live
                    for key, is_live in person.keys.items()
                },
                {
                    held.id: any(
                        other.is_live
                        for other in person.grants
                        if other.given == held.given
                    )
                    for held in person.grants
                },
            )
            for actor, person in self.model.people.items()
        }


def held_by(registry: TrustRegistry) -> dict[str, Holding]:
    """Return what each actor holds, and whether it counts.

    Of a grant the registry can only be asked whether one like it counts.
    """
    return {
        actor.id: (
            {key_id: key.revoked is None for key_id, key in actor.keys.items()},
            {
                held.id: counts(registry, actor.id, held.grant)
                for held in actor.grants.values()
            },
        )
        for actor in registry.actors()
    }


def counts(registry: TrustRegistry, actor: str, given: Grant) -> bool:
    # What every role in play may say, whatever its prefixes.
    act = Act((Need(frozenset({"observing"})),))
    try:
        registry.require_act(
            actor, act, book=baseline(), holds=partial(eq, given)
        )
    except RoleNotGrantedError:
        return False
    return True


_EXAMPLES = os.environ.get("PROVENANCE_MACHINE_EXAMPLES")

LedgerMachine.TestCase.settings = settings(
    max_examples=int(_EXAMPLES or 35),
    stateful_step_count=30,
    # Always the same runs, unless longer ones are asked for.
    derandomize=_EXAMPLES is None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestLedgerMachine = LedgerMachine.TestCase
