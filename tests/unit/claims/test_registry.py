"""The registry lets everybody say what is theirs to say, and nothing else."""

import dataclasses
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from provenance.claims import actor as actors
from provenance.claims.act import Act, Need
from provenance.claims.actor import Grant
from provenance.claims.event import Event, Item, make_event
from provenance.claims.permission import HeldGrant
from provenance.claims.registry import Authority, Occasion, TrustRegistry
from provenance.encoding.digest import Hash, sha256
from provenance.errors import (
    MalformedError,
    RejectedError,
    RoleNotGrantedError,
    UnknownActorError,
)
from provenance.keys import Signer
from provenance.rules.book import baseline

ORIGIN = "ledger.example"
A, B, C = "did:web:a", "did:web:b", "did:web:c"
MAKER, OTHER = "did:web:maker", "did:web:other"
PLACE = "https://id.gs1.org/414/9506000134376"


DAY = 86_400_000
ROLES = baseline().roles
MAKING = {"commissioning", "transforming"}


def key(name: str) -> Signer:
    return Signer.from_seed(sha256(name.encode()))


def secret(name: str) -> bytes:
    return sha256(b"secret " + name.encode())


def enrolled(
    actor: str,
    *,
    name: str = "Somebody",
    signer: Signer | None = None,
    salt: str = "",
) -> Event:
    return actors.enrol(
        actor,
        name=name,
        signer=signer or key(actor),
        origin=ORIGIN,
        secret=secret(actor + salt),
    )


def granted(given: Grant, salt: str = "") -> Event:
    return actors.grant(given, secret=secret(str(given) + salt))


def act(
    *kinds: str, creates: tuple[str, ...] = (), places: tuple[str, ...] = ()
) -> Act:
    return Act(
        tuple(
            Need(frozenset({kind}), creates if kind in MAKING else ())
            for kind in kinds
        ),
        places,
    )


class Town:
    """A registry, and the index of the next entry."""

    def __init__(
        self,
        *authorities: str,
        threshold: int = 1,
        grants: tuple[Grant, ...] = (),
        is_pinned: bool = False,
    ) -> None:
        self.registry = TrustRegistry(
            [
                Authority(
                    a, a.upper(), (key(a).verifier.data,), grants, is_pinned
                )
                for a in authorities
            ],
            threshold=threshold,
            origin=ORIGIN,
        )
        self.index = 0
        self.now = 1

    def occasion(self, issuer: str, signer: Signer | None = None) -> Occasion:
        key_id = (signer or key(issuer)).verifier.key_id
        return Occasion(
            issuer, key_id, self.index, baseline(), (self.now, self.now)
        )

    def says(
        self, issuer: str, *events: Event, signer: Signer | None = None
    ) -> None:
        self.registry.apply_all(events, self.occasion(issuer, signer))
        self.index += 1

    def refuses(
        self,
        issuer: str,
        *events: Event,
        error: type[Exception] = RejectedError,
        match: str | None = None,
    ) -> None:
        """Check that nothing at all comes of it."""
        before = repr(self.registry.actors())
        with pytest.raises(error, match=match):
            self.registry.apply_all(events, self.occasion(issuer))
        assert repr(self.registry.actors()) == before

    def may(
        self,
        issuer: str,
        what: Act,
        holds: Callable[[Grant], bool] = lambda _: True,
    ) -> tuple[HeldGrant, ...]:
        return self.registry.require_act(
            issuer, what, book=baseline(), holds=holds
        )

    def may_not(self, issuer: str, what: Act, match: str | None = None) -> None:
        with pytest.raises(RoleNotGrantedError, match=match):
            self.may(issuer, what)


def a_town_with_a_maker(*grants: Grant) -> Town:
    town = Town(A)
    town.says(A, enrolled(MAKER))
    for given in grants:
        town.says(A, granted(given))
    return town


