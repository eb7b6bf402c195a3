"""One ledger with everything that the page is shown.

It is the demo's import, played with fewer cans, and then gone on with: a can
is recalled, and somebody with a hostile name says hostile things. A real node
serves it. What a cheat would hand out in a bundle's place is made with the
demo's own attacks.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provenance.claims.actor import Grant, enrol, grant
from provenance.claims.event import Event, Item, make_event
from provenance.cli.times import now
from provenance.demo import attacks
from provenance.demo.cast import DAIRY, PLANT, unknown_can
from provenance.demo.epcis import scene, seen
from provenance.demo.play import (
    ORIGIN,
    Played,
    StoryClock,
    play,
    prove_witnessed,
)
from provenance.demo.scenes import new_story
from provenance.folder import open_ledger, open_reader
from provenance.intake.prepare import prepare_document
from provenance.keys import Signer
from provenance.ledger.ledger import Ledger
from provenance.proof.bundle import parse_bundle
from provenance.proof.verdict import Outcome, Verdict
from provenance.proof.verify import examine_bundle

CANS = 24

HOSTILE_ACTOR = "did:web:hostile.example"
HOSTILE_PREFIX = "9506000"
HOSTILE_CAN = "https://id.gs1.org/01/09506000134352/21/HOSTILE"
LONG_CAN = "https://id.gs1.org/01/09506000134352/21/LONG"
LONG = 300
"""How often that can was looked at: more than a page shows of it at first."""
HOSTILE_MARK = "<img src=x onerror=document.body.dataset.harmed=1>"
HOSTILE_NAME = (
    f'{HOSTILE_MARK}"></li><script>document.body.dataset.harmed=1</script>'
    + "W" * 60
)
"""As long as a name may be; nobody is enrolled by one that hides something."""

HOSTILE_WORDS = f"{HOSTILE_NAME}\u202e\u2067emanresu\u0007 " + "W" * 10_000
"""What stands deep in an event may be anything."""


@dataclass(frozen=True)
class Stage:
    """What is there to look at.

    Attributes:
        played: The demo's import: the ledger, the keys, its things.
        recalled: A can that its maker called back.
        hostile: A can of which HTML, marks of direction and very long words
            are said.
        long: A can of which so much is said that a stretch is skipped.
        unknown: A can of which nothing is said.
    """

    played: Played
    recalled: str
    hostile: str
    long: str
    unknown: str

    @property
    def can(self) -> str:
        """The can whose story is told."""
        return self.played.story.goods.can

    @property
    def other_can(self) -> str:
        """Another one."""
        return self.played.story.goods.other_can

    def bundle(self, item: str) -> bytes:
        """Return the bundle of *item* that an honest node gives."""
        with open_reader(self.played.ledger) as ledger:
            return ledger.prove_item(item)

    def verdict(self, bundle: bytes, item: str | None = None) -> Verdict:
        """Return what Python finds."""
        return examine_bundle(
            bundle, trust=self.played.trust, now=now(), item=item
        )

    def left_out(self, step: str) -> bytes:
        """Return the can's bundle without the event of *step*."""
        data = self.bundle(self.can)
        gone = next(
            moment
            for moment in self.verdict(data).timeline
            if moment.step == step
        )
        at = (gone.log_index, gone.position)
        return attacks._without_links(parse_bundle(data), at).to_bytes()


