"""Changed bundles by the million: none of them is VERIFIED, but by the rule.

    python -m tests.mutants 1000000             so many mutants
    python -m tests.mutants 1000000 42          with the seed 42 again
    python -m tests.mutants 50000 42 --both     asked of JavaScript as well
    python -m tests.mutants --bits              each bit of four bundles
    python -m tests.mutants --bits --part 3/8   the third eighth of them

A mutant is a bundle that is VERIFIED, of the golden ones or of a story told
at random, with bytes, parts or meaning changed (`questions`); or what its
ledger would prove anew after something was left out or put in
(`tales.hurt`). It is held against the trust file, the clock and the item of
the bundle that it was made of. None may end in a traceback or take longer
than SECONDS; with `--both`, both languages must come to the same verdict.

The rule: a mutant is harmless, and may be VERIFIED, if it is a bundle of the
same item that is VERIFIED as it was made, but for three parts. The note may
have other signature lines, for of the witnesses only a quorum is wanted;
anchors may be missing, for they only narrow down when something was logged;
and the trail of an actor whom the trust file pins may be there or not where
the map proves that it is empty. Nothing else has two spellings. What the
ledger itself proves anew may besides have what no story needs (the trail of
something else, an entry of another kind, a concealed field) and lack what is
free to be withheld (such a field, the leaf of a class, a commitment, and
events of trails that the trust file does not ask for, of which the verdict
says that they are not there). Then the timeline must be the same but for those
fields and events.

The bits are those of the demo's bundle and of three small golden ones.

A mutant that breaks this is written to a file, with what was asked, and ends
in exit code 1.
"""

import argparse
import base64
import collections
import contextlib
import dataclasses
import datetime as dt
import json
import pathlib
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from provenance.cli.times import now
from provenance.demo.play import play
from provenance.demo.scenes import new_story
from provenance.encoding.base64 import encode_base64
from provenance.proof.bundle import parse_bundle
from provenance.proof.trust import format_trust, parse_trust
from provenance.tlog.patricia import MapMultiproof
from tests.web import tales
from tests.web.agree import Answerer, Findings, python_says
from tests.web.questions import Question, Questions

SECONDS = 5.0
"""How much processor time a mutant may take."""

UNASKED = "PRV-1004"
"""Says that an event is not shown for which the trust file does not ask."""

SMALL = ("verified-pinned", "verified-sealed", "verified-quorum")
"""The golden bundles each bit of which is flipped."""

_STORIES = 24
_STORY_LASTS = 400
"""After so many mutants another story takes the place of an old one."""


@dataclasses.dataclass(frozen=True)
class Base:
    """A bundle that is VERIFIED, and what it is held against.

    Attributes:
        bundle: Its bytes.
        trust: The trust file.
        now: The clock, in ms since 1970.
        item: Whose story it is.
        play: The world that it was told in; None for one of a file.
    """

    bundle: bytes
    trust: str
    now: int
    item: str
    play: tales.Play | None = None

    def normal(self, data: bytes) -> bytes:
        """Return a bundle without what may be otherwise in it (the rule)."""
        bundle = parse_bundle(data)
        pinned = {actor.id for actor in parse_trust(self.trust).actors}
        bare = dataclasses.replace(
            bundle,
            checkpoint=text_of(bundle.checkpoint),
            trails=tuple(
                trail
                for trail in bundle.trails
                if trail.count or trail.item not in pinned
            ),
            # It is of the trails, and has held.
            map_proof=MapMultiproof((), (), ()),
            anchors=(),
        )
        return bare.to_bytes()

    def is_harmless(self, data: bytes, honest: Iterable[bytes]) -> bool:
        """Return whether *data* is one of the *honest* bundles, by the rule."""
        anchors = anchors_of(data)
        mine = self.normal(data)
        return any(
            anchors <= anchors_of(other) and self.normal(other) == mine
            for other in honest
        )

    def question(self, data: bytes, *, moment: int | None = None) -> Question:
        """Return the question whether *data* is VERIFIED in its place."""
        return {
            "kind": "bundle",
            "bundle": encode_base64(data),
            "trust": self.trust,
            "now": self.now if moment is None else moment,
            "item": self.item,
        }


