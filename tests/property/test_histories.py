"""A slice of the histories of `tests.histories`, on every run."""

import collections
import random
import shutil

import pytest

from provenance.rules.table import RULES
from tests.histories.compare import KINDS, compare, history_of, judge
from tests.histories.history import codes_of, retold, stories, tell
from tests.histories.judged import JudgedWorld
from tests.histories.told import script, shortest
from tests.histories.voyage import HOUR, Recall, Truth
from tests.support.parts import lack
from tests.web.agree import python_says
from tests.world import LOT, can, sscc

SLICE = 60
SEED = 20_261_201


def test_what_the_ledger_refuses_no_bundle_of_a_slice_makes_verified() -> None:
    report = compare(SEED, 0, SLICE, kinds=KINDS[2:])
    print(f"seed {SEED}: {dict(report.said)}")
    assert report.faults == []
    # They are neither all refused nor all admitted.
    assert report.said["lying: FAILED"] > SLICE // 3
    assert report.said["lying: VERIFIED"] > SLICE // 3
    assert report.said["with something refused"] > SLICE // 3
    # Most rules that a bundle can hold are broken in some of them.
    known = {rule.name for rule in RULES}
    broken = {rule for rule in known if report.said[f"refused by {rule}"]}
    assert len(broken) >= 15


def test_a_recall_of_a_slice_is_told_just_where_it_was_meant() -> None:
    report = compare(SEED, 0, SLICE, kinds=KINDS[1:2])
    print(f"seed {SEED}: {dict(report.said)}")
    assert report.faults == []
    assert report.said["warned: INCOMPLETE"] > SLICE // 10
    assert report.said["warned: VERIFIED"] > SLICE // 3


def test_every_honest_history_of_a_slice_is_verified() -> None:
    report = compare(SEED, 0, SLICE, kinds=KINDS[:1])
    print(f"seed {SEED}: {dict(report.said)}")
    assert report.faults == []
    assert report.said.keys() == {"histories", "honest: VERIFIED"}


def test_javascript_says_the_same_of_a_slice() -> None:
    if shutil.which("node") is None:
        lack("no node")
    report = compare(SEED, SLICE, SLICE // 3, both=True)
    print(f"seed {SEED}: {dict(report.said)}")
    assert report.faults == []


def test_a_seed_makes_the_same_history_again() -> None:
    one, other = (history_of(SEED, 8, "lying") for _ in range(2))
    assert one.world.entries == other.world.entries
    assert one.world.entries != history_of(SEED, 9, "lying").world.entries


def test_a_history_that_was_refused_is_told_as_a_short_script() -> None:
    """The judge is not asleep: what it refuses is found, and little else."""

    def is_refused(history: object) -> bool:
        return bool(history.world.refused)  # type: ignore[attr-defined]  # a History

    history = next(
        history
        for number in range(50)
        if is_refused(history := history_of(SEED, number, "lying"))
    )
    short = shortest(history, is_refused)
    assert len(short.world.told) < len(history.world.told) // 4
    lines = [*script(short)]
    assert sum("REFUSED: " in line for line in lines) == len(
        short.world.refused
    )


def test_a_verifier_that_lets_a_lie_through_is_a_fault() -> None:
    for number in range(50):
        for story in stories(history_of(SEED, number, "lying")):
            if story.must_fail:
                said = {"answer": {"outcome": "VERIFIED", "checks": []}}
                assert "though refused" in next(story.faults(said))
                return
    pytest.fail("nothing was refused")


def test_a_verifier_that_blames_an_honest_story_is_a_fault() -> None:
    (story, *_) = stories(history_of(SEED, 0, "honest"))
    check = {"code": "PRV-1201", "outcome": "FAILED"}
    said = {"answer": {"outcome": "FAILED", "checks": [check]}}
    assert "though all was admitted" in next(story.faults(said))
    assert codes_of(said["answer"]) == {"PRV-1201"}


def test_the_truth_knows_what_was_in_what_and_when() -> None:
    truth = Truth(
        inside={
            can(1): [(sscc(1), 10, 50)],
            sscc(1): [(sscc(2), 20, 30), (sscc(3), 40, None)],
        },
        lot={can(1): LOT},
        inputs={LOT: {"urn:x:milk"}},
        recalls=[],
    )
    assert truth.spans_in(can(1)) == [
        (sscc(1), 10, 50), (sscc(2), 20, 30), (sscc(3), 40, 50),
    ]  # fmt: skip
    for item, time, said in (
        (sscc(2), 25, (True, True)), (sscc(2), 35, (False, True)),
        (sscc(3), 60, (False, True)), (sscc(9), 25, (False, False)),
        (LOT, 0, (True, True)), ("urn:x:milk", 99, (True, True)),
    ):  # fmt: skip
        truth.recalls = [Recall(item, time)]
        assert truth.expects(can(1)) == said, (item, time)
    truth.recalls = [Recall(sscc(2), 90, (29, 60))]
    assert truth.expects(can(1)) == (True, True)


def test_the_judge_takes_what_an_honest_ledger_takes_and_logs_the_rest() -> (
    None
):
    history = tell(random.Random(SEED), lies=False, warns=True)
    world = history.world
    assert world.refused == {}
    index = max(at[0] for at in world.events)
    world.now += HOUR
    world.replay(index)
    world.commit()
    assert {at[0] for at in world.refused} == {len(world.entries) - 2}
    said, faults = judge(history, "warned", None)
    assert "refused, though honest" in faults[-1]
    assert said.total() > 0


def test_retelling_a_history_makes_the_same_log() -> None:
    history = history_of(SEED, 4, "lying")
    again = retold(history.world.told, history).world
    both = history.world, again
    entries = [
        [e for n, e in enumerate(w.entries) if n not in w.commits] for w in both
    ]
    assert entries[0] == entries[1]
    refused = [
        collections.Counter(str(r.why) for r in w.refused.values())
        for w in both
    ]
    assert refused[0] == refused[1]
    assert isinstance(again, JudgedWorld)
    (story, *_) = stories(retold(history.world.told, history))
    assert "answer" in python_says(story.question)