def test_an_authority_enrols_and_grants() -> None:
    town = a_town_with_a_maker(Grant(MAKER, "producer", ("9506000",)))
    registry = town.registry
    assert [actor.id for actor in registry.actors()] == [A, MAKER]
    assert registry.actor(MAKER).name == "Somebody"
    assert registry.knows(MAKER)
    assert not registry.knows(OTHER)
    found = registry.require_key(MAKER, key(MAKER).verifier.key_id)
    assert (found.data, found.added) == (key(MAKER).verifier.data, 0)
    assert registry.public_key(key(MAKER).verifier.key_id) == found.data
    assert registry.public_key(bytes(32)) is None
    assert registry.public_keys() == [key(A).verifier.data, found.data]
    assert registry.public_keys(1) == [found.data]
    (held,) = town.may(MAKER, act("shipping"))
    assert (held.grant.role, held.added, held.granted_by, held.parent) == (
        "producer",
        1,
        A,
        None,
    )


def test_who_is_not_enrolled_may_nothing() -> None:
    town = Town(A)
    with pytest.raises(UnknownActorError, match="no actor"):
        town.may(MAKER, act("shipping"))
    with pytest.raises(UnknownActorError, match="no actor"):
        town.registry.require_key(MAKER, key(MAKER).verifier.key_id)
    town.refuses(MAKER, enrolled(MAKER), error=UnknownActorError)


def test_a_key_of_somebody_else_is_not_the_actors() -> None:
    town = a_town_with_a_maker()
    with pytest.raises(UnknownActorError, match="not one of"):
        town.registry.require_key(MAKER, key(A).verifier.key_id)


def test_one_key_serves_one_actor_once() -> None:
    town = a_town_with_a_maker()
    town.refuses(A, enrolled(OTHER, signer=key(MAKER)), match="in use")
    town.refuses(
        A,
        actors.add_key(A, signer=key(MAKER), origin=ORIGIN, secret=secret("x")),
        match="in use",
    )


def test_an_actor_is_enrolled_once() -> None:
    town = a_town_with_a_maker()
    town.refuses(A, enrolled(MAKER, signer=key("new")), match="already")


def test_a_key_that_its_holder_did_not_sign_for_is_refused() -> None:
    town = Town(A)
    stolen = enrolled(MAKER)
    body = {**stolen.body, "actor": OTHER}
    town.refuses(
        A,
        make_event(body, [Item("actor", OTHER)], secret=secret("x")),
        match="did not sign",
    )
    elsewhere = actors.enrol(
        MAKER,
        name="Maker",
        signer=key(MAKER),
        origin="other.example",
        secret=secret("x"),
    )
    town.refuses(A, elsewhere, match="did not sign")


def test_a_key_that_anybody_can_sign_for_is_refused() -> None:
    body = {**enrolled(MAKER).body, "key": bytes(32)}
    Town(A).refuses(
        A,
        make_event(body, [Item("actor", MAKER)], secret=secret("x")),
        error=MalformedError,
    )


def test_a_grant_to_nobody_or_of_no_known_role_is_refused() -> None:
    town = a_town_with_a_maker()
    town.refuses(A, granted(Grant(OTHER, "customs")), error=UnknownActorError)
    town.refuses(A, granted(Grant(MAKER, "king")), match="no role 'king'")


def test_a_malformed_registry_event_is_refused() -> None:
    event = make_event(
        {"type": "RoleGranted", "actor": MAKER},
        [Item("actor", MAKER)],
        secret=secret("x"),
    )
    a_town_with_a_maker().refuses(A, event, error=MalformedError)


# Roles.


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_may_sign_its_own_kinds_and_no_others(role: str) -> None:
    town = a_town_with_a_maker(Grant(MAKER, role, prefixes=("*",)))
    every = frozenset[str]().union(*ROLES.values())
    for kind in sorted(every):
        if kind in ROLES[role]:
            town.may(MAKER, act(kind))
        else:
            town.may_not(MAKER, act(kind), match=kind)


def test_every_kind_of_an_event_must_be_granted() -> None:
    town = a_town_with_a_maker(Grant(MAKER, "customs"))
    town.may(MAKER, act("inspecting", "holding"))
    town.may_not(MAKER, act("inspecting", "shipping"), match="'shipping'")
    town.may_not(a_stranger(town), act("inspecting"), match="no role")


def a_stranger(town: Town) -> str:
    town.says(A, enrolled(OTHER))
    return OTHER


