"""A history: a voyage that was logged, with lies or without, and its stories."""

import base64
import dataclasses
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Event
from provenance.proof.bundle import Bundle
from provenance.proof.trails import Position
from provenance.proof.trust import format_trust
from tests.histories.judged import SECOND, JudgedWorld, Told
from tests.histories.lies import Liar
from tests.histories.voyage import DAY, HOUR, ROLES, Truth, Voyage
from tests.world import LOT, OWNER, START, can, signer_of, sscc

Question = Mapping[str, Any]
"""What `tests.web.agree` asks both languages."""

RECALLS = {"PRV-1401"}
DOUBTS = {"PRV-1409"}
UNDATED = {"PRV-1202", "PRV-1206"}
"""What an honest log's story can lack: a date that is sure to the hour."""


@dataclasses.dataclass
class History:
    """A log, and what truly happened as far as that is known.

    Attributes:
        world: The log.
        truth: What happened; None where lies were logged.
        items: Whose stories are asked for.
    """

    world: JudgedWorld
    truth: Truth | None
    items: Sequence[str]


def tell(rng: random.Random, *, lies: bool, warns: bool) -> History:
    """Return a history made up by *rng*.

    Args:
        rng: Decides all.
        lies: Whether there may be lies.
        warns: Whether there may be recalls.
    """
    world = JudgedWorld(
        witnesses=rng.choice(((), (), ("w1", "w2", "w3"))),
        threshold=rng.choice((1, 1, 1, 2)),
    )
    found(rng, world)
    voyage = Voyage(rng, world.secret, warns=warns)
    liar = Liar(rng, world) if lies else None
    chance = rng.choice((0.05, 0.2, 0.5))
    for report in voyage.reports:
        world.now = max(world.now + 1, report.logged)
        between(rng, world, voyage)
        world.say(report.issuer, *report.events)
        if liar is not None and rng.random() < chance:
            world.now += rng.randrange(HOUR)
            liar.lie()
        if world.dated or rng.random() < 0.3:
            world.commit()
    world.now += rng.choice((1000, HOUR, 2 * DAY))
    world.commit()
    others = [can(2), can(3), sscc(1), sscc(2), LOT]
    known = [item for item in others if item in world.trails]
    items = [can(1), *rng.sample(known, min(1, len(known)))]
    return History(world, None if lies else voyage.truth, items)


def found(rng: random.Random, world: JudgedWorld) -> None:
    """Enrol everybody."""
    world.now = START
    for name, role in ROLES.items():
        given = role
        if rng.random() < 0.15 and name in {"carrier", "shop"}:
            given = dataclasses.replace(
                role, start=START - DAY, until=START + 900 * DAY
            )
            world.dated = True
        join(world, name, given)
        world.now += 1000
    join(
        world,
        "boss",
        Grant("", "carrier", may_grant=True),
        Grant("", "producer", prefixes=("9506000",), may_grant=True),
    )
    if rng.random() < 0.3:
        # The carrier's right is passed on to it, not given by an authority.
        boss = "did:web:boss.example"
        world.now += 1000
        given = Grant("did:web:carrier.example", "carrier")
        world.say(boss, actors.grant(given, secret=world.secret()))
    world.signers["did:web:stranger.example"] = signer_of("stranger")
    world.now += 1000
    world.commit()


def join(world: JudgedWorld, name: str, *grants: Grant) -> str:
    """Enrol an actor, and grant it roles, by as many as that takes."""
    actor = f"did:web:{name}.example"
    world.signers[actor] = signer_of(name)
    world.agree(lambda: world.enrolled(actor, name=name))
    for given in grants:
        mine = dataclasses.replace(given, actor=actor)
        world.agree(lambda mine=mine: actors.grant(mine, secret=world.secret()))  # type: ignore[misc]  # a default of its own type
    return actor


def between(rng: random.Random, world: JudgedWorld, voyage: Voyage) -> None:
    """Perhaps put a new key in the place of an old one, or grant anew."""
    if rng.random() > 0.06:
        return
    actor = voyage.id(rng.choice([*ROLES]))
    old = world.signers[actor]
    new = signer_of(f"{actor} {world.now}")
    keys: dict[str, Any] = {
        "origin": world.log_signer.name,
        "secret": world.secret(),
    }
    event: Event
    if rng.random() < 0.7:
        event = actors.rotate_key(
            actor, old=old.verifier.key_id, signer=new, **keys
        )
    else:
        event = actors.add_key(actor, signer=new, **keys)
    world.say(actor, event)
    world.signers[actor] = new
    world.now += 1000


# Stories.


