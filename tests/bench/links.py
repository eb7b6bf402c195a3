"""How fast a large document goes in, and in how much memory.

    python -m tests.bench.links [--events 10000] [--epcs 100] [--rounds 1]

Makes a document of that many events, each about that many units, and submits
it to a new ledger as anybody would: `provenance submit`, from an empty
process. Prints item links/s and their ratio to `openssl speed ed25519` over
all processors in the same run, and the most memory that the process and its
workers had together (the sum of their resident sets, looked at 20 times a
second; what they share is counted for each).
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from provenance.folder import open_reader
from tests.bench.machine import alternate
from tests.support.cli_runs import PROJECT, Place, command_line, found_ledger

_MEGABYTE = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--epcs", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    links: int = options.events * options.epcs
    peaks: list[float] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        document = Path(name) / "document.json"
        write_document(document, events=options.events, epcs=options.epcs)
        size = document.stat().st_size / _MEGABYTE
        print(f"{options.events:,} events, {links:,} EPCs, {size:,.0f} MB")

        def run(number: int) -> float:
            folder = Path(name) / str(number)
            folder.mkdir()
            place = found_ledger(folder)
            start = time.perf_counter()
            peaks.append(submit(document, place))
            seconds = time.perf_counter() - start
            with open_reader(place.ledger) as reader, reader.moment() as now:
                assert now.reader.link_count() >= links
            return float(links / seconds)

        rate, limit, ratio = alternate(options.rounds, run)
    print(
        f"{rate:,.0f} links/s, {ratio:.2f} of openssl's {limit:,.0f}"
        f" verifications/s; at most {max(peaks):,.0f} MB of memory"
    )


def write_document(path: Path, *, events: int, epcs: int) -> None:
    """Write a document that commissions units with serials as labels have them."""
    head = {
        "@context": [
            "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T09:00:00Z",
        "epcisBody": {"eventList": []},
    }
    start, end = json.dumps(head).split("[]")
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{start}[")
        for number in range(events):
            file.write(",\n" if number else "\n")
            json.dump(_event(number, epcs), file)
        file.write(f"]{end}")


def _event(number: int, epcs: int) -> dict[str, object]:
    units = range(number * epcs, (number + 1) * epcs)
    return {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "eventTime": f"2025-03-01T08:{number // 60 % 60:02}:{number % 60:02}Z",
        "eventTimeZoneOffset": "+13:00",
        "epcList": [
            f"urn:epc:id:sgtin:9421902.096001.{_serial(unit)}" for unit in units
        ],
        "readPoint": {"id": "https://id.gs1.org/414/9521001000017"},
        "ilmd": {"cbvmda:lotNumber": f"L{number // 100}"},
    }


def _serial(unit: int) -> str:
    return hashlib.sha256(b"%d" % unit).hexdigest()[:13].upper()


def submit(document: Path, place: Place) -> float:
    """Submit *document*; return the most memory that it took, in MB."""
    process = subprocess.Popen(
        command_line(
            "submit", document, "--key", place.maker_key, "-C", place.ledger
        ),
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
    )
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(_resident, _family(process.pid))))
        time.sleep(0.05)
    if process.returncode:
        sys.exit("the document was refused")
    return peak


def _family(pid: int) -> list[int]:
    """Return *pid* and the processes that it started, and so on."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(
            encoding="ascii"
        )
    except OSError:
        return []
    return [pid, *(m for child in text.split() for m in _family(int(child)))]


def _resident(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/statm").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return int(text.split()[1]) * 4096 / _MEGABYTE


if __name__ == "__main__":
    main()