def test_two_grants_may_cover_one_event_together() -> None:
    town = a_town_with_a_maker(Grant(MAKER, "customs"), Grant(MAKER, "carrier"))
    used = town.may(MAKER, act("tax_paid", "shipping"))
    assert [held.grant.role for held in used] == ["customs", "carrier"]


def test_a_role_with_the_star_may_sign_every_kind() -> None:
    registry = TrustRegistry(
        [Authority(A, "A", (key(A).verifier.data,), (Grant(A, "any"),))],
        threshold=1,
        origin=ORIGIN,
    )
    registry.require_act(
        A,
        act("step:https://a.example/s"),
        book=dataclasses.replace(baseline(), roles={"any": frozenset({"*"})}),
        holds=lambda _: True,
    )


def test_items_are_created_under_ones_own_prefix_only() -> None:
    town = a_town_with_a_maker(
        Grant(MAKER, "producer", ("9506000",)),
        Grant(MAKER, "producer", ("421",)),
    )
    town.may(
        MAKER, act("commissioning", creates=("9506000134352", "9506000134369"))
    )
    town.may(MAKER, act("transforming", creates=("4210",)))
    town.may(MAKER, act("shipping", creates=("777",)))
    town.may_not(
        MAKER,
        act("commissioning", creates=("9506000134352", "9506001134352")),
        match="9506001134352",
    )
    # One grant covers all that one event creates.
    town.may_not(
        MAKER,
        act("commissioning", creates=("9506000134352", "421")),
        match="9506000134352",
    )


def test_a_grant_for_places_holds_there_only() -> None:
    town = a_town_with_a_maker(Grant(MAKER, "customs", places=(PLACE, "urn:b")))
    town.may(MAKER, act("inspecting", places=(PLACE,)))
    town.may(MAKER, act("inspecting", places=("urn:b", PLACE)))
    town.may_not(
        MAKER, act("inspecting", places=(PLACE, "urn:c")), match="urn:c"
    )
    town.may_not(MAKER, act("inspecting"), match="unnamed place")


def test_a_grant_holds_when_the_caller_says_its_dates_do() -> None:
    town = a_town_with_a_maker(Grant(MAKER, "customs", until=10))
    town.may(MAKER, act("inspecting"), lambda given: given.covers(10, 10))
    with pytest.raises(
        RoleNotGrantedError, match=r"ended at 1970-01-01T00:00:00\.010Z"
    ):
        town.may(MAKER, act("inspecting"), lambda given: given.covers(11, 11))


@pytest.mark.parametrize(
    ("start", "until", "says"),
    [
        (None, 10, r"as customs ended at 1970-01-01T00:00:00.010Z"),
        (2, 10, r"as customs ended at 1970-01-01T00:00:00.010Z"),
        (30, None, r"as customs begins at 1970-01-01T00:00:00.030Z"),
        (30, 40, r"as customs begins at 1970-01-01T00:00:00.030Z"),
    ],
)
def test_a_grant_whose_dates_do_not_hold_is_named_with_its_date(
    start: int | None, until: int | None, says: str
) -> None:
    town = a_town_with_a_maker(
        Grant(MAKER, "customs", start=start, until=until)
    )
    with pytest.raises(RoleNotGrantedError, match=says):
        town.may(MAKER, act("inspecting"), lambda given: given.covers(11, 11))
    # What it would not have met either is no matter of dates.
    with pytest.raises(RoleNotGrantedError, match="it holds no role"):
        town.may(MAKER, act("packing"), lambda given: given.covers(11, 11))


def test_a_revoked_grant_lets_nothing() -> None:
    given = granted(Grant(MAKER, "customs"))
    town = Town(A)
    town.says(A, enrolled(MAKER))
    town.says(A, given)
    revoked = actors.revoke_grant(
        MAKER, granted_by=given.id, reason="left", secret=secret("x")
    )
    town.says(A, revoked)
    town.may_not(MAKER, act("inspecting"), match="no role")
    assert town.registry.actor(MAKER).grants[given.id].revoked == 2
    town.refuses(
        A,
        actors.revoke_grant(
            MAKER, granted_by=given.id, reason="again", secret=secret("y")
        ),
        match="holds no grant",
    )
    town.refuses(
        A,
        actors.revoke_grant(
            MAKER, granted_by=sha256(b"?"), reason="x", secret=secret("y")
        ),
        match="holds no grant",
    )
    town.says(A, granted(Grant(MAKER, "customs"), salt="again"))
    town.may(MAKER, act("inspecting"))


