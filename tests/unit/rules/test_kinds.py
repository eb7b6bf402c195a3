"""A book names no kind that it does not have, but for steps of others."""

from dataclasses import replace

import pytest

from provenance.errors import MalformedError
from provenance.rules.book import baseline
from provenance.rules.kinds import require_known_kinds


def test_the_baseline_names_what_it_has() -> None:
    require_known_kinds(baseline())


def test_a_role_may_have_a_step_of_somebody_elses() -> None:
    roles = {"maker": frozenset({"step:https://ns.example/curing"})}
    require_known_kinds(replace(baseline(), roles=roles))


def test_a_kind_that_is_none_is_named_with_its_place() -> None:
    roles = {"maker": frozenset({"commissionning"})}
    with pytest.raises(MalformedError, match="commissionning") as caught:
        require_known_kinds(replace(baseline(), roles=roles))
    assert str(caught.value).startswith("$.roles['maker']")
