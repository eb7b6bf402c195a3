"""Statements: headers, entries, submissions, and which are let in."""

from collections.abc import Sequence

from provenance.keys import Signer
from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.makers.item import PALLET, PRODUCT, UNIT
from tests.vectors.names import CUSTOMS, MAKER, ORIGIN, signer_of
from tests.vectors.reference import Event, H, Row, leaf_hash, mp

NOW = 1_770_000_000_000
BAD = "MalformedError"
EVENT_IDS = [H(b"event %d" % number) for number in range(5)]
SIGNER = signer_of("maker")
KEY_ID = SIGNER.verifier.key_id
GRACE = 5 * 60 * 1000


def cases() -> list[Case]:
    return [*_entries(), *_submissions()]


# The bytes alone.


def _header(**changes: object) -> bytes:
    parts: dict[str, object] = {
        "context": "provenance/statement/v2",
        "origin": ORIGIN,
        "issuer": MAKER,
        "key_id": bytes(KEY_ID),
        "issued_at": NOW,
        "event_count": 5,
        "events_root": reference.mth(EVENT_IDS),
    }
    return mp(list((parts | changes).values()))


def _signed(header: bytes) -> bytes:
    return reference.entry(header, SIGNER.sign(header))


def _entries() -> list[Case]:
    header = _header()
    good_entry = _signed(header)
    good: list[tuple[str, str, dict[str, object]]] = [
        ("five-events", "a statement of five events", {}),
        ("one-event", "the tree of one event is its leaf", {"event_count": 1, "events_root": leaf_hash(EVENT_IDS[0])}),
        ("most-events", "as many events as there may be", {"event_count": 65_536}),
        ("time-0", "the first millisecond", {"issued_at": 0}),
        ("gs1-issuer", "an actor by its global location number", {"issuer": "https://id.gs1.org/417/9506000134376"}),
        ("long-origin", "an origin of 255 bytes", {"origin": "o" * 255}),
    ]  # fmt: skip
    bad: list[tuple[str, str, bytes]] = [
        ("empty", "nothing", b""),
        ("commitment", "a map commitment", reference.commitment(covered=7, root=bytes(32), items=1, time=NOW)),
        ("kind-2", "another kind of entry", mp([2, header, bytes(64)])),
        ("kind-is-true", "a kind that is true", mp([True, header, bytes(64)])),
        ("two-parts", "no signature", mp([1, header])),
        ("four-parts", "a part too many", mp([1, header, bytes(64), None])),
        ("header-is-an-array", "a header that is no bytes", mp([1, [], bytes(64)])),
        ("header-is-text", "a header that is text", mp([1, "header", bytes(64)])),
        ("signature-of-63-bytes", "a signature too short", mp([1, header, bytes(63)])),
        ("signature-of-65-bytes", "a signature too long", mp([1, header, bytes(65)])),
        ("and-a-byte", "a byte after an entry", good_entry + b"\x00"),
        ("cut-off", "half of an entry", good_entry[:90]),
        ("not-shortest", "a kind in two bytes", b"\x93\xcc\x01" + good_entry[2:]),
        ("header-and-a-byte", "a byte after a header", _signed(header + b"\x00")),
        ("header-of-six", "a header without a root", _signed(mp(["provenance/statement/v2", ORIGIN, MAKER, bytes(KEY_ID), NOW, 5]))),
        ("header-of-eight", "a header with a part too many", _signed(_header(more=None))),
        ("context", "another format", _signed(_header(context="provenance/statement/v9"))),
        ("no-origin", "no origin", _signed(_header(origin=""))),
        ("origin-too-long", "an origin of 256 bytes", _signed(_header(origin="o" * 256))),
        ("origin-too-long-in-utf-8", "128 letters of two bytes each", _signed(_header(origin="é" * 128))),
        ("issuer-not-a-uri", "an issuer that is no URI", _signed(_header(issuer="maker"))),
        ("key-id-of-31-bytes", "a key id too short", _signed(_header(key_id=bytes(31)))),
        ("key-id-is-text", "a key id that is text", _signed(_header(key_id="00" * 16))),
        ("time-negative", "a time before 1970", _signed(_header(issued_at=-1))),
        ("time-with-a-fraction", "half a millisecond", _signed(_header(issued_at=0.5))),
        ("no-events", "a statement of nothing", _signed(_header(event_count=0))),
        ("too-many-events", "65,537 events", _signed(_header(event_count=65_537))),
        ("count-is-true", "a count that is true", _signed(_header(event_count=True))),
        ("root-of-31-bytes", "a root too short", _signed(_header(events_root=bytes(31)))),
    ]  # fmt: skip
    made = []
    for name, desc, changes in good:
        head = _header(**changes)
        entry = _signed(head)
        parts: dict[str, object] = {
            "origin": ORIGIN,
            "issuer": MAKER,
            "key_id": bytes(KEY_ID),
            "issued_at": NOW,
            "event_count": 5,
            "events_root": reference.mth(EVENT_IDS),
        }
        made.append(
            Case(
                f"good-entry-{name}",
                desc,
                {"entry": entry, "public_key": SIGNER.verifier.data},
                gives={
                    **(parts | changes),
                    "header": head,
                    "signature": entry[-64:],
                    "statement_id": H(head),
                    "leaf_hash": leaf_hash(entry),
                },
            )
        )
    made.append(
        Case(
            "bad-entry-signature",
            "the signature of another header",
            {
                "entry": reference.entry(
                    header, _signed(_header(issued_at=1))[-64:]
                ),
                "public_key": SIGNER.verifier.data,
            },
            "InvalidSignatureError",
        )
    )
    return made + [
        Case(
            f"bad-entry-{name}",
            desc,
            {"entry": entry, "public_key": SIGNER.verifier.data},
            BAD,
        )
        for name, desc, entry in bad
    ]