# Keys.


def rotated(actor: str, old: Signer, new: Signer) -> Event:
    return actors.rotate_key(
        actor,
        old=old.verifier.key_id,
        signer=new,
        origin=ORIGIN,
        secret=secret("rotate"),
    )


def test_an_actor_rotates_its_own_key() -> None:
    town = a_town_with_a_maker()
    town.says(MAKER, rotated(MAKER, key(MAKER), key("new")))
    town.registry.require_key(MAKER, key("new").verifier.key_id)
    with pytest.raises(UnknownActorError, match="revoked by entry 1: rotated"):
        town.registry.require_key(MAKER, key(MAKER).verifier.key_id)
    assert (
        town.registry.public_key(key(MAKER).verifier.key_id)
        == key(MAKER).verifier.data
    )
    town.refuses(
        MAKER, rotated(MAKER, key(MAKER), key("newer")), error=UnknownActorError
    )


def test_an_actor_adds_and_revokes_its_own_keys() -> None:
    town = a_town_with_a_maker()
    town.says(
        MAKER,
        actors.add_key(
            MAKER, signer=key("second"), origin=ORIGIN, secret=secret("x")
        ),
    )
    town.registry.require_key(MAKER, key("second").verifier.key_id)
    town.registry.require_key(MAKER, key(MAKER).verifier.key_id)
    lost = actors.revoke_key(
        MAKER, old=key(MAKER).verifier.key_id, reason="lost", secret=secret("y")
    )
    town.says(MAKER, lost)
    with pytest.raises(UnknownActorError, match="lost"):
        town.registry.require_key(MAKER, key(MAKER).verifier.key_id)
    lost_again = actors.revoke_key(
        MAKER, old=key(MAKER).verifier.key_id, reason="lost", secret=secret("z")
    )
    town.refuses(MAKER, lost_again, error=UnknownActorError)


def test_nobody_but_an_authority_changes_the_keys_of_another() -> None:
    town = a_town_with_a_maker()
    town.says(A, enrolled(OTHER))
    stolen = actors.revoke_key(
        MAKER,
        old=key(MAKER).verifier.key_id,
        reason="mine now",
        secret=secret("x"),
    )
    town.refuses(OTHER, stolen, error=RoleNotGrantedError, match="no authority")
    town.refuses(
        OTHER,
        rotated(MAKER, key(MAKER), key("thief")),
        error=RoleNotGrantedError,
    )
    town.says(A, stolen)
    with pytest.raises(UnknownActorError):
        town.registry.require_key(MAKER, key(MAKER).verifier.key_id)
    town.refuses(
        A,
        actors.add_key(C, signer=key("x"), origin=ORIGIN, secret=secret("z")),
        error=UnknownActorError,
    )


# Authorities.


def test_a_threshold_of_authorities_must_say_the_same() -> None:
    town = Town(A, B, C, threshold=2)
    town.says(A, enrolled(MAKER, salt="a"))
    assert not town.registry.knows(MAKER)
    town.refuses(A, enrolled(MAKER, salt="again"), match="said this already")
    town.says(B, enrolled(MAKER, name="Another name", salt="b"))
    assert not town.registry.knows(MAKER)
    town.says(C, enrolled(MAKER, salt="c"))
    assert town.registry.knows(MAKER)
    # What was agreed on is done with: to say it again starts anew.
    town.says(A, granted(Grant(MAKER, "customs"), "a"))
    town.says(B, granted(Grant(MAKER, "customs"), "b"))
    town.says(A, granted(Grant(MAKER, "customs"), "c"))
    assert len(town.registry.actor(MAKER).grants) == 1


def test_an_authority_changes_its_own_keys_alone() -> None:
    town = Town(A, B, threshold=2)
    town.says(A, rotated(A, key(A), key("new")))
    town.registry.require_key(A, key("new").verifier.key_id)


