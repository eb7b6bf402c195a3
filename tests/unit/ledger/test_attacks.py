"""A ledger that keeps to its rules takes no crooked actor's word for it.

Each attack was let in once, and each has siblings. What is refused says by
which rule, and nothing of it is in the log.
"""

import pathlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Event, Field, Item, make_event
from provenance.claims.stored import StoredEvent, read_stored
from provenance.claims.versions import book_entry
from provenance.encoding.canonical import decode, encode
from provenance.encoding.digest import sha256
from provenance.errors import (
    DuplicateEventError,
    LifecycleError,
    MalformedError,
    ProvenanceError,
    QuotaError,
    RejectedError,
    RoleNotGrantedError,
    UnknownBookError,
)
from provenance.folder import audit_folder
from provenance.ledger import ancestry
from provenance.proof.receipt import Receipt
from provenance.proof.verdict import Outcome
from provenance.rules.book import baseline
from provenance.rules.form import items_named
from tests.ledger_world import (
    CUSTOMS,
    FORWARDER,
    OPERATOR,
    ORIGIN,
    PREFIX,
    PRODUCER,
    LedgerWorld,
    body,
    can,
    signer_of,
)

BOSS, LAB = "did:web:boss.example", "did:web:lab.example"
SECOND = "did:web:second.example"
PARTY = "https://id.gs1.org/417/9506000000008"
LOT = "https://id.gs1.org/01/09506000134352/10/L1"
DAY = 86_400_000
QUOTA = baseline().events_a_day


def pallet(number: int) -> str:
    digits = f"19506000{number:09}"
    total = sum(int(d) * (3, 1)[n % 2] for n, d in enumerate(digits))
    return f"https://id.gs1.org/00/{digits}{-total % 10}"


@pytest.fixture
def world(tmp_path: pathlib.Path) -> Iterator[LedgerWorld]:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    yield world
    world.ledger.close()


@pytest.fixture
def shared(tmp_path: pathlib.Path) -> Iterator[LedgerWorld]:
    """A ledger of two authorities, both of which must agree."""
    world = LedgerWorld(tmp_path / "shared", threshold=2)
    yield world
    world.ledger.close()


def say(
    world: LedgerWorld, issuer: str, *events: Event
) -> Receipt | ProvenanceError:
    world.now += 1
    (reply,) = world.ledger.submit([world.sign(issuer, *events)])
    return reply


def logged(world: LedgerWorld, issuer: str, *events: Event) -> int:
    reply = say(world, issuer, *events)
    assert isinstance(reply, Receipt), reply
    return reply.log_index


def refused(
    world: LedgerWorld,
    issuer: str,
    *events: Event,
    rule: str,
    error: type[ProvenanceError] = RejectedError,
) -> str:
    """Check that it is refused, by the ledger and beforehand, by that rule."""
    size = world.ledger.size
    world.now += 1
    submission = world.sign(issuer, *events)
    (foreseen,) = world.ledger.check([submission])
    (reply,) = world.ledger.submit([submission])
    for answer in (foreseen, reply):
        assert isinstance(answer, error), answer
        assert answer.rule == rule, answer
    assert world.ledger.size == size
    return str(reply)


def sound(world: LedgerWorld) -> None:
    report = audit_folder(world.folder, trust=world.trust, processes=1)
    assert report.findings == []


def a_boss(world: LedgerWorld, role: str = "producer") -> None:
    world.enrol(BOSS, role, prefixes=(PREFIX,), may_grant=True)


def enrolment(
    world: LedgerWorld, actor: str, *, name: str = "", key: str = ""
) -> Event:
    return actors.enrol(
        actor,
        name=name or actor,
        signer=signer_of(key or actor),
        origin=ORIGIN,
        secret=world.secret(),
    )


# An event is logged once, for ever, whoever signs it.


def test_an_old_release_is_not_logged_again_after_the_hold(
    world: LedgerWorld,
) -> None:
    released = world.event(
        can(1), bizStep="urn:provenance:step:customs_released"
    )
    index = logged(world, CUSTOMS, released)
    logged(world, CUSTOMS, world.event(can(1), bizStep="holding"))
    error = refused(
        world,
        CUSTOMS,
        released,
        rule="identity.event-once",
        error=DuplicateEventError,
    )
    assert f"entry {index}" in error


