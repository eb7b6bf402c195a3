"""A time is told as clocks showed it where the event happened."""

import json
import subprocess
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.epcis.moment import in_zone, read_time
from provenance.words.moments import as_written

CASES = [
    ("2026-03-01T09:00:00+02:00", "-08:00", "2026-02-28T23:00:00-08:00"),
    ("2026-02-28T23:59:59.5Z", "+13:00", "2026-03-01T12:59:59.5+13:00"),
    ("2024-02-29T00:00:00+05:45", "-00:00", "2024-02-28T18:15:00-00:00"),
    ("2026-01-01T00:00:00Z", "-14:00", "2025-12-31T10:00:00-14:00"),
    # What is in that zone is as it was written.
    ("2026-03-01T09:00:00Z", "+00:00", "2026-03-01T09:00:00Z"),
    ("2026-03-01T09:00:00+02:00", "+02:00", "2026-03-01T09:00:00+02:00"),
    # And so is what is no time, or has no offset.
    ("2026-02-30T09:00:00Z", "+02:00", "2026-02-30T09:00:00Z"),
    ("2026-03-01", "+02:00", "2026-03-01"),
    ("2026-03-01T09:00:00Z", "2h", "2026-03-01T09:00:00Z"),
    ("2026-03-01T09:00:00Z", None, "2026-03-01T09:00:00Z"),
    ("9999-12-31T23:00:00Z", "+02:00", "9999-12-31T23:00:00Z"),
    (None, "+02:00", ""),
]
_SCRIPT = """
import { inZone } from "./node/provenance_node/web/verify/epcis/moment.js";
const cases = JSON.parse(process.argv[1]);
console.log(JSON.stringify(cases.map(([time, zone]) => inZone(time, zone))));
"""


@pytest.mark.parametrize(("time", "offset", "shown"), CASES)
def test_a_time_is_shown_at_the_offset_of_its_event(
    time: str | None, offset: str | None, shown: str
) -> None:
    assert in_zone(time, offset) == shown


def test_the_page_shows_the_same_time() -> None:
    done = subprocess.run(
        ["node", "--input-type=module", "-e", _SCRIPT, json.dumps(CASES)],
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(done.stdout) == [shown for _, _, shown in CASES]


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.integers(-840, 840),
    st.integers(-840, 840),
)
def test_the_moment_stays_the_same(
    local: datetime, written: int, wanted: int
) -> None:
    def zone(minutes: int) -> str:
        sign = "-" if minutes < 0 else "+"
        return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"

    text = f"{local:%Y-%m-%dT%H:%M:%S}.25{zone(written)}"
    shown = in_zone(text, zone(wanted))
    assert read_time(shown) == read_time(text)
    assert shown.endswith(zone(wanted)) or written == wanted


def test_people_read_the_time_of_the_place_and_that_of_the_world() -> None:
    shown = in_zone("2026-03-01T09:00:00+02:00", "-08:00")
    assert as_written(shown) == (
        "2026-03-01 07:00 UTC (2026-02-28 23:00 -08:00)"
    )