def test_a_plain_or_pinned_actor_neither_enrols_nor_grants() -> None:
    town = a_town_with_a_maker(Grant(MAKER, "producer", ("*",)))
    town.refuses(MAKER, enrolled(OTHER), error=RoleNotGrantedError)
    town.refuses(
        MAKER, granted(Grant(MAKER, "customs")), error=RoleNotGrantedError
    )
    pinned = Town(A, grants=(Grant(A, "customs"),), is_pinned=True)
    pinned.may(A, act("inspecting"))
    pinned.refuses(A, enrolled(OTHER), error=RoleNotGrantedError)


def test_an_authority_has_every_grant_that_the_trust_file_gives() -> None:
    town = Town(
        A, grants=(Grant(A, "producer", ("1",)), Grant(A, "producer", ("2",)))
    )
    town.may(A, act("commissioning", creates=("1",)))
    town.may(A, act("commissioning", creates=("2",)))
    town.may_not(A, act("commissioning", creates=("3",)))


@pytest.mark.parametrize("changes", [
    {"authorities": [Authority(A, "A", (key(A).verifier.data,)), Authority(A, "A", (key(B).verifier.data,))]},
    {"authorities": [Authority(A, "A", (key(A).verifier.data,)), Authority(B, "B", (key(A).verifier.data,))]},
    {"authorities": [Authority(A, "A", (bytes(32),))]},
])  # fmt: skip
def test_authorities_that_contradict_each_other_are_refused(
    changes: Any,
) -> None:
    with pytest.raises(MalformedError):
        TrustRegistry(
            changes["authorities"],
            threshold=1,
            origin=ORIGIN,
        )


# Passing grants on.


def a_town_with_an_association() -> Town:
    """B may pass on `producer` under 9506000 until time 100."""
    town = Town(A)
    town.says(A, enrolled(B))
    town.says(
        A,
        granted(Grant(B, "producer", ("9506000",), until=100, may_grant=True)),
    )
    return town


def test_a_grant_is_passed_on_within_its_limits() -> None:
    town = a_town_with_an_association()
    town.says(B, enrolled(MAKER))
    town.says(B, granted(Grant(MAKER, "producer", ("95060001",), until=50)))
    (held,) = town.may(MAKER, act("commissioning", creates=("9506000134352",)))
    assert held.granted_by == B
    assert held.parent in town.registry.actor(B).grants
    town.refuses(
        B,
        granted(Grant(MAKER, "producer", ("421",), until=50)),
        error=RoleNotGrantedError,
    )
    town.refuses(
        B,
        granted(Grant(MAKER, "producer", ("9506000",))),
        error=RoleNotGrantedError,
    )
    town.refuses(
        B, granted(Grant(MAKER, "customs", until=50)), error=RoleNotGrantedError
    )


def test_what_was_passed_on_falls_with_what_it_came_from() -> None:
    town = a_town_with_an_association()
    town.says(B, enrolled(MAKER))
    town.says(
        B,
        granted(
            Grant(MAKER, "producer", ("9506000",), until=50, may_grant=True)
        ),
    )
    town.says(MAKER, enrolled(C))
    town.says(MAKER, granted(Grant(C, "producer", ("9506000",), until=50)))
    town.may(C, act("shipping"))
    (root,) = town.registry.actor(B).grants
    town.says(
        A,
        actors.revoke_grant(
            B, granted_by=root, reason="fraud", secret=secret("x")
        ),
    )
    for actor in (B, MAKER, C):
        town.may_not(actor, act("shipping"), match="no role")
    town.refuses(B, enrolled(OTHER), error=RoleNotGrantedError)


def test_who_passed_a_grant_on_may_take_it_back_and_nobody_elses() -> None:
    town = a_town_with_an_association()
    town.says(B, enrolled(MAKER))
    given = granted(Grant(MAKER, "producer", ("9506000",), until=50))
    town.says(B, given)
    of_a = granted(Grant(MAKER, "customs"))
    town.says(A, of_a)
    town.refuses(
        B,
        actors.revoke_grant(
            MAKER, granted_by=of_a.id, reason="x", secret=secret("x")
        ),
        error=RoleNotGrantedError,
    )
    town.says(
        B,
        actors.revoke_grant(
            MAKER, granted_by=given.id, reason="x", secret=secret("x")
        ),
    )
    town.may_not(MAKER, act("shipping"))
    town.may(MAKER, act("tax_paid"))


