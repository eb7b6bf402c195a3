"""A trust file says all that a verifier believes, and nothing by accident."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provenance.claims.roles import DEFAULT_ROLES

from provenance.claims.actor import Grant
from provenance.claims.registry import Act, Authority
from provenance.encoding.base64 import encode_base64
from provenance.errors import MalformedError
from provenance.proof.trust import (
    DEFAULT_MAX_AGE,
    RELATED_TRAILS,
    Trust,
    format_trust,
    parse_trust,
)
from provenance.tlog.note import NoteVerifier
from provenance.tlog.policy import Log, Policy, format_policy, parse_policy
from tests.world import ORIGIN, OWNER, World, signer_of

CUSTOMS = "did:web:customs.example"
LOG_KEY = World().log_signer.verifier.vkey
SMALLEST = f'origin = "{ORIGIN}"\nlog_keys = ["{LOG_KEY}"]\n'


def pinned(*grants: Grant, actor: str = CUSTOMS) -> Authority:
    return Authority(
        actor,
        'The "customs"\n\x7f',
        (signer_of(actor).verifier.data,),
        grants,
        is_pinned=True,
    )


def a_full_trust() -> Trust:
    world = World(witnesses=("w1", "w2", "w3"), post_quantum=True)
    authority = world.trust().authorities[0]
    return world.trust(
        auditors=("w3",),
        authorities=(
            dataclasses.replace(
                authority, grants=(Grant(OWNER, "auditor", may_grant=True),)
            ),
        ),
        actors=(
            pinned(
                Grant(
                    CUSTOMS,
                    "customs",
                    ("95", "urn:x:"),
                    ("urn:place",),
                    1_000,
                    1_767_225_600_123,
                )
            ),
        ),
        roles={
            **{
                role: kinds
                for role, kinds in DEFAULT_ROLES.items()
                if role != "courier"
            },
            "customs": frozenset({"holding"}),
            "painter": frozenset({"*"}),
        },
        max_age_seconds=None,
        trails=frozenset({"lots"}),
    )


def test_what_is_written_is_read_back() -> None:
    trust = a_full_trust()
    again = parse_trust(format_trust(trust))
    assert again == trust
    assert [witness.name for witness in again.policy.witnesses] == [
        "w1",
        "w2",
        "w3",
    ]
    assert again.auditors == ("w3",)
    assert again.quorum == "most"
    assert "courier" not in again.roles


def test_a_plain_trust_is_read_back_as_well() -> None:
    trust = World(witnesses=("w1",)).trust()
    assert parse_trust(format_trust(trust)) == trust
    assert "[roles]" not in format_trust(trust)


def test_the_smallest_trust_file_has_an_origin_and_a_key() -> None:
    trust = parse_trust(SMALLEST)
    assert trust.policy.log_keys == (World().log_signer.verifier,)
    assert (trust.quorum, trust.threshold, trust.max_age_seconds) == (
        None,
        1,
        DEFAULT_MAX_AGE,
    )
    assert trust.trails == RELATED_TRAILS
    assert trust.roles == DEFAULT_ROLES
    assert trust.registry().actors() == []


def test_the_registry_starts_from_authorities_and_pinned_actors() -> None:
    registry = a_full_trust().registry()
    assert [actor.id for actor in registry.actors()] == [OWNER, CUSTOMS]
    assert registry.actor(OWNER).is_authority
    assert not registry.actor(CUSTOMS).is_authority
    act = Act(frozenset({"holding"}), (), ("urn:place",))
    registry.require_act(
        CUSTOMS, act, holds=lambda given: given.covers(1_000, 2_000)
    )


def test_roles_are_replaced_added_and_dropped() -> None:
    roles = parse_trust(
        SMALLEST
        + '[roles]\ncustoms = ["holding"]\npainter = ["*"]\ncourier = []\n'
    ).roles
    assert roles["customs"] == {"holding"}
    assert roles["painter"] == {"*"}
    assert "courier" not in roles
    assert roles["carrier"] == DEFAULT_ROLES["carrier"]


def test_a_url_of_a_witness_is_kept() -> None:
    witness = World(witnesses=("w1",)).trust().policy.witnesses[0]
    text = f'{SMALLEST}quorum = "w1"\n[[witnesses]]\nname = "w1"\nkey = "{witness.key.vkey}"\nurl = "https://w1.example/"\n'
    trust = parse_trust(text)
    assert trust.policy.witnesses[0].url == "https://w1.example/"
    assert parse_trust(format_trust(trust)) == trust


def test_it_turns_into_a_policy_and_back() -> None:
    trust = a_full_trust()
    text = format_policy(trust.policy)
    assert trust.with_policy(parse_policy(text)) == trust
    plain = parse_trust(SMALLEST).with_policy(
        dataclasses.replace(trust.policy, logs=())
    )
    assert plain.policy.log_keys == (World().log_signer.verifier,)
    assert plain.quorum == "most"
    fewer = trust.with_policy(
        Policy(trust.policy.logs, trust.policy.witnesses[:1], (), "w1")
    )
    assert fewer.auditors == ()


def test_a_log_of_another_name_stays_outside() -> None:
    other = Log(NoteVerifier("other.example", signer_of("other").verifier))
    trust = a_full_trust()
    policy = dataclasses.replace(trust.policy, logs=(*trust.policy.logs, other))
    assert trust.with_policy(policy) == trust
    with pytest.raises(MalformedError, match="has that name"):
        dataclasses.replace(trust, policy=policy)


def change(**changes: Any) -> Trust:
    return dataclasses.replace(a_full_trust(), **changes)


@pytest.mark.parametrize(("changes", "match"), [
    ({"policy": Policy((), (), (), None), "auditors": ()}, "names a key"),
    ({"trails": frozenset({"lots", "tea"})}, "'tea'"),
    ({"threshold": 0}, "cannot agree"),
    ({"threshold": 2}, "cannot agree"),
    ({"authorities": (), "threshold": 2}, "cannot agree"),
    ({"auditors": ("w4",)}, "no key"),
    ({"actors": (pinned(actor="no uri"),)}, "URI"),
    ({"actors": (dataclasses.replace(pinned(), keys=()),)}, "has no key"),
    ({"actors": (pinned(Grant(OWNER, "customs")),)}, "has a grant of"),
    ({"actors": (pinned(Grant(CUSTOMS, "customs", may_grant=True)),)}, "may not grant"),
    ({"actors": (pinned(Grant(CUSTOMS, "king")),)}, "no role"),
    ({"actors": (pinned(), pinned())}, "named twice"),
    ({"actors": (dataclasses.replace(pinned(), is_pinned=False),)}, "pinned actors do not"),
    ({"authorities": (pinned(),), "actors": ()}, "pinned actors do not"),
])  # fmt: skip
def test_parts_that_contradict_each_other_are_refused(
    changes: dict[str, Any], match: str
) -> None:
    with pytest.raises(MalformedError, match=match):
        change(**changes)


KEY = encode_base64(signer_of(CUSTOMS).verifier.data)
ACTOR = f'[[actors]]\nid = "{CUSTOMS}"\nname = "Customs"\nkeys = ["{KEY}"]\n'
GRANT = f'{SMALLEST}{ACTOR}[[actors.grants]]\nrole = "customs"\n'


@pytest.mark.parametrize(("text", "match"), [
    ("origin", "not TOML"),
    ("", "lacks the member origin"),
    (f'origin = "{ORIGIN}"', "lacks the member log_keys"),
    ("origin = 7\nlog_keys = []", "origin of the trust file must be text"),
    (f'origin = "{ORIGIN}"\nlog_keys = "x"', "log_keys of the trust file must be a list of texts"),
    (f'origin = "{ORIGIN}"\nlog_keys = [7]', "list of texts"),
    (f'origin = "{ORIGIN}"\nlog_keys = []', "names a key"),
    (f'origin = "{ORIGIN}"\nlog_keys = ["x"]', "vkey"),
    (f"{SMALLEST}colour = 1", "no member colour"),
    (f"{SMALLEST}threshold = true", "a whole number"),
    (f"{SMALLEST}threshold = 1.0", "a whole number"),
    (f'{SMALLEST}max_age_seconds = "some"', "number of seconds or 'any'"),
    (f"{SMALLEST}max_age_seconds = 0", "1 at least"),
    (f"{SMALLEST}max_age_seconds = 1.5", "a whole number"),
    (f"{SMALLEST}trails = [7]", "list of texts"),
    (f'{SMALLEST}quorum = "w1"', "'w1'"),
    (f"{SMALLEST}witnesses = 7", "an array of tables"),
    (f"{SMALLEST}witnesses = [7]", r"witnesses\[0\] of the trust file is no table"),
    (f'{SMALLEST}[[witnesses]]\nname = "w1"', r"witnesses\[0\].key"),
    (f"{SMALLEST}roles = 7", "a table"),
    (f"{SMALLEST}[roles]\ncustoms = 7", "roles.customs"),
    (f"{SMALLEST}[roles]\ncustoms = [7]", "roles.customs"),
    (f"{SMALLEST}{ACTOR}colour = 1", r"actors\[0\].colour"),
    (f"{SMALLEST}{ACTOR}".replace(KEY, KEY[:-1]), "base64"),
    (f"{GRANT}from = 7", r"actors\[0\].grants\[0\].from of the trust file must be a time"),
    (f"{GRANT}until = 2027-01-01", "must be a time"),
    (f"{GRANT}until = 2027-01-01T00:00:00", "must be a time"),
    (f"{GRANT}may_grant = 1", "true or false"),
    (f"{GRANT}may_grant = true", "may not grant"),
    (f"{GRANT}colour = 1", r"actors\[0\].grants\[0\].colour"),
])  # fmt: skip
def test_what_is_no_trust_file_is_refused_by_name(
    text: str, match: str
) -> None:
    with pytest.raises(MalformedError, match=match):
        parse_trust(text)


def test_times_have_their_zone() -> None:
    trust = parse_trust(
        f"{GRANT}from = 1970-01-01T01:00:00.5+01:00\nuntil = 1970-01-02T00:00:00Z\n"
    )
    (given_grant,) = trust.actors[0].grants
    assert (given_grant.start, given_grant.until) == (500, 86_400_000)


@given(st.text())
def test_a_name_of_any_characters_is_read_back(name: str) -> None:
    trust = dataclasses.replace(
        World().trust(), actors=(dataclasses.replace(pinned(), name=name),)
    )
    assert parse_trust(format_trust(trust)) == trust


@given(st.text(max_size=80))
def test_hostile_text_raises_only_malformed(text: str) -> None:
    for whole in (text, SMALLEST + text):
        try:
            parse_trust(whole)
        except MalformedError:
            continue
        assert whole.startswith(SMALLEST)


@pytest.mark.parametrize("opening", ["[", "{x = "])
def test_a_trust_file_nested_without_end_is_refused(opening: str) -> None:
    with pytest.raises(MalformedError):
        parse_trust("x = " + opening * 5_000)