def set_stage(folder: Path) -> Stage:
    """Play everything on a new ledger in *folder*."""
    moment = datetime.fromtimestamp(now() / 1000, UTC)
    story = new_story(CANS, now=moment)
    played = play(
        story, ledger=folder / "ledger", witnesses=folder / "witnesses"
    )
    recalled = story.goods.cans[2]
    clock = StoryClock(now())
    with open_ledger(played.ledger, clock=clock) as ledger:
        _recall(ledger, played, recalled, moment)
        signer = _say_hostile_things(ledger, played, clock)
        _tell_a_long_story(ledger, clock, signer)
        # Cosigned, it has the last word.
        prove_witnessed(ledger, story.goods.can, played.keys, played.witnesses)
    stage = Stage(played, recalled, HOSTILE_CAN, LONG_CAN, unknown_can())
    wanted: Mapping[str, Outcome] = {
        stage.can: Outcome.VERIFIED,
        stage.other_can: Outcome.VERIFIED,
        stage.recalled: Outcome.INCOMPLETE,
        stage.hostile: Outcome.VERIFIED,
        stage.long: Outcome.VERIFIED,
    }
    for item, outcome in wanted.items():
        verdict = stage.verdict(stage.bundle(item), item)
        assert verdict.outcome is outcome, verdict.steps
    return stage


def _recall(ledger: Ledger, played: Played, can: str, moment: datetime) -> None:
    said = seen(moment, "recalled", PLANT, [can])
    ledger.append(
        prepare_document(scene(DAIRY, said).document),
        signer=played.keys.parties[DAIRY.id],
        issuer=DAIRY.id,
    )


def _say_hostile_things(
    ledger: Ledger, played: Played, clock: StoryClock
) -> Signer:
    """Say them; return the key of who says them."""
    signer = Signer.generate()

    def enrolled() -> Event:
        return enrol(
            HOSTILE_ACTOR,
            name=HOSTILE_NAME,
            signer=signer,
            origin=ORIGIN,
            secret=secrets.token_bytes(32),
        )

    def granted() -> Event:
        return grant(
            Grant(HOSTILE_ACTOR, "producer", prefixes=(HOSTILE_PREFIX,)),
            secret=secrets.token_bytes(32),
        )

    for said in (enrolled, granted):
        for authority, key in played.keys.authorities.items():
            # A registry hears each event once: each says it in its own.
            ledger.append([said()], signer=key, issuer=authority)
    ledger.append(
        [_hostile_event(clock.now, "ADD", "commissioning"),
         _hostile_event(clock.now, "OBSERVE", "inspecting")],
        signer=signer,
        issuer=HOSTILE_ACTOR,
    )  # fmt: skip
    return signer


def _tell_a_long_story(
    ledger: Ledger, clock: StoryClock, signer: Signer
) -> None:
    """Make a can, and look at it once a day from then on."""
    day = 86_400_000
    events = []
    for number in range(LONG):
        when = datetime.fromtimestamp(
            (clock.now - (LONG - number) * day) / 1000, UTC
        )
        body = {
            "type": "ObjectEvent",
            "action": "OBSERVE" if number else "ADD",
            "bizStep": "inspecting" if number else "commissioning",
            "eventTime": when.isoformat(timespec="milliseconds"),
            "eventTimeZoneOffset": "+00:00",
        }
        items = [Item("epcList", LONG_CAN)]
        events.append(make_event(body, items, secret=secrets.token_bytes(32)))
    ledger.append(events, signer=signer, issuer=HOSTILE_ACTOR)


def _hostile_event(time: int, action: str, step: str) -> Event:
    when = datetime.fromtimestamp(time / 1000, UTC)
    body: dict[str, Any] = {
        "type": "ObjectEvent",
        "action": action,
        "bizStep": step,
        "disposition": "javascript:alert(1)",
        "eventTime": when.isoformat(timespec="milliseconds").replace(
            "+00:00", "Z"
        ),
        "eventTimeZoneOffset": "+00:00",
        "readPoint": {"id": "javascript:document.body.dataset.harmed=1"},
        "sensorElementList": [
            {
                "sensorReport": [
                    {
                        "type": HOSTILE_MARK,
                        "stringValue": HOSTILE_WORDS,
                        "uom": HOSTILE_MARK,
                    }
                ]
            }
        ],
        "certificationInfo": "javascript:document.body.dataset.harmed=1",
        HOSTILE_MARK: {HOSTILE_MARK: HOSTILE_WORDS},
    }
    return make_event(
        body, [Item("epcList", HOSTILE_CAN)], secret=secrets.token_bytes(32)
    )