def test_an_event_is_not_logged_again_by_another_actor(
    world: LedgerWorld,
) -> None:
    seen = world.event(can(1))
    index = logged(world, CUSTOMS, seen)
    world.reopen()
    error = refused(
        world,
        PRODUCER,
        seen,
        rule="identity.event-once",
        error=DuplicateEventError,
    )
    assert f"entry {index}" in error
    assert CUSTOMS in error


@pytest.mark.parametrize("event_id", [None, "urn:example:mine"])
def test_an_event_is_found_however_long_its_trail_has_grown(
    world: LedgerWorld, event_id: str | None
) -> None:
    seen = world.event(can(1), eventID=event_id)
    logged(world, CUSTOMS, seen)
    for _ in range(40):
        logged(world, PRODUCER, world.event(can(1)))
    for issuer in (CUSTOMS, PRODUCER):
        refused(
            world,
            issuer,
            seen,
            rule="identity.event-once",
            error=DuplicateEventError,
        )


def test_an_event_is_once_in_a_batch_and_once_in_a_statement(
    world: LedgerWorld,
) -> None:
    seen, other = world.event(can(1)), world.event(can(2), eventID=None)
    first, second = world.ledger.submit(
        [world.sign(CUSTOMS, seen), world.sign(PRODUCER, seen)]
    )
    assert isinstance(first, Receipt)
    assert isinstance(second, DuplicateEventError)
    refused(
        world, CUSTOMS, other, other,
        rule="identity.event-once", error=DuplicateEventError,
    )  # fmt: skip
    sound(world)


def test_a_withdrawn_report_does_not_stand_again(world: LedgerWorld) -> None:
    report = world.event(can(1))
    withdrawn = world.as_error(report, reason="did_not_occur")
    logged(world, CUSTOMS, report)
    logged(world, CUSTOMS, withdrawn)
    for again in (report, withdrawn):
        refused(
            world,
            CUSTOMS,
            again,
            rule="identity.event-once",
            error=DuplicateEventError,
        )