# A grant is given once, so that each comes from an earlier one.


def test_a_holder_that_says_its_own_grant_again_is_refused() -> None:
    town = a_town_with_an_association()
    (held,) = town.may(B, act("shipping"))
    own = Grant(B, "producer", ("9506000",), until=100, may_grant=True)
    assert granted(own).id == held.id
    town.refuses(B, granted(own), match="hears each once")
    assert town.may(B, act("shipping")) == (held,)


def test_grants_cannot_be_made_to_come_from_each_other() -> None:
    town = a_town_with_an_association()
    town.says(B, enrolled(MAKER))
    own = Grant(B, "producer", ("9506000",), until=100, may_grant=True)
    town.says(B, granted(dataclasses.replace(own, actor=MAKER)))
    town.refuses(MAKER, granted(own), match="hears each once")
    # In an event of its own it is a grant of its own, and comes last.
    town.says(MAKER, granted(own, salt="anew"))
    assert [held.depth for held in town.registry.actor(B).grants.values()] == [
        0,
        2,
    ]
    town.may(B, act("shipping"))


@pytest.mark.parametrize("sayer", [A, B])
def test_a_grant_does_not_change_hands(sayer: str) -> None:
    town = a_town_with_an_association()
    given = granted(Grant(MAKER, "producer", ("9506000",), until=50))
    town.says(A, enrolled(MAKER), given)
    before = town.may(MAKER, act("shipping"))
    town.refuses(sayer, given, match="hears each once")
    assert town.may(MAKER, act("shipping")) == before


def test_a_revoked_grant_does_not_come_back() -> None:
    given = granted(Grant(MAKER, "producer", ("9506000",)))
    town = Town(A)
    town.says(A, enrolled(MAKER), given)
    town.says(
        A,
        actors.revoke_grant(
            MAKER, granted_by=given.id, reason="fraud", secret=secret("x")
        ),
    )
    town.refuses(A, given, match="hears each once")
    town.may_not(MAKER, act("shipping"))


def test_one_statement_gives_a_grant_once() -> None:
    town = a_town_with_a_maker()
    given = granted(Grant(MAKER, "producer", ("9506000",)))
    town.refuses(A, given, given, match="hears each once")
    town.says(A, given)


def test_a_voice_too_late_for_a_grant_that_was_given_is_refused() -> None:
    town = Town(A, B, C, threshold=2)
    given = granted(Grant(MAKER, "customs"))
    for authority in (A, B):
        town.says(authority, enrolled(MAKER, salt=authority))
    town.says(A, given)
    town.says(B, granted(Grant(MAKER, "customs"), salt="b"))
    town.refuses(C, given, match="hears each once")


def test_a_long_row_of_grants_ends_with_its_first() -> None:
    town = a_town_with_an_association()
    limits = Grant(B, "producer", ("9506000",), until=100, may_grant=True)
    row = [B, *(f"did:web:number-{n}" for n in range(20))]
    for giver, taker in pairwise(row):
        town.says(giver, enrolled(taker))
        town.says(giver, granted(dataclasses.replace(limits, actor=taker)))
    (held,) = town.may(row[-1], act("shipping"))
    assert held.depth == 20
    (middle,) = town.registry.actor(row[10]).grants
    town.says(
        A,
        actors.revoke_grant(
            row[10], granted_by=middle, reason="fraud", secret=secret("x")
        ),
    )
    town.may(row[9], act("shipping"))
    for taker in row[10:]:
        town.may_not(taker, act("shipping"))


# What an entry says counts after it.


def a_town_with_a_grantor() -> Town:
    """B may enrol, and pass on `producer`; MAKER is enrolled."""
    town = Town(A)
    town.says(A, enrolled(B), enrolled(MAKER))
    town.says(A, granted(Grant(B, "producer", ("9506000",), may_grant=True)))
    return town


