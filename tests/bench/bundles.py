"""How large bundles are, and how long making and verifying them takes.

    python -m tests.bench.bundles [--items 1000000] [--links 200000]
                                  [--siblings 50000] [--events 8000]
                                  [--only demo,twelve,long,siblings,many]

1. demo      the demo's can: its bytes, and deflated as a server sends them.
2. twelve    items of 12 events among --items others, one event a statement
             and 100 a statement: the events scattered over the whole log,
             and in statements that are near to each other.
3. long      an item of --links events with a recall early on, which the
             verifier must find.
4. siblings  an item that was made with --siblings others in one event, with
             nothing at hand (a ledger just opened) and warm.
5. many      an item with a lot of which --events things were said in one
             statement, half of them warnings; and twice as many.

Times are medians of processor time, beside how many Ed25519 signatures
OpenSSL checks on one core in that time.
"""

import argparse
import random
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from click.testing import CliRunner

from provenance.claims.event import Event, Item, make_event
from provenance.cli import main as provenance
from provenance.folder import open_ledger, open_reader
from provenance.ledger.ledger import Ledger, clock_now
from provenance.ledger.read import LedgerReader
from provenance.proof.bundle import SUFFIX
from provenance.proof.verdict import Outcome, Verdict
from provenance.proof.verify import examine_bundle
from tests.bench import corpus
from tests.bench.machine import openssl_verify_rate

STORIES = 200
EVENTS = 12
ROUNDS = 15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--links", type=int, default=200_000)
    parser.add_argument("--siblings", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=8_000)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    for name in options.only.split(","):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            PARTS[name](Path(folder), options)


# The parts.


def demo(folder: Path, options: argparse.Namespace) -> None:
    del options
    result = CliRunner().invoke(provenance, ["demo", str(folder / "demo")])
    if result.exception is not None:
        sys.exit(f"the demo failed: {result.output}")
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        say_size(f"the demo's {path.name}", path.read_bytes())


def twelve(folder: Path, options: argparse.Namespace) -> None:
    for per_statement in (1, 100):
        here = folder / str(per_statement)
        with corpus.new_ledger(here) as ledger:
            first: int = options.items
            scattered = range(first, first + STORIES)
            near = range(first + STORIES, first + 2 * STORIES)
            for step in range(EVENTS):
                start, stop = (
                    part * options.items // EVENTS for part in (step, step + 1)
                )
                for number in range(start, stop, 50_000):
                    part = range(number, min(number + 50_000, stop))
                    corpus.append(ledger, part, per_statement=per_statement)
                corpus.append(
                    ledger, scattered, step=step, per_statement=per_statement
                )
            for step in range(EVENTS):
                corpus.append(
                    ledger, near, step=step, per_statement=per_statement
                )
            print(
                f"{EVENTS} events among {first:,} items, {per_statement} a statement"
            )
            measure(ledger, "scattered", scattered)
            measure(ledger, "near to each other", near)


def measure(ledger: Ledger, how: str, stories: range) -> None:
    numbers = list(stories)
    random.Random(1).shuffle(numbers)
    bundles, made = [], []
    for number in numbers:
        start = time.process_time()
        bundles.append(ledger.prove_item(corpus.item(number)))
        made.append((time.process_time() - start) * 1e3)
    sizes = sorted(len(zlib.compress(data, 6)) for data in bundles)
    print(
        f"  {how}: {median(map(len, bundles)):,.0f} bytes, deflated"
        f" {median(sizes):,.0f} (at most {sizes[-1]:,})"
    )
    say_time("made", made)
    say_time("verified", [cpu(partial(whole, ledger, b)) for b in bundles])


