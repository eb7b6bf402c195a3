"""The examples run, say what they promise, and stay short."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted(
    (Path(__file__).resolve().parents[2] / "examples").glob("[01]*.py")
)

SAYS = {
    "01_append_and_receipt": [
        "logged as entry 1",
        "c2sp.org/tlog-proof@v1",
        "a stranger's key: key [0-9a-f]{16} is not one of",
        "another statement: the inclusion proof",
    ],
    "02_verify_a_bundle": [
        "^VERIFIED$",
        "Given its number by A dairy",
        "Shipped by A dairy",
        "a bit: (FAILED|UNKNOWN) PRV-",
        "cut off: UNKNOWN PRV-0101",
        "another can: FAILED PRV-0202",
    ],
    "03_actors_and_roles": [
        "arrival: logged as entry 5",
        "customs' step: refused, .* may not sign 'inspecting'",
        "another place: refused, .* may not sign 'arriving' events at",
        "who finds it: refused, .* was revoked by entry 7: lost",
    ],
    "04_conceal_and_reveal": [
        "everybody: VERIFIED, sees {}",
        "customs: VERIFIED, sees {'/example:buyer/name': '王小测'}",
        "another name: FAILED PRV-0701",
    ],
    "05_witness_and_quorum": [
        "^one: VERIFIED cosigned by 1 of 1",
        "the witness on another history: ",
        "^another: INCOMPLETE 0 of 1 witnesses",
    ],
    "06_read_as_an_auditor": [
        "entry 3 commissioning by did:web:dairy.example",
        "^  sound$",
        "^  entry 3: the events are not those that were signed$",
        "^  not sound$",
    ],
    "07_correct_and_ask": [
        "the id again: refused, event 0 has an eventID that",
        "declared an error: urn:uuid:7c0e4f5e-.*0001",
        "^VERIFIED$",
        "Arrived at .*000017 void: {'urn:uuid:.*': True}",
        "Arrived at .*000024$",
    ],
    "08_over_http": [
        "c2sp.org/tlog-proof@v1",
        "^the same again: True$",
        "^VERIFIED$",
        "^another key: FAILED$",
    ],
    "09_a_platform": [
        r"^killed 20 times \(seed \d+\); events a unit: \{1\}$",
        r"^VERIFIED  .*K00007  6 events by 3 signers",
        r'^    /example:price: "31.20 NZD"$',
        r"^20000 events streamed, refused: \[\]$",
    ],
    "10_a_key_held_elsewhere": [
        "^logged as entry 1, signed by a process with its own key$",
        "^another key: .* are no signature by its key",
    ],
    "11_intake": [
        "^made.json would be taken$",
        "^mixed.json event 1: .* may not sign",
        "^1 logged, 1 for others$",
        "^6 entries$",
    ],
}


def test_every_example_is_tested_in_reading_order() -> None:
    assert [path.stem for path in EXAMPLES] == list(SAYS)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_says_what_it_promises(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "utf8", str(path)],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )

    assert (done.returncode, done.stderr) == (0, "")
    for pattern in SAYS[path.stem]:
        assert re.search(pattern, done.stdout, re.MULTILINE), done.stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_says_what_to_break(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    most = 120 if path.stem == "09_a_platform" else 80
    assert len(text.splitlines()) <= most
    assert text.startswith(f'"""{int(path.stem[:2])}. ')
    assert "# What to break: " in text