# What a ledger that knows the maker and customs says of a submission.

_BODY: dict[str, object] = {
    "type": "ObjectEvent",
    "eventTime": "2026-02-01T09:00:00.000Z",
    "eventTimeZoneOffset": "+00:00",
    "action": "OBSERVE",
    "bizStep": "inspecting",
}
RIVALS = "https://id.gs1.org/01/04012345111118/21/1"
_MADE = {**_BODY, "action": "ADD", "bizStep": "commissioning"}


def _event(
    body: dict[str, object],
    *items: Row,
    number: int = 0,
    fields: Sequence[tuple[str, object]] = (),
) -> Event:
    rows = items or (("epcList", UNIT),)
    secret = H(b"secret %d" % number)
    return reference.event(body, rows, fields, secret=secret)


def submit(
    *events: Event,
    issuer: str = MAKER,
    signer: Signer | None = None,
    origin: str = ORIGIN,
    key: Signer | None = None,
    now: int = NOW,
    carried: Sequence[bytes] | None = None,
) -> bytes:
    """Return the submission; its signer, key and events may not match."""
    signer = signer or signer_of(issuer.split(":")[2].split(".", maxsplit=1)[0])
    header = reference.header(
        origin=origin,
        issuer=issuer,
        key_id=bytes((key or signer).verifier.key_id),
        issued_at=now,
        event_ids=[event.id for event in events],
    )
    return reference.submission(
        reference.entry(header, signer.sign(header)),
        [event.data for event in events] if carried is None else carried,
    )