def test_a_grant_is_not_passed_on_in_the_entry_that_gives_it() -> None:
    town = Town(A)
    town.says(A, enrolled(B), enrolled(MAKER))
    both = Grant(B, "producer", ("9506000",), may_grant=True)
    town.says(A, granted(both))
    deeper = Grant(B, "producer", ("9506000", "95060001"), may_grant=True)
    town.says(
        B,
        granted(deeper, salt="own"),
        granted(Grant(MAKER, "producer", ("95060001",)), salt="own"),
    )
    (held,) = town.registry.actor(MAKER).grants.values()
    assert held.depth == 1


def test_a_grant_that_is_taken_in_an_entry_is_passed_on_in_it_yet() -> None:
    town = Town(A)
    given = Grant(B, "producer", ("9506000",), may_grant=True)
    town.says(A, enrolled(B), enrolled(MAKER), enrolled(C))
    town.says(A, granted(dataclasses.replace(given, actor=C)))
    town.says(C, granted(given))
    (own,) = town.registry.actor(B).grants
    gone = actors.revoke_grant(
        B, granted_by=own, reason="x", secret=secret("gone")
    )
    town.refuses(B, gone, granted(Grant(MAKER, "customs")))
    town.says(C, gone, granted(Grant(MAKER, "producer", ("9506000",))))
    town.refuses(
        B,
        granted(Grant(MAKER, "producer", ("9506000",)), salt="b"),
        error=RoleNotGrantedError,
    )


def test_what_an_authority_loses_in_its_own_entry_it_had_before_it() -> None:
    town = Town(A, B, threshold=2)
    gone = actors.revoke_key(
        A, old=key(A).verifier.key_id, reason="lost", secret=secret("x")
    )
    town.says(A, gone, enrolled(MAKER))
    # The voice was given with a key that counted, and counts no more.
    town.says(B, enrolled(MAKER, salt="b"))
    assert not town.registry.knows(MAKER)


# Voices lapse.


@pytest.mark.parametrize(
    ("days", "is_enough"),
    [(0, True), (30, True), (30.001, False), (400, False)],
)
def test_a_voice_waits_thirty_days_for_the_others(
    days: float, is_enough: bool
) -> None:
    town = Town(A, B, threshold=2)
    town.says(A, enrolled(MAKER))
    town.now += int(days * DAY)
    town.says(B, enrolled(MAKER, salt="b"))
    assert town.registry.knows(MAKER) is is_enough


def test_a_voice_that_lapsed_may_be_raised_again_and_waits_anew() -> None:
    town = Town(A, B, threshold=2)
    town.says(A, enrolled(MAKER))
    town.now += 20 * DAY
    town.refuses(A, enrolled(MAKER, salt="2"), match="said this already")
    town.now += 11 * DAY
    town.says(A, enrolled(MAKER, salt="2"))
    town.now += 29 * DAY
    town.says(B, enrolled(MAKER, salt="b"))
    assert town.registry.knows(MAKER)


def test_a_late_voice_waits_for_others_in_place_of_the_one_that_lapsed() -> (
    None
):
    town = Town(A, B, threshold=2)
    town.says(A, enrolled(MAKER))
    town.now += 31 * DAY
    town.says(B, enrolled(MAKER, salt="b"))
    assert not town.registry.knows(MAKER)
    town.says(A, enrolled(MAKER, salt="2"))
    assert town.registry.knows(MAKER)


def test_a_voice_lapses_with_its_key_even_if_the_actor_has_another() -> None:
    town = Town(A, B, threshold=2)
    town.says(A, enrolled(MAKER))
    town.says(A, rotated(A, key(A), key("newer")))
    town.says(B, enrolled(MAKER, salt="b"))
    assert not town.registry.knows(MAKER)
    town.says(A, enrolled(MAKER, salt="2"), signer=key("newer"))
    assert town.registry.knows(MAKER)


def test_a_voice_without_a_time_is_counted_and_told() -> None:
    town = Town(A, B, threshold=2)
    town.now = 0
    town.says(A, enrolled(MAKER))
    town.now = 400 * DAY
    undated = town.registry.apply(enrolled(MAKER, salt="b"), town.occasion(B))
    assert undated == (0,)
    assert town.registry.knows(MAKER)


