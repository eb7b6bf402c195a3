"""How fast queries are answered, and how fast their index catches up.

    python -m tests.bench.queries [--events 20000] [--folder DIR] [--rounds 50]

Prints the rate at which the index of the ledger in DIR is made, and for each
kind of query the milliseconds until its first page is there, and until the
next one. The ledger is built first unless there is one in DIR already; a
million events take some five minutes and 1.2 GB of disk.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID

from provenance.claims.event import Event, Item, make_event
from provenance.claims.statement import Submission, sign_statement
from provenance.encoding.strict_json import JSON
from provenance.epcis.query_parameters import parse_query
from provenance.folder import TRUST_FILE, open_queries
from provenance.gs1.checkdigit import check_digit
from provenance.ledger.ledger import clock_now
from provenance.ledger.query import Queries
from tests.bench import corpus
from tests.bench.machine import percentile

START = datetime(2025, 1, 1, tzinfo=UTC)
BETWEEN = timedelta(seconds=315)
"""From one carton to the next: a hundred thousand cartons make a year."""

STEPS = (
    "commissioning", "packing", "inspecting", "shipping", "departing",
    "arriving", "receiving", "storing", "picking", "unpacking",
)  # fmt: skip
PLACES = 50
PER_STATEMENT = 100


def digits(stem: str) -> str:
    return stem + check_digit(stem)


def place(number: int) -> str:
    return f"https://id.gs1.org/414/{digits(f'9506000{number:05}')}"


def carton(number: int) -> str:
    return f"https://id.gs1.org/00/{digits(f'09506000{number:09}')}"


def order(number: int) -> str:
    return f"urn:epcglobal:cbv:bt:9506000000007:{number}"


def event_id(number: int) -> str:
    return f"urn:uuid:{UUID(int=number)}"


def time_of(number: int) -> datetime:
    case, step = divmod(number, len(STEPS))
    return START + case * BETWEEN + step * timedelta(hours=6)


def event(number: int) -> Event:
    """Return event *number*: step by step, one carton after the other."""
    case, step = divmod(number, len(STEPS))
    body: dict[str, object] = {
        "type": "ObjectEvent",
        "action": "ADD" if step == 0 else "OBSERVE",
        "bizStep": STEPS[step],
        "disposition": "active" if step == 0 else "in_progress",
        "eventID": event_id(number),
        "eventTime": time_of(number).isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+00:00",
        "readPoint": {"id": place((case + step) % PLACES)},
        "bizLocation": {"id": place((case + step) % PLACES)},
    }
    unit, box = corpus.item(case), carton(case)
    items = [Item("epcList", unit)]
    if STEPS[step] in {"packing", "unpacking"}:
        body["type"] = "AggregationEvent"
        body["action"] = "ADD" if STEPS[step] == "packing" else "DELETE"
        items = [Item("parentID", box), Item("childEPCs", unit)]
    elif step > 1:
        items = [Item("epcList", box)]
    if STEPS[step] == "shipping":
        body["bizTransactionList"] = [
            {
                "type": "po",
                "bizTransaction": order(case),
            }
        ]
        body["destinationList"] = [
            {"type": "owning_party", "destination": place(case % PLACES)}
        ]
    return make_event(body, items, secret=corpus.secret(f"query {number}"))


def statements(numbers: range) -> Iterator[Submission]:
    now = clock_now()
    for start in range(numbers.start, numbers.stop, PER_STATEMENT):
        actor = corpus.actor_name(start // PER_STATEMENT % 8)
        stop = min(start + PER_STATEMENT, numbers.stop)
        yield sign_statement(
            [event(number) for number in range(start, stop)],
            signer=corpus.signer_of(actor),
            issuer=actor,
            origin=corpus.ORIGIN,
            now=now,
        )


def build(folder: Path, count: int) -> None:
    begin = time.perf_counter()
    with corpus.new_ledger(folder) as ledger:
        for _, answer in ledger.log_stream(statements(range(count))):
            assert isinstance(answer, int), answer
    rate = count / (time.perf_counter() - begin)
    print(f"built, signed in one process: {rate:,.0f} events/s", flush=True)


Parameters = dict[str, JSON]


def window(case: int, hours: int) -> Parameters:
    start = START + case * BETWEEN
    return {
        "GE_eventTime": start.isoformat(),
        "LT_eventTime": (start + timedelta(hours=hours)).isoformat(),
    }


KINDS: dict[str, Callable[[int], Parameters]] = {
    "MATCH_epc, a unit": lambda n: {"MATCH_epc": corpus.item(n)},
    "MATCH_epc, a carton": lambda n: {"MATCH_epc": carton(n)},
    "MATCH_anyEPC, a carton": lambda n: {"MATCH_anyEPC": carton(n)},
    "MATCH_epc, all of a product": lambda _: {"MATCH_epc": corpus.GTIN},
    "bizStep within a day": lambda n: {
        "EQ_bizStep": "shipping", **window(n, 24),
    },
    "bizStep within a month": lambda n: {
        "EQ_bizStep": "shipping", **window(n, 24 * 30),
    },
    "the same, by record time": lambda n: {
        "EQ_bizStep": "shipping", "orderBy": "recordTime",
        **window(n, 24 * 30),
    },
    "two steps at a place": lambda n: {
        "EQ_bizStep": ["shipping", "receiving"],
        "EQ_readPoint": place(n % PLACES),
    },
    "bizTransaction": lambda n: {"EQ_bizTransaction_po": order(n)},
    "eventID": lambda n: {"EQ_eventID": event_id(n)},
    "everything": lambda _: {},
    "what never was": lambda _: {
        "EQ_bizStep": "shipping", "EQ_disposition": "active",
    },
}  # fmt: skip


@contextmanager
def stopwatch(times: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    times.append((time.perf_counter() - start) * 1e3)


def measure(
    queries: Queries, make: Callable[[int], Parameters], cases: list[int]
) -> str:
    first: list[float] = []
    second: list[float] = []
    events = 0
    for case in cases:
        query = parse_query(make(case))
        with stopwatch(first):
            page = queries.run(query)
        events += len(page.events)
        if page.next_page_token is not None:
            with stopwatch(second):
                queries.run(replace(query, page_token=page.next_page_token))
    after = f", next page {median(second):.1f}" if second else ""
    return (
        f"{median(first):.1f} ms (p99 {percentile(first, 0.99):.1f}){after};"
        f" {events / len(cases):.0f} events"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name, "ledger")
        if not (folder / TRUST_FILE).exists():
            build(folder, options.events)
        index = Path(name, "index")
        with open_queries(folder, index=index) as queries:
            catch_up(queries, options.events, index)
            picked = random.Random(1)
            for label, make in KINDS.items():
                cases = [
                    picked.randrange(options.events // len(STEPS))
                    for _ in range(options.rounds)
                ]
                print(f"{label}: {measure(queries, make, cases)}", flush=True)


def catch_up(queries: Queries, count: int, index: Path) -> None:
    for label, hashes in (("index", False), ("hash ids, when asked for", True)):
        used, begin = time.process_time(), time.perf_counter()
        queries.catch_up(hashes=hashes)
        taken = time.perf_counter() - begin
        used = time.process_time() - used
        size = sum(file.stat().st_size for file in index.parent.glob("index*"))
        print(
            f"{label}: {count / taken:,.0f} events/s, {used / count * 1e6:.0f}"
            f" us of processor time each, {size / 1e6:,.0f} MB",
            flush=True,
        )


if __name__ == "__main__":
    main()
