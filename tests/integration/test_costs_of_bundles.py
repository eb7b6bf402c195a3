"""Whoever sends a bundle pays for it: no bomb, and no quadratic proof."""

import pathlib
import subprocess
import sys
import textwrap
import time

import pytest

from provenance.claims.event import Item, make_event
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle
from tests.ledger_world import PRODUCER, LedgerWorld, body

SIZE = 8 * 2**20

BOMBS = {
    "empty arrays": rb'b"\xdd" + SIZE.to_bytes(4, "big") + b"\x90" * SIZE',
    "empty maps": rb'b"\xdd" + SIZE.to_bytes(4, "big") + b"\x80" * SIZE',
    "nothing": rb'b"\xdd" + SIZE.to_bytes(4, "big") + b"\xc0" * SIZE',
    "letters": rb'b"\xdd" + (SIZE // 2).to_bytes(4, "big") + b"\xa1a" * (SIZE // 2)',
    "fractions": rb'b"\xdd" + (SIZE // 9).to_bytes(4, "big") + b"\xcb?\xe0\0\0\0\0\0\1" * (SIZE // 9)',
    "depth": rb'b"\x91" * SIZE',
    "a bundle of statements": rb'GOOD[: GOOD.index(b"\xdc")] + b"\xdd" + SIZE.to_bytes(4, "big") + b"\x90" * SIZE',
    "a bundle of trails": rb'GOOD[:-40] + b"\xdd" + SIZE.to_bytes(4, "big") + b"\x94" * SIZE',
}  # fmt: skip
"""What is sent → the Python that makes its bytes."""

CHILD = """
import resource, sys, time
from provenance.proof.verify import examine_bundle
from tests.world import can, story

SIZE = {size}
world = story()
GOOD = world.bundle(can(1)).to_bytes() + b"\\xdc"
trust = world.trust()
examine_bundle(GOOD, trust=trust, now=world.now)
data = {bomb}
rest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
verdict = examine_bundle(data, trust=trust, now=world.now)
print(time.process_time() - began)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - rest)
print(verdict.outcome, verdict.steps[0].code)
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bundle_that_is_small_to_send_is_small_to_read(name: str) -> None:
    bomb = BOMBS[name].decode()
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent(CHILD).format(size=SIZE, bomb=bomb),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    seconds, kilobytes, said = done.stdout.splitlines()
    assert said in {"UNKNOWN PRV-0101", "FAILED PRV-0102"}
    assert float(seconds) < 1
    unit = 2**20 if sys.platform == "darwin" else 1024
    assert int(kilobytes) * unit < 100 * 2**20 * (unit // 1024 or 1)


LOT = "https://id.gs1.org/01/09506000134352/10/L7"
UNIT = "https://id.gs1.org/01/09506000134352/21/U1"


def proving(folder: pathlib.Path, count: int) -> float:
    """Return how long the unit's bundle takes, in s of the processor.

    Its lot has *count* events, all of them in one statement.
    """
    world = LedgerWorld(folder)
    world.enrol(PRODUCER, "producer", prefixes=("9506000",))
    made = make_event(
        body(
            action="ADD",
            bizStep="commissioning",
            ilmd={"cbvmda:lotNumber": "L7"},
        ),
        [Item("epcList", UNIT)],
        secret=world.secret(),
    )
    seen = [
        make_event(
            body(eventTime=f"2026-02-01T09:{n // 60 % 60:02}:{n % 60:02}.{n // 3600:03}Z"),
            [Item("quantityList", LOT, 1, None)],
            secret=world.secret(),
        )
        for n in range(count)
    ]  # fmt: skip
    for answer in world.ledger.submit(
        [world.sign(PRODUCER, made), world.sign(PRODUCER, *seen)]
    ):
        assert not isinstance(answer, Exception), answer
    taken, data = [], b""
    for _ in range(3):
        began = time.process_time()
        data = world.ledger.prove_item(UNIT)
        taken.append(time.process_time() - began)
    verdict = examine_bundle(data, trust=world.trust, now=world.now, item=UNIT)
    assert verdict.outcome is Outcome.VERIFIED
    world.ledger.close()
    return min(taken)


def test_four_times_the_events_of_a_statement_take_four_times_as_long(
    tmp_path: pathlib.Path,
) -> None:
    few, many = (
        proving(tmp_path / f"{count}", count) for count in (2000, 8000)
    )
    print(f"{few:.3f} s, {many:.3f} s")
    assert many < max(4.5 * few, 0.05)
    assert many < 1
