"""A trust file says all that a verifier believes, and nothing by accident."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.act import Act, Need
from provenance.claims.actor import Grant
from provenance.claims.registry import Authority
from provenance.encoding.base64 import encode_base64
from provenance.encoding.digest import sha256
from provenance.errors import MalformedError
from provenance.proof.trust import (
    DEFAULT_CLOCK_BOUND,
    DEFAULT_MAX_AGE,
    RELATED_TRAILS,
    Trust,
    format_trust,
    parse_trust,
)
from provenance.rules.book import baseline
from provenance.rules.books import BASELINE, BookRef
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
        books=(BASELINE[0], BookRef(sha256(b"a book"), 7)),
        clock_bound_seconds=300,
        max_age_seconds=None,
        trails=frozenset({"lots"}),
    )


def test_a_byte_order_mark_before_a_trust_file_is_no_part_of_it() -> None:
    assert parse_trust("\ufeff" + SMALLEST) == parse_trust(SMALLEST)
    with pytest.raises(MalformedError, match="is not TOML"):
        parse_trust("\ufeff\ufeff" + SMALLEST)


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
    assert [ref.start for ref in again.books] == [0, 7]


def test_a_plain_trust_is_read_back_as_well() -> None:
    trust = World(witnesses=("w1",)).trust()
    assert parse_trust(format_trust(trust)) == trust
    assert format_trust(trust).count("[[books]]") == 1


def test_the_smallest_trust_file_has_an_origin_and_a_key() -> None:
    trust = parse_trust(SMALLEST)
    assert trust.policy.log_keys == (World().log_signer.verifier,)
    assert (trust.quorum, trust.threshold, trust.max_age_seconds) == (
        None,
        1,
        DEFAULT_MAX_AGE,
    )
    assert trust.trails == RELATED_TRAILS
    assert trust.books == BASELINE
    assert trust.clock_bound_seconds == DEFAULT_CLOCK_BOUND
    assert trust.registry().actors() == []


def test_the_registry_starts_from_authorities_and_pinned_actors() -> None:
    registry = a_full_trust().registry()
    assert [actor.id for actor in registry.actors()] == [OWNER, CUSTOMS]
    assert registry.actor(OWNER).is_authority
    assert not registry.actor(CUSTOMS).is_authority
    act = Act((Need(frozenset({"holding"})),), ("urn:place",))
    registry.require_act(
        CUSTOMS,
        act,
        book=baseline(),
        holds=lambda given: given.covers(1_000, 2_000),
    )


def test_books_are_named_with_the_entry_from_which_they_count() -> None:
    first, second = sha256(b"one").hex(), sha256(b"two").hex()
    rows = "".join(
        f'[[books]]\nid = "{digest}"\nfrom = {start}\n'
        for digest, start in ((first, 0), (second, 9))
    )
    trust = parse_trust(SMALLEST + rows)
    assert [(ref.id.hex(), ref.start) for ref in trust.books] == [
        (first, 0),
        (second, 9),
    ]
    assert parse_trust(format_trust(trust)) == trust


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
    (f"{SMALLEST}[roles]\ncustoms = [7]", "no member roles"),
    (f'{SMALLEST}[[books]]\nid = "x"\nfrom = 0', "64 hex digits"),
    (f"{SMALLEST}clock_bound_seconds = 299", "from 300 to 86400"),
    (f"{SMALLEST}clock_bound_seconds = 86401", "from 300 to 86400"),
    (f'{SMALLEST}clock_bound_seconds = "any"', "a whole number"),
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


# Witnesses that nobody asks for.


def three_witnesses(kind: str = "witnesses") -> str:
    policy = World(witnesses=("w1", "w2", "w3")).trust().policy
    return SMALLEST + "".join(
        f'[[{kind}]]\nname = "{each.name}"\nkey = "{each.key.vkey}"\n'
        for each in policy.witnesses
    )


@pytest.mark.parametrize("kind", ["witnesses", "auditors"])
def test_whoever_names_witnesses_says_how_many_are_asked_for(kind: str) -> None:
    with pytest.raises(MalformedError, match=r'no quorum.* quorum = "none"'):
        parse_trust(three_witnesses(kind))


def test_witnesses_may_be_named_and_not_asked_for_if_that_is_said() -> None:
    trust = parse_trust(f'quorum = "none"\n{three_witnesses()}')
    assert trust.quorum is None
    assert len(trust.policy.witnesses) == 3
    assert parse_trust(format_trust(trust)) == trust


def test_one_of_three_may_be_all_that_is_asked_for() -> None:
    assert parse_trust(f'quorum = "w2"\n{three_witnesses()}').quorum == "w2"


# Numbers and times at the edges.

NUMBERS = ("max_age_seconds", "threshold", "clock_bound_seconds")


@pytest.mark.parametrize("member", NUMBERS)
@pytest.mark.parametrize(
    "value",
    ["1" * 5_000, "-" + "9" * 5_000, "1" + "_0" * 5_000, "0x" + "f" * 5_000],
)
def test_a_number_of_thousands_of_digits_is_refused_by_name(
    member: str, value: str
) -> None:
    with pytest.raises(MalformedError, match=rf"{member} of the trust file"):
        parse_trust(f"{SMALLEST}{member} = {value}\n")


@pytest.mark.parametrize("member", NUMBERS)
@pytest.mark.parametrize("value", [2**53, -(2**53), 10**400])
def test_a_number_beyond_those_of_javascript_is_refused_by_name(
    member: str, value: int
) -> None:
    with pytest.raises(MalformedError, match=rf"{member} of the trust file"):
        parse_trust(f"{SMALLEST}{member} = {value}\n")


def test_the_greatest_age_is_read_back() -> None:
    trust = parse_trust(f"{SMALLEST}max_age_seconds = {2**53 - 1}\n")
    assert parse_trust(format_trust(trust)) == trust


def test_a_number_of_thousands_of_digits_in_a_row_is_refused_by_name() -> None:
    rows = f'[[books]]\nid = "{"0" * 64}"\nfrom = {"1" * 5_000}\n'
    with pytest.raises(MalformedError, match="from of the trust file"):
        parse_trust(SMALLEST + rows)


@pytest.mark.parametrize("member", ["from", "until"])
@pytest.mark.parametrize(
    "time",
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59.999-00:01",
    ],
)
def test_a_time_off_the_calendar_is_refused_by_name(
    member: str, time: str
) -> None:
    match = (
        rf"grants\[0\].{member} of the trust file must be a time from 1970 to"
    )
    with pytest.raises(MalformedError, match=match):
        parse_trust(f"{GRANT}{member} = {time}\n")


@pytest.mark.parametrize(
    "time",
    [
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
        "9999-12-31T23:59:59+23:59",
    ],
)
def test_a_time_at_the_end_of_the_calendar_is_read_back(time: str) -> None:
    trust = parse_trust(f"{GRANT}until = {time}\n")
    assert parse_trust(format_trust(trust)) == trust


def test_a_time_that_no_calendar_has_cannot_be_written() -> None:
    trust = dataclasses.replace(
        World().trust(),
        actors=(pinned(Grant(CUSTOMS, "customs", until=2**53 - 1)),),
    )
    with pytest.raises(MalformedError, match="beyond the calendar"):
        format_trust(trust)


@given(
    st.sampled_from([*NUMBERS, "from", "until", "quorum", "books"]),
    st.one_of(
        st.integers(),
        st.integers(1, 6_000).map("7".__mul__),
        st.datetimes().map(lambda each: f"{each.isoformat()}Z"),
        st.dates(),
        st.floats(),
        st.text(max_size=8).map(repr),
    ),
)
def test_no_value_of_a_member_raises_anything_but_malformed(
    member: str, value: object
) -> None:
    for start in (SMALLEST, GRANT):
        try:
            trust = parse_trust(f"{start}{member} = {value}\n")
        except MalformedError:
            continue
        assert parse_trust(format_trust(trust)) == trust


@pytest.mark.parametrize("start", ["", SMALLEST, GRANT])
def test_a_member_of_a_name_without_end_is_named_by_its_beginning(
    start: str,
) -> None:
    with pytest.raises(MalformedError) as raised:
        parse_trust(f"{start}{'x' * 200_000} = 1\n")
    assert len(str(raised.value)) < 200


def test_a_grant_names_a_role() -> None:
    with pytest.raises(MalformedError, match="role of the trust file"):
        parse_trust(GRANT.replace('role = "customs"', 'role = ""'))