def test_a_revoked_grant_of_two_authorities_does_not_come_back_in_any_order() -> (
    None
):
    town = Town(A, B, threshold=2)
    given = Grant(MAKER, "producer", ("9506000",))
    for authority in (A, B):
        town.says(authority, enrolled(MAKER, salt=authority))
    town.says(A, granted(given, salt="a"))
    town.says(B, granted(given, salt="b"))
    (held,) = town.registry.actor(MAKER).grants
    for authority in (A, B):
        town.says(
            authority,
            actors.revoke_grant(
                MAKER, granted_by=held, reason="x", secret=secret(authority)
            ),
        )
    town.may_not(MAKER, act("shipping"))
    town.refuses(B, granted(given, salt="b"), match="hears each once")
    town.refuses(B, granted(given, salt="a"), match="hears each once")
    town.refuses(A, granted(given, salt="a"), match="hears each once")
    town.may_not(MAKER, act("shipping"))


# Who is called what, and by whom.


@pytest.mark.parametrize("name", [
    "", " ", "\u3000\u00a0", "Cust\x00oms", "Cust\u202eoms", "\u200fCustoms",
    "Customs\u2066", "Cus\ntoms", "\x85", "x" * 201,
])  # fmt: skip
def test_a_name_is_seen_and_read_in_one_direction(name: str) -> None:
    with pytest.raises(MalformedError, match="malformed 'name'"):
        enrolled(MAKER, name=name)


def test_a_name_is_in_any_script() -> None:
    for name in ("中国海关", "הרשות", "x" * 200, "Æ Ltd. (№ 1)"):
        assert enrolled(MAKER, name=name).body["name"] == name


def test_it_is_known_who_enrolled_whom() -> None:
    town = a_town_with_a_grantor()
    town.says(B, enrolled(C))
    registry = town.registry
    assert registry.actor(A).enrolled_by == ""
    assert registry.actor(MAKER).enrolled_by == A
    assert registry.actor(C).enrolled_by == B
    assert [registry.named_by(each) for each in (A, B, MAKER, C, "x")] == [
        "", "", "", B, "",
    ]  # fmt: skip


def test_who_was_spoken_of_is_no_item_even_before_all_agreed() -> None:
    town = Town(A, B, threshold=2)
    town.refuses(A, enrolled(MAKER), enrolled(MAKER))
    assert not town.registry.is_subject(MAKER)
    town.says(A, enrolled(MAKER))
    assert town.registry.is_subject(MAKER)
    assert not town.registry.knows(MAKER)
    assert not town.registry.is_subject(OTHER)


# All or nothing.


def test_one_refused_event_undoes_the_whole_statement() -> None:
    town = a_town_with_a_maker()
    version = town.registry.version
    town.refuses(A, enrolled(OTHER), granted(Grant(OTHER, "king")))
    assert not town.registry.knows(OTHER)
    assert town.registry.public_key(key(OTHER).verifier.key_id) is None
    assert town.registry.version > version
    town.refuses(
        A,
        granted(Grant(MAKER, "customs")),
        actors.revoke_key(
            MAKER, old=sha256(b"?"), reason="x", secret=secret("x")
        ),
    )
    town.refuses(
        MAKER,
        rotated(MAKER, key(MAKER), key("new")),
        rotated(MAKER, key(MAKER), key("newer")),
    )
    town.registry.require_key(MAKER, key(MAKER).verifier.key_id)
    town.says(A, enrolled(OTHER), granted(Grant(OTHER, "customs")))
    town.may(OTHER, act("inspecting"))


def test_a_voice_in_a_refused_statement_was_not_raised() -> None:
    town = Town(A, B, threshold=2)
    town.refuses(
        A,
        enrolled(MAKER),
        granted(Grant(OTHER, "customs")),
        error=UnknownActorError,
    )
    town.says(B, enrolled(MAKER, salt="b"))
    assert not town.registry.knows(MAKER)
    town.says(A, enrolled(MAKER, salt="a"))
    assert town.registry.knows(MAKER)


def test_the_registry_reads_whatever_has_an_id_a_body_and_items() -> None:
    class Seen:
        id: Hash = enrolled(MAKER).id
        body = enrolled(MAKER).body
        items = (Item("actor", MAKER),)

    town = Town(A)
    town.registry.apply(Seen(), town.occasion(A))
    assert town.registry.knows(MAKER)