@dataclasses.dataclass(frozen=True)
class Story:
    """What is asked about one item, and what may be answered.

    Attributes:
        question: The bundle, and what it is held against.
        must_fail: What the judge refused and the bundle shows.
        is_clean: Whether nothing on any trail that it shows was refused.
        expects: Which codes must be there, and which may, of a clean one.
    """

    question: Question
    must_fail: Sequence[str]
    is_clean: bool
    expects: tuple[frozenset[str], frozenset[str]]

    def faults(self, said: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong with a verdict."""
        if "answer" not in said:
            yield f"no verdict: {said}"
            return
        verdict = said["answer"]
        outcome, codes = verdict["outcome"], codes_of(verdict)
        if self.must_fail and outcome == "VERIFIED":
            yield f"VERIFIED, though refused: {self.must_fail[0]}"
        if not self.is_clean:
            return
        if outcome not in {"VERIFIED", "INCOMPLETE"}:
            yield f"{outcome} by {sorted(codes)}, though all was admitted"
            return
        must, may = self.expects
        if not must <= codes:
            yield f"{sorted(must - codes)} missing of {sorted(codes)}"
        if not codes <= must | may:
            yield f"{sorted(codes - must - may)} said of an honest story"


def codes_of(verdict: Mapping[str, Any]) -> set[str]:
    """Return the codes of the checks that did not pass."""
    return {
        check["code"]
        for check in verdict["checks"]
        if check["outcome"] != "VERIFIED" and check["code"] != "PRV-0001"
    }


def stories(history: History) -> Iterator[Story]:
    """Yield what is to be asked of a history."""
    world = history.world
    trust = format_trust(world.trust())
    for item in history.items:
        bundle = world.bundle(item, times=world.commits[:-1], commit=False)
        question = {
            "kind": "bundle",
            "bundle": base64.b64encode(bundle.to_bytes()).decode(),
            "trust": trust,
            "now": world.now,
            "item": item,
        }
        must_fail, is_clean = judged(world, bundle)
        yield Story(question, must_fail, is_clean, expected(history, item))


def judged(world: JudgedWorld, bundle: Bundle) -> tuple[list[str], bool]:
    """Return why a bundle must not be VERIFIED, and whether it is clean."""
    shown: dict[Position, set[int]] = {}
    for statement in bundle.statements:
        for event in statement.events:
            leaves = {item.number for item in event.items}
            shown[statement.log_index, event.position] = leaves
    trails = {trail.item for trail in bundle.trails}
    linked = {
        link.place
        for trail in bundle.trails
        for link in world.trails.get(trail.item, ())
    }
    reasons = [
        f"entry {at[0]}, event {at[1]}: {refused.why}"
        for at, refused in world.refused.items()
        if at in shown
        and (
            refused.shows(shown[at], trails)
            or not refused.partners.isdisjoint(shown)
        )
    ]
    return reasons, linked.union(shown).isdisjoint(world.refused)


def expected(
    history: History, item: str
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the codes that a clean story must have, and may."""
    may = set[str]()
    if history.world.dated and history.world.witnesses:
        may |= UNDATED
    truth = history.truth
    if truth is None:
        return frozenset(), frozenset(
            may | RECALLS | DOUBTS | {"PRV-1301", "PRV-1406"}
        )
    must_alarm, may_doubt = truth.expects(item)
    if truth.is_late:
        return frozenset(), frozenset(
            may | (RECALLS | DOUBTS if truth.recalls else set())
        )
    if must_alarm:
        return frozenset(RECALLS), frozenset(may | DOUBTS)
    # A recall between two reports may meet a stay by its place in the log.
    return frozenset(), frozenset(
        may | (RECALLS | DOUBTS if may_doubt else set())
    )


# Telling it again, shorter.


def retold(told: Sequence[Told], history: History) -> History:
    """Return the history of these things told, in a new log."""
    old = history.world
    names = [w.name.removesuffix(".example") for w in old.witnesses]
    world = JudgedWorld(witnesses=names, threshold=old.threshold)
    world.dated = old.dated
    world.signers.update(old.signers)
    for each in told:
        world.now = each.now
        if not each.issuer:
            world.commit()
        elif each.again is not None:
            if each.again in world.entries:
                world.replay(world.entries.index(each.again))
        else:
            world.say(
                each.issuer,
                *each.events,
                signer=each.signer,
                origin=each.origin,
            )
    world.now = old.now
    world.commit()
    items = [item for item in history.items if item in world.trails]
    return History(world, None, items)


__all__ = ["OWNER", "SECOND", "History", "Story", "retold", "stories", "tell"]