def long(folder: Path, options: argparse.Namespace) -> None:
    count: int = options.links
    with corpus.new_ledger(folder / "ledger") as ledger:
        said = [observed(n, is_warning=n == count // 50) for n in range(count)]
        submit(ledger, said, per_statement=1_000)
        made, warm = proven(ledger, corpus.item(0))
        say_size(f"an item of {count:,} events", made)
        say_time("made", warm)
        verdict, times = examined(ledger, made)
        codes = {notice.code for notice in verdict.notices}
        assert {"PRV-1401", "PRV-1006"} <= codes, verdict
        assert verdict.outcome is Outcome.INCOMPLETE, verdict
        say_time("verified, and the recall found", times)


def siblings(folder: Path, options: argparse.Namespace) -> None:
    for count in (options.siblings // 10, options.siblings):
        here = folder / str(count)
        items = [corpus.item(number) for number in range(count)]
        with corpus.new_ledger(here) as ledger:
            made = make_event(
                {
                    "type": "ObjectEvent",
                    "action": "ADD",
                    "bizStep": "commissioning",
                    "eventTime": "2026-03-01T09:00:00Z",
                },
                [Item("epcList", item) for item in items],
                secret=corpus.secret("siblings"),
            )
            submit(ledger, [made], per_statement=1)
        cold = []
        for number in range(ROUNDS):
            with open_reader(here) as reader:
                item = items[number * 997 % count]
                cold.append(cpu(partial(reader.prove_item, item)))
        with open_ledger(here) as ledger:
            data, warm = proven(ledger, items[count // 2])
            say_size(f"an item made with {count:,} others", data)
            say_time("made in a ledger just opened", cold)
            say_time("made again", warm)
            verdict, times = examined(ledger, data)
            assert verdict.outcome is Outcome.VERIFIED, verdict
            say_time("verified", times)


def many(folder: Path, options: argparse.Namespace) -> None:
    for count in (options.events, 2 * options.events):
        with corpus.new_ledger(folder / str(count)) as ledger:
            said = [
                observed(n, is_warning=n % 2 == 0, item=lot())
                for n in range(count)
            ]
            unit = make_event(
                {
                    "type": "ObjectEvent",
                    "action": "ADD",
                    "bizStep": "commissioning",
                    "eventTime": "2026-03-01T09:00:00Z",
                    "ilmd": {"cbvmda:lotNumber": "L7"},
                },
                [Item("epcList", corpus.item(0))],
                secret=corpus.secret("unit"),
            )
            submit(ledger, [unit], per_statement=1)
            submit(ledger, said, per_statement=count)
            data, times = proven(ledger, corpus.item(0), rounds=3)
            say_size(f"{count:,} events of one statement", data)
            say_time("made", times)
            verdict, times = examined(ledger, data, rounds=3)
            assert verdict.outcome is Outcome.INCOMPLETE, verdict
            say_time("verified", times)


PARTS: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "demo": demo,
    "twelve": twelve,
    "long": long,
    "siblings": siblings,
    "many": many,
}


# What is logged.


def lot() -> Item:
    return Item("quantityList", f"{corpus.GTIN}/10/L7", 1, None)


def observed(
    number: int, *, is_warning: bool, item: Item | None = None
) -> Event:
    """Return observation *number* of an item, of item 0 if not said."""
    minute, thousandths = divmod(number, 60_000)
    second, thousandths = divmod(thousandths, 1_000)
    body: dict[str, object] = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "disposition": "recalled" if is_warning else "in_progress",
        "eventTime": f"2026-03-02T09:{minute:02}:{second:02}.{thousandths:03}Z",
        "readPoint": {"id": corpus.PLACE},
    }
    return make_event(
        body,
        [Item("epcList", corpus.item(0)) if item is None else item],
        secret=corpus.secret(f"observed {number}"),
    )


def submit(
    ledger: Ledger, events: Sequence[Event], *, per_statement: int
) -> None:
    name = corpus.actor_name(0)
    for start in range(0, len(events), per_statement):
        ledger.append(
            events[start : start + per_statement],
            signer=corpus.signer_of(name),
            issuer=name,
        )


# Measuring.


def cpu(run: Callable[[], object]) -> float:
    """Return the processor time that *run* takes, in ms."""
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1e3


def proven(
    ledger: LedgerReader, item: str, *, rounds: int = ROUNDS
) -> tuple[bytes, list[float]]:
    data = ledger.prove_item(item)
    return data, [cpu(lambda: ledger.prove_item(item)) for _ in range(rounds)]


def examined(
    ledger: LedgerReader, data: bytes, *, rounds: int = ROUNDS
) -> tuple[Verdict, list[float]]:
    def examine() -> Verdict:
        return examine_bundle(data, trust=ledger.trust, now=clock_now())

    return examine(), [cpu(examine) for _ in range(rounds)]


def whole(ledger: LedgerReader, data: bytes) -> None:
    verdict = examine_bundle(data, trust=ledger.trust, now=clock_now())
    assert verdict.outcome is Outcome.VERIFIED, verdict.steps


def say_size(what: str, data: bytes) -> None:
    deflated = len(zlib.compress(data, 6))
    print(f"{what}: {len(data):,} bytes, deflated {deflated:,}")


def say_time(what: str, times: Sequence[float]) -> None:
    rate = openssl_verify_rate(1, processes=1)
    middle = median(times)
    print(
        f"    {what} in {middle:.2f} ms of processor time (at most"
        f" {max(times):.2f}), {middle * rate / 1e3:,.0f} signatures",
        flush=True,
    )


if __name__ == "__main__":
    main()
