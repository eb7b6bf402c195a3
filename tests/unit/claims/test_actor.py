"""Registry events are well formed before the registry ever sees them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims import actor as actors
from provenance.claims.actor import (
    ACTOR_RELATION,
    Grant,
    check_registry_body,
    is_registry_event,
    read_grant,
)
from provenance.claims.event import Item, parse_event
from provenance.encoding.canonical import encode
from provenance.encoding.digest import sha256
from provenance.errors import MalformedError
from provenance.keys import Signer

ACTOR = "did:web:maker.example"
SIGNER = Signer.from_seed(bytes(32))
SECRET = bytes(32)
ORIGIN = "ledger.example"
FULL = Grant(
    ACTOR,
    "producer",
    ("9506000", "urn:maker:"),
    ("https://id.gs1.org/414/9506000134376",),
    5,
    10,
    may_grant=True,
)


def test_each_registry_event_is_about_its_actor_alone() -> None:
    events = {
        "ActorEnrolled": actors.enrol(
            ACTOR, name="Maker", signer=SIGNER, origin=ORIGIN, secret=SECRET
        ),
        "RoleGranted": actors.grant(FULL, secret=SECRET),
        "GrantRevoked": actors.revoke_grant(
            ACTOR, granted_by=sha256(b"x"), reason="left", secret=SECRET
        ),
        "KeyAdded": actors.add_key(
            ACTOR, signer=SIGNER, origin=ORIGIN, secret=SECRET
        ),
        "KeyRotated": actors.rotate_key(
            ACTOR, old=sha256(b"x"), signer=SIGNER, origin=ORIGIN, secret=SECRET
        ),
        "KeyRevoked": actors.revoke_key(
            ACTOR, old=sha256(b"x"), reason="lost", secret=SECRET
        ),
    }
    for kind, event in events.items():
        assert event.body["type"] == kind
        assert event.items == (Item(ACTOR_RELATION, ACTOR),)
        assert is_registry_event(event.body)
        check_registry_body(parse_event(event.data).body, event.items)


def test_other_events_are_not_registry_events() -> None:
    assert not is_registry_event({"type": "ObjectEvent"})


def test_a_new_key_signs_for_one_ledger_and_one_actor() -> None:
    event = actors.enrol(
        ACTOR, name="Maker", signer=SIGNER, origin=ORIGIN, secret=SECRET
    )
    proof = event.body["proof"]
    assert isinstance(proof, bytes)
    message = actors.possession_message(ORIGIN, ACTOR, SIGNER.verifier.data)
    SIGNER.verifier.verify(proof, message)
    assert message == encode(
        ["provenance/key/v1", ORIGIN, ACTOR, SIGNER.verifier.data]
    )


@pytest.mark.parametrize(
    "given_grant",
    [
        FULL,
        Grant(ACTOR, "carrier"),
        Grant(ACTOR, "customs", start=0),
        Grant(ACTOR, "customs", until=7),
    ],
)
def test_a_grant_is_read_as_it_was_given(given_grant: Grant) -> None:
    assert (
        read_grant(actors.grant(given_grant, secret=SECRET).body) == given_grant
    )


@pytest.mark.parametrize("changes", [
    {"role": ""}, {"role": 7}, {"may_grant": 1}, {"may_grant": None}, {"prefixes": []}, {"prefixes": [""]}, {"prefixes": "95"}, {"places": [7]}, {"from": -1}, {"from": True},
    {"until": "tomorrow"}, {"until": 1.5}, {"extra": 1}, {"after": []}, {"actor": "did:web:other.example"}, {"actor": "no uri"}, {"actor": 7},
])  # fmt: skip
def test_a_malformed_grant_is_refused(changes: dict[str, Any]) -> None:
    event = actors.grant(FULL, secret=SECRET)
    with pytest.raises(MalformedError):
        check_registry_body({**event.body, **changes}, event.items)


@pytest.mark.parametrize(
    ("member", "value"),
    [("name", ""), ("key", bytes(31)), ("key", "x" * 32), ("proof", bytes(63))],
)
def test_a_malformed_enrolment_is_refused(member: str, value: Any) -> None:
    event = actors.enrol(
        ACTOR, name="Maker", signer=SIGNER, origin=ORIGIN, secret=SECRET
    )
    with pytest.raises(MalformedError, match=member):
        check_registry_body({**event.body, member: value}, event.items)
    with pytest.raises(MalformedError, match=member):
        check_registry_body(
            {k: v for k, v in event.body.items() if k != member}, event.items
        )


@pytest.mark.parametrize(
    "items",
    [
        [],
        [Item("epcList", ACTOR)],
        [Item(ACTOR_RELATION, "did:web:b")],
        [Item(ACTOR_RELATION, ACTOR)] * 2,
    ],
)
def test_a_registry_event_names_its_actor_and_nothing_else(
    items: list[Item],
) -> None:
    with pytest.raises(MalformedError, match="one item"):
        check_registry_body(actors.grant(FULL, secret=SECRET).body, items)


def test_an_event_that_would_be_refused_is_not_made() -> None:
    with pytest.raises(MalformedError):
        actors.grant(Grant(ACTOR, ""), secret=SECRET)


def test_a_grant_holds_within_its_dates() -> None:
    assert not Grant(ACTOR, "customs").is_dated
    dated = Grant(ACTOR, "customs", start=5, until=10)
    assert dated.is_dated
    assert Grant(ACTOR, "customs", until=10).is_dated
    assert dated.covers(5, 10)
    assert not dated.covers(4, 10)
    assert not dated.covers(5, 11)
    assert Grant(ACTOR, "customs").covers(0, 99)


def test_a_prefix_lets_create_what_starts_with_it() -> None:
    assert FULL.lets_create("9506000134352")
    assert FULL.lets_create("urn:maker:1")
    assert not FULL.lets_create("9506001134352")
    assert Grant(ACTOR, "producer", ("*",)).lets_create("anything")
    assert not Grant(ACTOR, "producer").lets_create("anything")


@pytest.mark.parametrize("wider", [
    Grant("", "producer", prefixes=("9506000",)),
    Grant("", "producer", prefixes=("*",)),
    Grant("", "producer", prefixes=("95",), start=0),
    Grant("", "producer", prefixes=("95",), until=10),
    Grant("", "producer", prefixes=("95",), places=("a", "b", "c")),
])  # fmt: skip
def test_a_grant_contains_one_within_its_limits(wider: Grant) -> None:
    assert wider.contains(
        Grant("", "producer", ("9506000",), ("a", "b"), 0, 10)
    )


@pytest.mark.parametrize("narrower", [
    Grant("", "customs", ("95",), ("a",), 1, 10),
    Grant("", "producer", ("96",), ("a",), 1, 10),
    Grant("", "producer", ("*",), ("a",), 1, 10),
    Grant("", "producer", ("9",), ("a",), 1, 10),
    Grant("", "producer", ("95",), ("b",), 1, 10),
    Grant("", "producer", ("95",), (), 1, 10),
    Grant("", "producer", ("95",), ("a",), 0, 10),
    Grant("", "producer", ("95",), ("a",), None, 10),
    Grant("", "producer", ("95",), ("a",), 1, 11),
    Grant("", "producer", ("95",), ("a",), 1, None),
])  # fmt: skip
def test_a_grant_does_not_contain_one_beyond_its_limits(
    narrower: Grant,
) -> None:
    assert not Grant("", "producer", ("95",), ("a",), 1, 10).contains(narrower)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from(sorted(actors._MEMBERS)),
    st.dictionaries(st.sampled_from(sorted(actors._TYPES)) | st.text(), values),
)
def test_hostile_bodies_raise_only_malformed(
    kind: str, body: dict[str, Any]
) -> None:
    with pytest.raises(MalformedError):
        check_registry_body({**body, "type": kind}, [])