def test_an_audit_finds_an_event_that_another_actor_had_logged_again(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = world.event(can(1))
    logged(world, CUSTOMS, seen)
    monkeypatch.setattr("provenance.ledger.admit._logged", lambda *_: None)
    logged(world, PRODUCER, seen)
    monkeypatch.undo()
    report = audit_folder(world.folder, trust=world.trust, processes=1)
    assert [finding.rule for finding in report.findings] == [
        "identity.event-once"
    ]


# A grant is given once, and stays whose it is.


def test_a_holder_cannot_say_its_own_grant_again(world: LedgerWorld) -> None:
    own = actors.grant(
        Grant(BOSS, "producer", (PREFIX,), may_grant=True),
        secret=world.secret(),
    )
    logged(world, OPERATOR, enrolment(world, BOSS), own)
    refused(world, BOSS, own, rule="identity.grant")
    refused(world, BOSS, own, own, rule="identity.event-once")
    logged(world, BOSS, world.made(can(1)))
    sound(world)


def test_a_delegate_cannot_take_a_competitors_grant_over(
    world: LedgerWorld,
) -> None:
    a_boss(world)
    given = actors.grant(
        Grant(LAB, "producer", (PREFIX,)), secret=world.secret()
    )
    logged(world, OPERATOR, enrolment(world, LAB), given)
    refused(world, BOSS, given, rule="identity.grant")
    taken = actors.revoke_grant(
        LAB, granted_by=given.id, reason="x", secret=world.secret()
    )
    refused(world, BOSS, taken, rule="permission.registry")
    # Nor together, in one statement.
    refused(world, BOSS, given, taken, rule="identity.grant")
    logged(world, LAB, world.made(can(1)))


def test_grants_in_one_statement_do_not_come_from_each_other(
    world: LedgerWorld,
) -> None:
    a_boss(world)
    logged(world, OPERATOR, enrolment(world, LAB))
    given = Grant(LAB, "producer", (PREFIX,), may_grant=True)
    there = actors.grant(given, secret=world.secret())
    back = actors.grant(
        Grant(BOSS, "producer", (PREFIX,), may_grant=True),
        secret=world.secret(),
    )
    logged(world, BOSS, there, back)
    held = world.ledger.registry().actor(BOSS).grants[back.id]
    assert held.depth == 1
    logged(world, BOSS, world.made(can(1)))
    logged(world, LAB, world.made(can(2)))
    sound(world)


def test_a_revoked_grant_does_not_come_back(world: LedgerWorld) -> None:
    given = actors.grant(Grant(LAB, "customs"), secret=world.secret())
    logged(world, OPERATOR, enrolment(world, LAB), given)
    gone = actors.revoke_grant(
        LAB, granted_by=given.id, reason="fraud", secret=world.secret()
    )
    logged(world, OPERATOR, gone)
    refused(world, OPERATOR, given, rule="identity.grant")
    refused(world, OPERATOR, gone, given, rule="identity.grant")
    world.reopen()
    refused(world, OPERATOR, given, rule="identity.grant")
    refused(
        world, LAB, world.event(can(1)),
        rule="permission.role", error=RoleNotGrantedError,
    )  # fmt: skip


def test_a_revoked_grant_of_two_authorities_does_not_come_back(
    shared: LedgerWorld,
) -> None:
    given = Grant(LAB, "customs")
    said: list[Event] = []
    for authority in (OPERATOR, SECOND):
        logged(shared, authority, enrolment(shared, LAB))
    for authority in (OPERATOR, SECOND):
        said.append(actors.grant(given, secret=shared.secret()))
        logged(shared, authority, said[-1])
    logged(shared, LAB, shared.event(can(1)))
    for authority in (OPERATOR, SECOND):
        gone = actors.revoke_grant(
            LAB, granted_by=said[-1].id, reason="fraud", secret=shared.secret()
        )
        logged(shared, authority, gone)
    for authority in (OPERATOR, SECOND):
        for event in said:
            refused(shared, authority, event, rule="identity.grant")
    refused(
        shared, LAB, shared.event(can(1)),
        rule="permission.role", error=RoleNotGrantedError,
    )  # fmt: skip
    sound(shared)


def test_a_voice_lapses_and_does_so_after_reopening_as_well(
    shared: LedgerWorld,
) -> None:
    logged(shared, OPERATOR, enrolment(shared, LAB))
    shared.now += 31 * DAY
    shared.reopen()
    logged(shared, SECOND, enrolment(shared, LAB))
    assert not shared.ledger.registry().knows(LAB)
    shared.now += 29 * DAY
    shared.reopen()
    logged(shared, OPERATOR, enrolment(shared, LAB))
    assert shared.ledger.registry().knows(LAB)
    sound(shared)


# A trail is that of an actor or that of goods.


@pytest.mark.parametrize(
    "thing",
    [
        can(1),
        LOT,
        pallet(1),
        "https://id.gs1.org/414/9506000134376",
        "https://id.gs1.org/01/09506000134352",
        "urn:epc:id:sgtin:9506000.013435.1",
        "HTTPS://ID.GS1.ORG/417/9506000000008",
    ],
)
def test_the_key_of_a_thing_is_no_actor(world: LedgerWorld, thing: str) -> None:
    a_boss(world)
    logged(world, PRODUCER, world.made(can(1)))
    for issuer in (BOSS, OPERATOR):
        refused(
            world, issuer, enrolment(world, thing, key="x"),
            rule="identity.actor", error=MalformedError,
        )  # fmt: skip
    recalled = world.event(can(1), disposition="recalled")
    logged(world, PRODUCER, recalled)


def test_a_party_and_a_did_may_be_actors(world: LedgerWorld) -> None:
    a_boss(world)
    logged(world, BOSS, enrolment(world, PARTY))
    logged(world, BOSS, enrolment(world, "https://lab.example/"))


def test_the_trust_item_is_no_actor(world: LedgerWorld) -> None:
    refused(
        world, OPERATOR, enrolment(world, f"provenance:trust:{ORIGIN}", key="x"),
        rule="identity.trail", error=MalformedError,
    )  # fmt: skip


def test_what_has_a_trail_of_goods_is_enrolled_by_nobody(
    world: LedgerWorld,
) -> None:
    a_boss(world)
    world.enrol("did:web:other.example", "customs")
    thing = "urn:example:crate:7"
    logged(world, CUSTOMS, world.event(thing))
    for issuer in (BOSS, OPERATOR):
        refused(
            world,
            issuer,
            enrolment(world, thing, key="x"),
            rule="identity.trail",
        )
    logged(world, CUSTOMS, world.event(thing))
    sound(world)


def test_one_statement_does_not_begin_a_trail_of_both_kinds(
    world: LedgerWorld,
) -> None:
    a_boss(world)
    thing = "urn:example:crate:8"
    both = [enrolment(world, thing, key="x"), world.event(thing)]
    for events in (both, both[::-1]):
        refused(world, BOSS, *events, rule="identity.trail")


def test_an_actor_is_no_item_not_even_before_all_authorities_agreed(
    shared: LedgerWorld,
) -> None:
    for role in (OPERATOR, SECOND):
        logged(shared, role, enrolment(shared, CUSTOMS))
    for role in (OPERATOR, SECOND):
        given = actors.grant(Grant(CUSTOMS, "customs"), secret=shared.secret())
        logged(shared, role, given)
    logged(shared, OPERATOR, enrolment(shared, LAB))
    refused(shared, CUSTOMS, shared.event(LAB), rule="identity.party")
    refused(shared, CUSTOMS, shared.event(CUSTOMS), rule="identity.party")
    logged(shared, SECOND, enrolment(shared, LAB))
    assert shared.ledger.registry().knows(LAB)
    other = "https://lab.example/"
    logged(shared, OPERATOR, enrolment(shared, other))
    refused(shared, CUSTOMS, shared.event(other), rule="identity.trail")


@pytest.mark.parametrize("party", [PARTY, LAB, "DID:web:lab.example"])
def test_nobody_keeps_a_party_out_by_naming_it_as_an_item(
    world: LedgerWorld, party: str
) -> None:
    for relation in ("epcList", "about"):
        event = make_event(body(), [Item(relation, party)], secret=bytes(32))
        refused(world, CUSTOMS, event, rule="identity.party")
    logged(world, OPERATOR, enrolment(world, party))


# Names.


@pytest.mark.parametrize(
    "again",
    ["中国海关", " 中国海关 ", "中国\u200b海关", "中国 海关", "中国海关\ufe0f"],
)
def test_a_delegate_gives_nobody_the_name_of_another_actor(
    world: LedgerWorld, again: str
) -> None:
    a_boss(world)
    logged(world, OPERATOR, enrolment(world, LAB, name="中国海关"))
    refused(
        world, BOSS, enrolment(world, "did:web:faker.example", name=again),
        rule="identity.name",
    )  # fmt: skip
    # An authority answers for it.
    logged(
        world,
        OPERATOR,
        enrolment(world, "did:web:port2.example", name="中国海关"),
    )


@pytest.mark.parametrize(
    "name", ["\u200b", "\u3164", "\u2800", "\u034f\u00ad", "\ufeff \ufe0f"]
)
def test_a_delegate_gives_no_name_that_nobody_can_see(
    world: LedgerWorld, name: str
) -> None:
    a_boss(world)
    unseen = enrolment(world, LAB, name=name)
    refused(world, BOSS, unseen, rule="identity.name")


def test_a_delegate_gives_no_name_twice_itself(world: LedgerWorld) -> None:
    a_boss(world)
    one, two = "did:web:one.example", "did:web:two.example"
    both = [enrolment(world, each, name="Ｃustoms") for each in (one, two)]
    refused(world, BOSS, *both, rule="identity.name")
    logged(world, BOSS, enrolment(world, one, name="ＣUSTOMS"))
    refused(
        world, BOSS, enrolment(world, two, name="customs"), rule="identity.name"
    )
    sound(world)


@pytest.mark.parametrize(
    "name", ["中国\u202e海关", "\u2067Customs", "Customs\u0007", "\u3000"]
)
def test_nobody_is_enrolled_under_a_name_that_cannot_be_read(
    world: LedgerWorld, name: str
) -> None:
    good = enrolment(world, LAB)
    bad = make_event(
        {**good.body, "name": name}, good.items, secret=world.secret()
    )
    refused(world, OPERATOR, bad, rule="identity.name", error=MalformedError)


# What an eventID means.


def test_a_concealed_event_id_is_no_event_id(world: LedgerWorld) -> None:
    mine = "urn:example:mine"
    logged(world, CUSTOMS, world.event(can(1), eventID=mine))
    for number in (1, 2):
        sealed = make_event(
            body(),
            [Item("epcList", can(number))],
            [Field("/eventID", mine)],
            secret=world.secret(),
        )
        refused(
            world, CUSTOMS, sealed, rule="conceal.open", error=MalformedError
        )


def test_an_error_declaration_without_an_event_id_takes_nothing_back(
    world: LedgerWorld,
) -> None:
    recall = world.event(can(1), disposition="recalled", eventID=None)
    logged(world, PRODUCER, world.made(can(1)), recall)
    logged(world, PRODUCER, world.as_error(recall))
    verdict = world.verdict(can(1))
    assert "PRV-1401" in [step.code for step in verdict.steps]
    assert verdict.outcome is Outcome.INCOMPLETE
    assert "PRV-1405" in [notice.code for notice in verdict.notices]
    sound(world)


# Quotas.


def test_a_carrier_does_not_fill_a_competitors_lot(world: LedgerWorld) -> None:
    def seen() -> Event:
        world.events += 1
        second, thousandths = divmod(world.events, 1000)
        return make_event(
            body(
                bizStep="shipping",
                eventTime=f"2026-02-01T09:01:{second:02}.{thousandths:03}Z",
            ),
            [Item("quantityList", LOT, 1, None)],
            secret=world.secret(),
        )

    logged(world, FORWARDER, *[seen() for _ in range(QUOTA - 1)])
    logged(world, FORWARDER, seen())
    refused(world, FORWARDER, seen(), rule="ledger.quota", error=QuotaError)
    world.reopen()
    refused(world, FORWARDER, seen(), rule="ledger.quota", error=QuotaError)
    # Others are not stopped by it; nor is the owner by anything.
    world.enrol("did:web:other.example", "carrier")
    logged(world, "did:web:other.example", seen())
    logged(world, PRODUCER, *[seen() for _ in range(QUOTA + 5)])
    # Nor is tomorrow, by the log's clock.
    world.now += DAY
    logged(world, FORWARDER, seen())
    sound(world)


def test_one_statement_is_no_way_around_a_quota(world: LedgerWorld) -> None:
    events = [world.event(can(1), bizStep="shipping") for _ in range(QUOTA + 1)]
    refused(world, FORWARDER, *events, rule="ledger.quota", error=QuotaError)
    logged(world, FORWARDER, *events[:-1])


def test_a_document_in_parts_is_no_way_around_a_quota(
    world: LedgerWorld,
) -> None:
    rehearsal = world.ledger.rehearse()
    half = [world.event(can(1), bizStep="shipping") for _ in range(QUOTA)]
    assert rehearsal.check(world.sign(FORWARDER, *half)) is None
    one_more = world.sign(FORWARDER, world.event(can(1), bizStep="shipping"))
    assert isinstance(rehearsal.check(one_more), QuotaError)


def test_who_took_an_item_over_reports_what_it_likes(
    world: LedgerWorld,
) -> None:
    world.enrol("did:web:other.example", "carrier")
    taken = "urn:provenance:step:custody_accepted"

    def many(number: int) -> list[Event]:
        return [world.event(can(1), bizStep="shipping") for _ in range(number)]

    logged(world, FORWARDER, world.event(can(1), bizStep=taken))
    logged(world, FORWARDER, *many(QUOTA))
    logged(world, FORWARDER, *many(QUOTA))
    world.reopen()
    logged(world, FORWARDER, *many(3))
    # Until somebody else has it.
    logged(world, "did:web:other.example", world.event(can(1), bizStep=taken))
    refused(world, FORWARDER, *many(1), rule="ledger.quota", error=QuotaError)
    logged(world, "did:web:other.example", *many(QUOTA + 1))


def test_by_its_own_word_nobody_fills_a_lot_with_warnings(
    world: LedgerWorld,
) -> None:
    def many(number: int) -> list[Event]:
        return [
            world.event(can(1), bizStep="shipping", disposition="damaged")
            for _ in range(number)
        ]

    logged(world, FORWARDER, world.event(can(1), bizStep="receiving"))
    refused(
        world, FORWARDER, *many(QUOTA + 1),
        rule="ledger.quota", error=QuotaError,
    )  # fmt: skip
    logged(world, FORWARDER, *many(QUOTA))
    refused(world, FORWARDER, *many(1), rule="ledger.quota", error=QuotaError)
    # What does not warn it may go on with; and the owner with all of it.
    logged(world, FORWARDER, world.event(can(1), bizStep="shipping"))
    logged(world, PRODUCER, *many(1))


def test_who_holds_an_item_is_not_stopped_by_who_says_to_have_taken_it(
    world: LedgerWorld,
) -> None:
    world.enrol("did:web:other.example", "carrier")
    logged(world, FORWARDER, world.event(can(1), bizStep="receiving"))
    for _ in range(2):
        many = [world.event(can(1), bizStep="picking") for _ in range(QUOTA)]
        logged(world, FORWARDER, *many)
    logged(
        world, "did:web:other.example",
        world.event(can(1), bizStep="receiving"),
    )  # fmt: skip
    one_more = world.event(can(1), bizStep="picking")
    refused(world, FORWARDER, one_more, rule="ledger.quota", error=QuotaError)
    logged(world, FORWARDER, world.event(can(1), bizStep="receiving"))
    logged(world, FORWARDER, one_more)


def test_actors_that_a_delegate_enrols_share_its_quota(
    world: LedgerWorld,
) -> None:
    a_boss(world, "carrier")

    def grants(number: int) -> list[Event]:
        given = Grant(PRODUCER, "carrier")
        return [
            actors.grant(given, secret=world.secret()) for _ in range(number)
        ]

    puppet = "did:web:puppet.example"
    able = Grant(puppet, "carrier", may_grant=True)
    logged(
        world, BOSS, enrolment(world, puppet),
        actors.grant(able, secret=world.secret()),
    )  # fmt: skip
    logged(world, BOSS, *grants(QUOTA - 1))
    logged(world, puppet, *grants(1))
    for issuer in (BOSS, puppet):
        refused(
            world, issuer, *grants(1), rule="ledger.quota", error=QuotaError
        )
    logged(world, OPERATOR, *grants(1))


def test_a_delegate_does_not_fill_the_trail_of_another_actor(
    world: LedgerWorld,
) -> None:
    a_boss(world)
    grants = [
        actors.grant(
            Grant(PRODUCER, "producer", (PREFIX,)), secret=world.secret()
        )
        for _ in range(QUOTA + 1)
    ]
    refused(world, BOSS, *grants, rule="ledger.quota", error=QuotaError)
    logged(world, OPERATOR, *grants)


# What is said of a product, and where.


@pytest.mark.parametrize(
    ("kind", "relations"),
    [
        ("TransactionEvent", ("epcList", "quantityList")),
        ("AggregationEvent", ("parentID", "childQuantityList")),
    ],
)
def test_a_product_is_recalled_where_its_units_hear_of_it(
    world: LedgerWorld, kind: str, relations: tuple[str, str]
) -> None:
    product = "https://id.gs1.org/01/09506000134352"
    items = [
        Item(relations[0], pallet(1)),
        Item(relations[1], product, 5, None),
    ]
    said = {**body(bizStep="urn:provenance:step:recalled"), "type": kind}
    recall = make_event(said, items, secret=world.secret())
    refused(world, PRODUCER, recall, rule="form.product", error=MalformedError)
    # That five of it are damaged can be said of a pallet.
    said = {**body(disposition="damaged", bizStep="shipping"), "type": kind}
    logged(world, PRODUCER, make_event(said, items, secret=world.secret()))


def test_a_variant_of_a_product_is_recalled_with_the_product(
    world: LedgerWorld,
) -> None:
    product = "https://id.gs1.org/01/09506000134352"
    said: dict[str, Any] = body(bizStep="urn:provenance:step:recalled")
    named = [Item("quantityList", f"{product}/22/2A", None, None)]
    for about in ([], [Item("about", f"{product}/22/2A")]):
        recall = make_event(said, [*about, *named], secret=world.secret())
        refused(
            world, PRODUCER, recall, rule="form.product", error=MalformedError
        )
    logged(world, PRODUCER, world.made(can(1)))
    bare = make_event(said, named, secret=world.secret())
    every = items_named(bare.body, named, baseline())
    assert Item("about", product) in every
    logged(world, PRODUCER, make_event(said, every, secret=world.secret()))
    world.now += 1
    assert world.verdict(can(1)).outcome is Outcome.INCOMPLETE


# A grant for a place is used there, and seen to be.


@pytest.mark.parametrize("pointer", ["/readPoint", "/readPoint/geo"])
def test_a_grant_for_a_place_covers_none_that_is_concealed(
    world: LedgerWorld, pointer: str
) -> None:
    place = "https://id.gs1.org/414/9506000134376"
    world.enrol(LAB, "inspector", places=(place,))
    said = body(bizLocation={"id": place})
    if pointer != "/readPoint":
        said["readPoint"] = {"id": place}
    hidden = Field(pointer, {"id": "https://id.gs1.org/414/9506000134390"})
    event = make_event(
        said, [Item("epcList", can(1))], [hidden], secret=world.secret()
    )
    refused(
        world, LAB, event, rule="permission.place", error=RoleNotGrantedError
    )
    # Who may be anywhere may keep it to itself.
    logged(world, CUSTOMS, event)


# Nothing is put into what it holds.


def packed(
    world: LedgerWorld, parent: str, *children: str, action: str = "ADD",
    time: str | None = None,
) -> Event:  # fmt: skip
    world.events += 1
    second, thousandths = divmod(world.events, 1000)
    step = {"ADD": "packing", "DELETE": "unpacking"}[action]
    return make_event(
        {
            **body(action=action, bizStep=step),
            "type": "AggregationEvent",
            "eventTime": time
            or f"2026-02-01T09:00:{second:02}.{thousandths:03}Z",
        },
        [Item("parentID", parent), *(Item("childEPCs", c) for c in children)],
        secret=world.secret(),
    )


@pytest.mark.parametrize("levels", [1, 2, 5, 8])
def test_a_pallet_is_not_put_into_what_stands_on_it(
    world: LedgerWorld, levels: int
) -> None:
    chain = [pallet(number) for number in range(levels + 1)]
    for inner, outer in pairwise(chain):
        logged(world, PRODUCER, packed(world, outer, inner))
    refused(
        world, PRODUCER, packed(world, chain[0], chain[-1]),
        rule="belonging.ancestor", error=LifecycleError,
    )  # fmt: skip
    sound(world)


def test_a_circle_of_one_batch_is_found_as_well(world: LedgerWorld) -> None:
    a, b = pallet(1), pallet(2)
    first, second = world.ledger.submit(
        [
            world.sign(PRODUCER, packed(world, a, b)),
            world.sign(PRODUCER, packed(world, b, a)),
        ]
    )
    assert isinstance(first, Receipt)
    assert isinstance(second, LifecycleError)


@pytest.mark.parametrize("how", ["out", "emptied", "ended"])
def test_what_was_taken_apart_may_be_packed_the_other_way_round(
    world: LedgerWorld, how: str
) -> None:
    a, b = pallet(1), pallet(2)
    logged(world, PRODUCER, packed(world, a, b))
    if how == "out":
        logged(world, PRODUCER, packed(world, a, b, action="DELETE"))
    elif how == "emptied":
        logged(world, PRODUCER, packed(world, a, action="DELETE"))
    else:
        ended = world.event(a, action="DELETE", bizStep="decommissioning")
        logged(world, PRODUCER, ended)
    logged(world, PRODUCER, packed(world, b, a))
    sound(world)


def test_late_reports_make_no_circles(world: LedgerWorld) -> None:
    a, b = pallet(1), pallet(2)
    at = "2026-02-01T{}:00:00.000Z"
    logged(world, PRODUCER, packed(world, a, b, time=at.format("05")))
    # Before that it was the other way round, which is reported late.
    logged(world, PRODUCER, packed(world, b, a, time=at.format("01")))
    # And what came out, by event time, is out, whatever was logged last.
    c, d = pallet(3), pallet(4)
    logged(
        world, PRODUCER,
        packed(world, c, d, action="DELETE", time=at.format("06")),
    )  # fmt: skip
    logged(world, PRODUCER, packed(world, c, d, time=at.format("05")))
    logged(world, PRODUCER, packed(world, d, c, time=at.format("07")))


def test_an_event_of_thousands_is_read_once_for_all_that_are_in_it(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    pallets = [pallet(number) for number in range(1, 9)]
    for parent, child in pairwise(reversed(pallets)):
        logged(world, FORWARDER, packed(world, parent, child))
    loose = [Item("childQuantityList", each, 1, None) for each in pallets]
    for number in range(20):
        large = make_event(
            {
                **body(action="ADD", bizStep="packing"),
                "type": "AggregationEvent",
                "eventTime": f"2026-02-01T10:00:{number:02}.000Z",
            },
            [Item("parentID", pallet(90)), *loose],
            secret=world.secret(),
        )
        logged(world, FORWARDER, large)
    read: list[bytes] = []

    def counted(data: bytes) -> StoredEvent:
        read.append(data)
        return read_stored(data)

    monkeypatch.setattr(ancestry, "read_stored", counted)
    time = "2026-02-01T11:00:00.000Z"
    logged(world, FORWARDER, packed(world, pallets[0], pallet(80), time=time))
    assert read
    assert len(set(read)) == len(read)


def test_an_audit_finds_a_circle(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = pallet(1), pallet(2)
    logged(world, PRODUCER, packed(world, a, b))
    with monkeypatch.context() as blind:
        blind.setattr(
            "provenance.ledger.stream.require_no_circle", lambda *_, **__: None
        )
        logged(world, PRODUCER, packed(world, b, a))
    report = audit_folder(world.folder, trust=world.trust, processes=1)
    assert [f.rule for f in report.findings] == ["belonging.ancestor"]


# Dated grants and books.


def test_a_grant_that_ends_within_the_clock_bound_lets_nothing_in(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    bound = world.trust.clock_bound
    world.enrol(CUSTOMS, "customs", until=world.now + 2 * bound)
    logged(world, CUSTOMS, world.event(can(1)))
    world.now += bound
    refused(
        world, CUSTOMS, world.event(can(2)),
        rule="permission.role", error=RoleNotGrantedError,
    )  # fmt: skip
    world.enrol(BOSS, "producer", until=world.now + bound, may_grant=True)
    refused(
        world, BOSS, enrolment(world, LAB),
        rule="permission.registry", error=RoleNotGrantedError,
    )  # fmt: skip
    world.ledger.close()


def test_what_is_logged_as_a_rule_book_is_one(world: LedgerWorld) -> None:
    members = decode(baseline().data)
    assert isinstance(members, dict)
    index = world.ledger.log_document(book_entry(baseline().data))
    again = world.ledger.log_document(book_entry(baseline().data))
    assert again > index
    for bad in (
        b"\x80",
        encode({"format": "something else"}),
        encode({**members, "forms": 1}),
        encode({**members, "more": 1}),
    ):
        with pytest.raises(MalformedError):
            world.ledger.log_document(book_entry(bad))
    later = encode({**members, "format": "provenance/evidence-book/v2"})
    with pytest.raises(UnknownBookError, match=sha256(later).hex()):
        world.ledger.log_document(book_entry(later))
    sound(world)