def _submissions() -> list[Case]:
    made, seen = _event(_MADE), _event(_BODY, number=1)
    head = H(b"head")
    follows = _event({**_BODY, "after": [[UNIT, head]]})
    starts = _event(
        {**_BODY, "after": [[PALLET, reference.map_key(PALLET)]]},
        ("epcList", PALLET),
    )
    strayed = _event({**_BODY, "after": [[PALLET, H(b"head")]]})
    hiding = _event(_BODY, fields=[("/example:price", 12.5)])
    released = _event(
        {**_BODY, "bizStep": "urn:provenance:step:customs_released"}
    )
    ahead = {**_BODY, "eventTime": "2027-02-01T09:00:00.000Z"}
    good: list[tuple[str, str, bytes, list[bytes]]] = [
        ("one-event", "a maker makes a unit", submit(made), [made.id]),
        ("two-events", "two events under one signature", submit(made, seen), [made.id, seen.id]),
        ("customs", "customs releases it", submit(released, issuer=CUSTOMS), [released.id]),
        ("after", "an event follows the link that it names", submit(follows), [follows.id]),
        ("after-nothing", "an event is to be an item's first", submit(starts), [starts.id]),
        ("concealed", "an event with a field that is concealed", submit(hiding), [hiding.id]),
        ("withheld", "a field that the ledger does not get to see", submit(hiding, carried=[hiding.withheld({2})]), [hiding.id]),
        ("clock-ahead", "a signer's clock may be five minutes ahead", submit(seen, now=NOW + GRACE), [seen.id]),
    ]  # fmt: skip
    stale = _event({**_BODY, "after": [[UNIT, H(b"an older head")]]})
    foreign = _event(_MADE, ("epcList", RIVALS))
    bad: list[tuple[str, str, str, bytes]] = [
        ("context", "another format", BAD, mp(["provenance/submission/v9", b"", []])),
        ("event-is-text", "an event that is text", BAD, mp(["provenance/submission/v2", b"", ["x"]])),
        ("entry", "an entry that is none", BAD, reference.submission(b"", [made.data])),
        ("no-events", "the events did not come along", BAD, submit(made, carried=[])),
        ("event-more", "an event that was not signed", BAD, submit(made, carried=[made.data, seen.data])),
        ("event-swapped", "another event than was signed", BAD, submit(made, carried=[seen.data])),
        ("events-turned-round", "the events in another order", BAD, submit(made, seen, carried=[seen.data, made.data])),
        ("signature", "somebody else signed", "InvalidSignatureError", submit(made, signer=signer_of("thief"), key=SIGNER)),
        ("key-of-another", "customs signs as the maker", "UnknownActorError", submit(made, signer=signer_of("customs"))),
        ("key-unknown", "a key that nobody enrolled", "UnknownActorError", submit(made, signer=signer_of("thief"))),
        ("actor-unknown", "an actor that nobody enrolled", "UnknownActorError", submit(seen, issuer="did:web:thief.example")),
        ("wrong-origin", "a statement for another ledger", "RejectedError", submit(made, origin="other.example")),
        ("role", "a maker releases from customs", "RoleNotGrantedError", submit(released)),
        ("one-role-of-two", "an event of two that is not granted", "RoleNotGrantedError", submit(made, released)),
        ("prefix", "a maker makes what is another's", "RoleNotGrantedError", submit(foreign)),
        ("step-unknown", "a step that is none", BAD, submit(_event({**_BODY, "bizStep": "dancing"}))),
        ("after-stale", "the trail has moved on", "BrokenLinkError", submit(stale)),
        ("signed-in-the-future", "a clock too far ahead", "LifecycleError", submit(seen, now=NOW + GRACE + 1)),
        ("event-in-the-future", "an event that did not happen yet", "LifecycleError", submit(_event(ahead))),
        ("no-time", "an event without a time", BAD, submit(_event({**_BODY, "eventTime": "yesterday"}))),
        ("no-zone", "a time without its zone", BAD, submit(_event({**_BODY, "eventTime": "2026-02-01T09:00:00"}))),
        ("not-canonical", "an item as an EPC URN", BAD, submit(_event(_BODY, ("epcList", "urn:epc:id:sgtin:9506000.013435.1")))),
        ("class-alone", "no item that has a trail", BAD, submit(_event(_BODY, ("quantityList", PRODUCT, 5, None)))),
        ("concealed-time", "a field that must not be concealed", BAD, submit(_event(_BODY, fields=[("/eventTime", 1)]))),
        ("two-relations", "one id in two relations", BAD, submit(_event(_BODY, ("parentID", UNIT), ("childEPCs", UNIT)))),
        ("leap-second", "a time that is none", BAD, submit(_event({**_BODY, "eventTime": "2016-12-31T23:59:60Z"}))),
        ("actor-as-an-item", "an event about an actor", "RejectedError", submit(_event(_BODY, ("epcList", CUSTOMS)))),
        ("type", "a type that is none", BAD, submit(_event({**_BODY, "type": "Nonsense"}))),
        ("action", "an action that is none", BAD, submit(_event({**_BODY, "action": "MAYBE"}))),
        ("no-action", "an event that does not say what it does", BAD, submit(_event({k: v for k, v in _BODY.items() if k != "action"}))),
        ("aggregation-without-a-parent", "a packing into nothing", BAD, submit(_event({**_BODY, "type": "AggregationEvent", "action": "ADD"}, ("childEPCs", UNIT)))),
        ("control-character", "a step with a newline", BAD, submit(_event({**_BODY, "bizStep": "https://maker.example/a\nb"}))),
        ("after-of-another", "a demand about what is no item of the event", BAD, submit(strayed)),
        ("commissioning-observed", "a rival commissions what is another's, and calls it observed", "RoleNotGrantedError", submit(_event({**_BODY, "bizStep": "commissioning"}, ("epcList", RIVALS)))),
        ("recalled-by-disposition", "customs recalls by a disposition", "RoleNotGrantedError", submit(_event({**_BODY, "disposition": "recalled"}), issuer=CUSTOMS)),
        ("recall-of-another", "a maker recalls what is another's", "RoleNotGrantedError", submit(_event({**_BODY, "bizStep": "urn:provenance:step:recalled"}, ("epcList", RIVALS)))),
        ("emptied-by-anybody", "customs says that a pallet is empty", "RoleNotGrantedError", submit(_event({**_BODY, "type": "AggregationEvent", "action": "DELETE"}, ("parentID", PALLET)), issuer=CUSTOMS)),
        ("actor-relation", "only registry events name actors", BAD, submit(_event(_BODY, ("actor", UNIT)))),
    ]  # fmt: skip
    ledger: dict[str, object] = {
        "trust": "pinned",
        "since": NOW - GRACE,
        "now": NOW,
        "heads": [[UNIT, head]],
    }
    return [
        Case(
            f"good-submission-{name}",
            desc,
            {"submission": submission, **ledger},
            gives={"event_ids": event_ids},
        )
        for name, desc, submission, event_ids in good
    ] + [
        Case(
            f"bad-submission-{name}",
            desc,
            {"submission": submission, **ledger},
            outcome,
        )
        for name, desc, outcome, submission in bad
    ]