@dataclasses.dataclass
class Report:
    """What came of the mutants.

    Attributes:
        outcomes: Outcome → how many.
        harmless: How many were VERIFIED by the rule.
        faults: What broke it, each with its question.
        slowest: The most processor time that Python took for one, in s.
        both: What both languages said; None where one was asked.
    """

    outcomes: collections.Counter[str]
    harmless: int
    faults: list[tuple[str, Question]]
    slowest: float
    both: Findings | None

    @classmethod
    def empty(cls, *, both: bool = False) -> Self:
        found = Findings(collections.Counter(), [], collections.Counter())
        return cls(collections.Counter(), 0, [], 0.0, found if both else None)


class Mutants:
    """Makes mutants, the same ones from the same seed."""

    def __init__(self, seed: int) -> None:
        self._questions = Questions(seed)
        self._rng = self._questions.rng
        self._golden = list(golden_bases(self._questions))
        self._told: list[Base] = []
        self._honest = {base.item: set[bytes]() for base in self._golden}
        for base in self._golden:
            self._honest[base.item].add(base.bundle)
        self._made = 0

    def check(self, report: Report, answerer: Answerer | None = None) -> None:
        """Make a mutant, judge it, and write down what came of it."""
        self._tell()
        rng = self._rng
        told = bool(self._told) and rng.random() < 0.5
        base = rng.choice(self._told if told else self._golden)
        if base.play is not None and rng.random() < 0.06:
            self._check_proven(base, report, answerer)
            return
        other = rng.choice(self._told if told else self._golden)
        data = base.bundle
        while data == base.bundle:
            data = self._questions.changed(data, other.bundle)
        honest = self._honest[base.item]
        answer = ask(base.question(data), report, answerer)
        if answer["outcome"] == "VERIFIED":
            is_harmless = base.is_harmless(data, honest)
            judge(is_harmless, base.question(data), report)

    def _check_proven(
        self, base: Base, report: Report, answerer: Answerer | None
    ) -> None:
        assert base.play is not None
        bundle = tales.hurt(self._rng, base.play, parse_bundle(base.bundle))
        moment = max(base.now, base.play.now)
        question = base.question(bundle.to_bytes(), moment=moment)
        answer = ask(question, report, answerer)
        if answer["outcome"] == "VERIFIED":
            before = python_says(base.question(base.bundle))["answer"]
            same = same_story(before, answer)
            judge(same, question, report)

    def _tell(self) -> None:
        """Tell another story, where it is time for one."""
        self._made += 1
        if self._made % _STORY_LASTS != 1:
            return
        while True:
            base = told_base(self._questions)
            if base is not None:
                break
        self._told = [*self._told, base][-_STORIES:]
        honest = self._honest.setdefault(base.item, set())
        honest.add(base.bundle)


def golden_bases(questions: Questions) -> Iterator[Base]:
    """Yield the golden bundles that are VERIFIED."""
    for name, given in questions.named("bundle"):
        if name.startswith("verified-"):
            yield golden_base(questions, given)


def golden_base(questions: Questions, given: Mapping[str, Any]) -> Base:
    data = base64.b64decode(given["bundle"])
    trust = questions.trusts[f"good-{given['trust']}"]
    item = parse_bundle(data).subject
    return Base(data, trust, given["now"], item)


def told_base(questions: Questions) -> Base | None:
    """Return a story told at random; None if it is not VERIFIED."""
    play, _, told = tales.play_out(questions.rng)
    item = parse_bundle(told.bundle).subject
    base = Base(told.bundle, told.trust, told.now, item, play)
    said = python_says(base.question(base.bundle))
    return base if said["answer"]["outcome"] == "VERIFIED" else None


def text_of(note: str) -> str:
    """Return what is signed of a note."""
    return note.partition("\n\n")[0]


def anchors_of(data: bytes) -> set[str]:
    """Return the checkpoints of a bundle's anchors."""
    return {text_of(anchor.note) for anchor in parse_bundle(data).anchors}


def same_story(before: Any, after: Any) -> bool:
    """Return whether the verdict *after* tells what *before* does.

    It may lack events of trails that the trust file does not ask for if it
    says of which (PRV-1004), and may have other concealed fields; what both
    have of one event is the same.
    """
    lacking = {n["subject"] for n in after["notices"] if n["code"] == UNASKED}
    told = {(row["entry"], row["event"]): row for row in after["timeline"]}
    for old in before["timeline"]:
        new = told.pop((old["entry"], old["event"]), None)
        if new is None:
            if old["item"] not in lacking:
                return False
            continue
        both = old["fields"].keys() & new["fields"].keys()
        if {**old, "fields": new["fields"]} != new or any(
            old["fields"][name] != new["fields"][name] for name in both
        ):
            return False
    return not told


