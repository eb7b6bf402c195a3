"""Whatever an event says is still said after giving it out and taking it in."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import Field, Item
from provenance.encoding.canonical import decode, encode
from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft
from provenance.epcis.render import put_back, render_event
from provenance.epcis.vocabulary import (
    BIZ_STEP,
    DISPOSITION,
    PRIVATE_STEP,
    PRIVATE_STEPS,
)

serials = st.text("ABC019-._/%", min_size=1, max_size=20)
units = serials.map(
    lambda s: (
        "https://id.gs1.org/01/09421902960017/21/"
        + s.replace("%", "%25").replace("/", "%2F")
    )
)
lots = serials.map(
    lambda s: (
        "https://id.gs1.org/01/09421902960017/10/"
        + s.replace("%", "%25").replace("/", "%2F")
    )
)
others = st.from_regex(r"did:web:[a-z]{1,9}\.example", fullmatch=True)
ids = units | others

words = st.text("abc:/ -产", max_size=6)
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(
    allow_nan=False, allow_infinity=False
).filter(lambda x: not x.is_integer())
extensions = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["plain", "ext:a", "more:b", "@value", "12:30"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
steps = (
    st.sampled_from(sorted(BIZ_STEP.words))
    | st.sampled_from(sorted(PRIVATE_STEPS)).map(PRIVATE_STEP.__add__)
    | st.just("more:step")
    | st.just("cbv:BizStep-packing")
)
PREFIXES = {"ext": "https://ext.example/", "more": "urn:example:more:"}


@st.composite
def item_lists(
    draw: st.DrawFn, epcs: str, quantities: str, at_least: int = 0
) -> list[Item]:
    found = [
        Item(epcs, i)
        for i in draw(st.lists(ids, unique=True, min_size=at_least, max_size=3))
    ]
    for lot in draw(st.lists(lots, unique=True, max_size=2)):
        quantity = draw(
            st.none()
            | st.integers(1, 2**53 - 1)
            | st.sampled_from([0.5, 2.25, 1e300])
        )
        uom = (
            None
            if quantity is None
            else draw(st.sampled_from([None, "KGM", "C4"]))
        )
        found.append(Item(quantities, lot, quantity, uom))
    return found


@st.composite
def drafts(draw: st.DrawFn) -> EventDraft:
    kind = draw(
        st.sampled_from(
            [
                "ObjectEvent",
                "AggregationEvent",
                "TransactionEvent",
                "TransformationEvent",
                "more:LabEvent",
            ]
        )
    )
    body: dict[str, Any] = {
        "type": kind,
        "eventTime": "2026-03-01T08:59:00.123+13:00",
        "eventTimeZoneOffset": "+13:00",
    }
    body |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "bizStep": steps,
                "disposition": st.sampled_from(sorted(DISPOSITION.words)),
                "readPoint": st.fixed_dictionaries(
                    {"id": ids}, optional={"ext:door": extensions}
                ),
                "ext:said": extensions,
                "https://ns.example/said": extensions,
                "eventID": others,
                "sensorElementList": st.just(
                    [{"sensorReport": [{"type": "Temperature", "value": -0.5}]}]
                ),
            },
        )
    )
    items: list[Item] = []
    if kind != "TransformationEvent":
        body["action"] = draw(st.sampled_from(["ADD", "OBSERVE", "DELETE"]))
    if kind == "AggregationEvent":
        items = [
            Item("parentID", draw(ids)),
            *draw(item_lists("childEPCs", "childQuantityList", 1)),
        ]
    elif kind == "TransformationEvent":
        items = [
            *draw(item_lists("inputEPCList", "inputQuantityList", 1)),
            *draw(item_lists("outputEPCList", "outputQuantityList", 1)),
        ]
    else:
        items = draw(item_lists("epcList", "quantityList"))
    if kind == "TransactionEvent":
        body["bizTransactionList"] = [
            {"bizTransaction": "urn:epcglobal:cbv:bt:9421902960000:A1"}
        ]
    spoken = json.dumps(body)
    used = {p: n for p, n in PREFIXES.items() if f'"{p}:' in spoken}
    if used:
        body["@context"] = used
    return EventDraft(body, tuple(items))


@given(drafts())
def test_an_event_given_out_reads_back_the_same(draft: EventDraft) -> None:
    rendered = json.dumps(render_event(draft.body, draft.items)).encode()
    assert parse_document(rendered) == [draft]


@given(drafts())
def test_a_signed_body_gives_out_the_same_event(draft: EventDraft) -> None:
    body = decode(encode(draft.body))
    assert isinstance(body, dict)
    assert render_event(body, draft.items) == render_event(
        draft.body, draft.items
    )


def test_a_field_that_cannot_stand_where_it_says_is_left_out() -> None:
    body: dict[str, Any] = {"x:said": "7", "x:deep": {"x:one": 1}}
    fields = [
        Field("/x:said", "8"),
        Field("/x:said/x:more", "9"),
        Field("/x:deep/x:two", 2),
        Field("/parentID", "urn:epc:id:sscc:9521141.1234567890"),
        Field("/epcList", ["https://id.gs1.org/01/09521141000018/21/1"]),
        Field("/childEPCs/0", "https://id.gs1.org/01/09521141000018/21/1"),
        Field("/x:bytes", b"x"),
    ]
    assert put_back(body, fields) == {
        **body,
        "x:deep": {"x:one": 1, "x:two": 2},
    }
