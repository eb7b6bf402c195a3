"""Instants: one time, however it is given."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.instant import to_ms


@given(
    st.datetimes(
        min_value=datetime(1970, 1, 2),  # noqa: DTZ001  # the zone follows
        timezones=st.sampled_from(
            [UTC, timezone(timedelta(hours=13)), timezone(timedelta(hours=-9))]
        ),
    )
)
def test_a_time_is_the_same_in_every_zone(moment: datetime) -> None:
    ms = to_ms(moment)
    assert ms == to_ms(moment.astimezone(UTC))
    assert (
        0
        <= (moment - datetime.fromtimestamp(0, UTC)) / timedelta(milliseconds=1)
        - ms
        < 1.001
    )


def test_what_is_in_ms_already_stays() -> None:
    assert to_ms(1_772_000_000_123) == 1_772_000_000_123


def test_a_time_without_a_zone_is_a_wrong_call() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        to_ms(datetime(2026, 3, 1))  # noqa: DTZ001  # on purpose