def ask(
    question: Question, report: Report, answerer: Answerer | None
) -> Mapping[str, Any]:
    """Return the verdict, with what it took and what JavaScript says noted."""
    begin = time.process_time()
    said = python_says(question)
    taken = time.process_time() - begin
    report.slowest = max(report.slowest, taken)
    if "answer" not in said:
        report.faults.append((f"no verdict: {said}", question))
        return {"outcome": "none"}
    answer: Mapping[str, Any] = said["answer"]
    report.outcomes[answer["outcome"]] += 1
    if taken > SECONDS:
        report.faults.append((f"{taken:.1f} s", question))
    if answerer is not None:
        assert report.both is not None
        report.both.add(question, said, answerer.ask(question))
    return answer


def judge(is_harmless: bool, question: Question, report: Report) -> None:
    """Count a mutant that is VERIFIED as harmless, or as a fault."""
    if is_harmless:
        report.harmless += 1
    else:
        report.faults.append(("VERIFIED, though not by the rule", question))


# Bits.


def small_bases() -> list[Base]:
    questions = Questions(0)
    given = dict(questions.named("bundle"))
    return [golden_base(questions, given[name]) for name in SMALL]


def demo_base() -> Base:
    """Return the bundle of the demo's can, told now."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        story = new_story(24, now=dt.datetime.now(dt.UTC))
        played = play(
            story, ledger=folder / "ledger", witnesses=folder / "seen"
        )
        item = parse_bundle(played.bundle).subject
        return Base(played.bundle, format_trust(played.trust), now(), item)


def check_bits(base: Base, bits: Iterable[int], report: Report) -> None:
    """Flip each of these bits of a bundle alone."""
    data = bytearray(base.bundle)
    for bit in bits:
        data[bit >> 3] ^= 1 << (bit & 7)
        question = base.question(bytes(data))
        if ask(question, report, None)["outcome"] == "VERIFIED":
            is_harmless = base.is_harmless(bytes(data), [base.bundle])
            judge(is_harmless, question, report)
        data[bit >> 3] ^= 1 << (bit & 7)


def check_all_bits(part: int, parts: int) -> Report:
    report = Report.empty()
    for base in (*small_bases(), demo_base()):
        bits = range(part - 1, len(base.bundle) * 8, parts)
        check_bits(base, bits, report)
        print(f"{len(bits)} bits of {base.item}", flush=True)
    return report


def check_mutants(
    count: int, seed: int, answerer: Answerer | None = None
) -> Report:
    report = Report.empty(both=answerer is not None)
    mutants = Mutants(seed)
    for number in range(1, count + 1):
        mutants.check(report, answerer)
        if number % 10_000 == 0:
            print(f"{number}: {dict(report.outcomes)}", flush=True)
    return report


def tell(report: Report) -> int:
    """Print what came of it, and return the exit code."""
    for outcome, number in sorted(report.outcomes.items()):
        print(f"{number:9} {outcome}")
    print(f"{report.harmless} of them harmless by the rule")
    print(f"the slowest took {report.slowest * 1000:.0f} ms")
    faults = list(report.faults)
    if report.both is not None:
        faults += report.both.disagreements
        print(f"{len(report.both.disagreements)} disagreements")
    if faults:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="mutants-"))
        for number, (text, question) in enumerate(faults):
            path = folder / f"{number}.json"
            path.write_text(json.dumps(question))
            print(f"{text[:1000]}\n    asked: {path}")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=0)
    parser.add_argument(
        "seed", type=int, nargs="?", default=time.time_ns() % 10**9
    )
    parser.add_argument("--both", action="store_true")
    parser.add_argument("--bits", action="store_true")
    parser.add_argument("--part", default="1/1")
    options = parser.parse_args()
    if options.bits:
        part, parts = map(int, options.part.split("/"))
        return tell(check_all_bits(part, parts))
    print(f"seed {options.seed}", flush=True)
    with contextlib.ExitStack() as stack:
        answerer = stack.enter_context(Answerer()) if options.both else None
        return tell(check_mutants(options.count, options.seed, answerer))


if __name__ == "__main__":
    sys.exit(main())
