"""Events: their leaves, their ids, and some leaves shown alone."""

from collections.abc import Collection, Sequence
from typing import Any

from tests.vectors import reference
from tests.vectors.case import Case, tagged
from tests.vectors.makers.item import LOT, PALLET, PRODUCT, UNIT
from tests.vectors.names import MAKER
from tests.vectors.reference import Event, Row, leaf_hash, mp

BAD = "MalformedError"
INVALID = "InvalidProofError"

SECRET = bytes(range(32))
BODY: dict[str, object] = {
    "type": "ObjectEvent",
    "eventTime": "2026-02-01T09:00:00.000Z",
    "eventTimeZoneOffset": "+13:00",
    "action": "OBSERVE",
    "bizStep": "inspecting",
}
SALT = bytes(16)
KEY = bytes(range(32))


def cases() -> list[Case]:
    return [
        *_made(), *_withheld(), *_bad_headers(), *_bad_leaves(), *_shown(),
    ]  # fmt: skip


def made(
    name: str,
    desc: str,
    body: dict[str, object],
    items: Sequence[Row],
    fields: Sequence[tuple[str, object]] = (),
) -> Case:
    """Return the case of an event with all its parts."""
    event = reference.event(body, items, fields, secret=SECRET)
    rows = sorted(fields, key=lambda field: field[0].encode())
    return Case(
        f"good-{name}",
        desc,
        {
            "data": event.data,
            "secret": SECRET,
            "source_items": [_six(item) for item in items],
            "source_fields": [[p, tagged(value)] for p, value in fields],
        },
        gives=_parts(event, rows),
    )


def _parts(
    event: Event, fields: Sequence[tuple[str, object] | None]
) -> dict[str, object]:
    return {
        "id": event.id,
        "counts": event.counts,
        "pointers": event.pointers,
        "body": tagged(event.body),
        "items": [_six(item) for item in event.items],
        "fields": [
            None if field is None else [field[0], tagged(field[1])]
            for field in fields
        ],
        "leaf_hashes": [leaf_hash(leaf) for leaf in event.leaves],
    }


def _six(item: Row) -> list[object]:
    relation, named, *rest = item
    extras: Any = rest.pop() if rest and isinstance(rest[-1], dict) else {}
    amount = rest or [None, None]
    return [relation, named, *amount, bool(rest), extras.get("seal")]


def _made() -> list[Case]:
    unit: Row = ("epcList", UNIT)
    link = reference.map_key(UNIT)
    units: list[Row] = [("childEPCs", f"{PRODUCT}/21/{n}") for n in range(6)]
    added = {**BODY, "type": "AggregationEvent", "action": "ADD"}
    turned = {
        **BODY,
        "type": "TransformationEvent",
        "transformationID": "urn:x:t",
    }
    registry = {
        "type": "RoleGranted",
        "actor": MAKER,
        "role": "customs",
        "may_grant": False,
    }
    return [
        made("one-item", "an event that names one unit", BODY, [unit]),
        made("class-about-and-seen", "a product class that has a trail under one of two relations", BODY, [("about", PRODUCT), ("quantityList", PRODUCT, 1, None)]),
        made("many-items", "a pallet and what went onto it", added, [("parentID", PALLET), *units]),
        made(
            "regrouped",
            "the groups stand in the order of their codes, not of the source",
            added,
            [("childQuantityList", LOT, 5, None), *units[:2], ("parentID", PALLET), *units[2:]],
        ),
        made(
            "quantities",
            "amounts of a class: with a unit, counted, and not said",
            BODY,
            [
                ("quantityList", LOT, 12.5, "KGM"),
                ("quantityList", LOT, 12, None),
                ("quantityList", PRODUCT, None, None),
            ],
        ),
        made(
            "transformation",
            "what was made of what, and the id that joins its parts",
            turned,
            [
                ("outputEPCList", UNIT),
                ("outputQuantityList", PRODUCT, 3, None),
                ("transformationID", "urn:x:t"),
                ("inputQuantityList", LOT, 2, "KGM"),
                ("inputEPCList", "urn:x:milk"),
            ],
        ),
        made(
            "class-used-and-made",
            "some of a product class went in, and some came out",
            {**BODY, "type": "TransformationEvent"},
            [("inputQuantityList", PRODUCT, 5, None), ("outputQuantityList", PRODUCT, 4, None)],
        ),
        made(
            "sealed",
            "a unit with a seal, and one without",
            {**BODY, "action": "ADD", "bizStep": "commissioning"},
            [("epcList", UNIT, {"seal": KEY}), ("epcList", f"{PRODUCT}/21/2")],
        ),
        made(
            "sealed-output",
            "a seal of what came out of a transformation",
            {**BODY, "type": "TransformationEvent"},
            [("outputEPCList", UNIT, {"seal": KEY})],
        ),
        made("actor", "a registry event, whose one item is the actor", registry, [("actor", MAKER)]),
        made("about", "an event about a product class", {**BODY, "bizStep": "urn:x:describing"}, [("about", PRODUCT)]),
        made(
            "place",
            "a report without items names the place where it was read",
            {**BODY, "readPoint": {"id": "https://id.gs1.org/414/9506000134376"}},
            [("place", "https://id.gs1.org/414/9506000134376")],
        ),
        made(
            "concealed-fields",
            "fields of which only the place and the hash are seen",
            BODY,
            [unit],
            [
                ("/example:price", 12.5),
                ("/example:buyer/name", "王小明"),
                ("/example:nothing", None),
                ("/example:much", {"b": [1, b"\x00\xff"], "a": {}}),
            ],
        ),
        made(
            "pointers-in-the-order-of-utf-8",
            "pointers ascend by their bytes, not by UTF-16 or by their parts",
            BODY,
            [unit],
            [("/\U00010000", 1), ("/\ufffd", 2), ("/a/b", 3), ("/a~1b", 4), ("/a~0b", 5), ("/a.b", 6), ("/a", 7), ("/", 8)],
        ),
        made(
            "after",
            "an event that is to follow certain links",
            {**BODY, "after": [[UNIT, link], [MAKER, link]]},
            [unit],
        ),
        made("item-twice", "the same unit twice in one list", BODY, [unit, unit]),
        made(
            "smallest",
            "nothing but a type, and an item of the shortest id",
            {"type": "x"},
            [("epcList", "a:b")],
        ),
        made(
            "longest-item",
            "an item id of 2,048 bytes",
            BODY,
            [("epcList", "urn:x:" + "a" * 2042)],
        ),
        made("longest-pointer", "a pointer of 2,048 bytes", BODY, [unit], [("/" + "é" * 1023 + "a", 1)]),
        made("longest-unit", "a unit of 255 bytes", BODY, [("quantityList", LOT, 1, "K" * 255)]),
        made("300-items", "a count of two bytes", BODY, [("epcList", f"urn:x:{n}") for n in range(300)]),
    ]  # fmt: skip


def _withheld() -> list[Case]:
    fields = [("/a", 1), ("/b", 2), ("/c", 3)]
    event = reference.event(BODY, [("epcList", UNIT)], fields, secret=SECRET)
    return [
        Case(
            f"good-{name}",
            "what is withheld stands there as its hash; the id is the same",
            {"data": event.withheld(hidden)},
            gives=_parts(
                event,
                [
                    None if 2 + n in hidden else field
                    for n, field in enumerate(fields)
                ],
            ),
        )
        for name, hidden in (
            ("one-field-withheld", {3}),
            ("all-fields-withheld", {2, 3, 4}),
        )
    ]


def _bad(rows: Sequence[tuple[str, str, bytes]]) -> list[Case]:
    return [
        Case(f"bad-{name}", desc, {"data": data}, BAD)
        for name, desc, data in rows
    ]


def _item(item: str = UNIT, *rest: object, salt: object = SALT) -> bytes:
    return mp(["item", salt, item, *rest])


def _field(value: object = 12.5) -> bytes:
    return mp(["field", SALT, value])


BODY_LEAF = mp(["body", BODY])
ONE = [BODY_LEAF, _item()]


def _bad_headers() -> list[Case]:
    two = [*ONE, _item(PALLET)]
    field = [*ONE, _field()]
    amount = _item(LOT, 1, None)

    def counted(*counts: object, leaves: Sequence[object] = ONE) -> bytes:
        return mp([counts, [], leaves])

    def at(*pointers: object, leaves: Sequence[object] = field) -> bytes:
        return mp([[[3, 1]], pointers, leaves])

    return _bad([
        ("not-an-array", "a map", mp({"type": "x"})),
        ("two-parts", "an array of two", mp([[[3, 1]], ONE])),
        ("four-parts", "an array of four", mp([[[3, 1]], [], ONE, None])),
        ("counts-are-a-number", "a number of items and no relations", mp([1, [], ONE])),
        ("counts-are-a-map", "counts that are a map", mp([{"epcList": 1}, [], ONE])),
        ("leaves-are-a-map", "leaves that are a map", mp([[[3, 1]], [], {}])),
        ("no-items", "an event without items", counted(leaves=[BODY_LEAF])),
        ("no-items-but-a-field", "a field and no items", mp([[], ["/price"], [BODY_LEAF, _field()]])),
        ("relation-0", "a relation that is none", counted([0, 1])),
        ("relation-14", "a relation that is not known", counted([14, 1])),
        ("relation-is-a-name", "a relation by its name", counted(["epcList", 1])),
        ("relation-is-true", "a relation that is true", counted([True, 1])),
        ("relations-descend", "the children before their parent", counted([6, 1], [5, 1], leaves=two)),
        ("relation-twice", "one relation in two groups", counted([3, 1], [3, 1], leaves=two)),
        ("count-of-three-parts", "a count of three parts", counted([3, 1, 1])),
        ("count-of-one-part", "a relation without its count", counted([3])),
        ("count-0", "a group of none", counted([3, 1], [6, 0])),
        ("count-negative", "a count below zero", counted([3, -1])),
        ("count-is-true", "a count that is true", counted([3, True])),
        ("count-too-great", "two items counted, one there", counted([3, 2])),
        ("count-too-small", "one item counted, two there", counted([3, 1], leaves=two)),
        ("count-of-millions", "more items than an event may have", counted([3, 262_144])),
        ("two-parents", "two parents", counted([5, 2], leaves=[BODY_LEAF, _item(), _item(PALLET)])),
        ("two-transformation-ids", "two transformation ids", counted([12, 2], leaves=[BODY_LEAF, _item("urn:x:t"), _item("urn:x:u")])),
        ("two-places", "two places", counted([13, 2], leaves=[BODY_LEAF, _item("urn:x:t"), _item("urn:x:u")])),
        ("two-relations", "one id in two relations", counted([3, 1], [6, 1], leaves=[BODY_LEAF, _item(), _item()])),
        ("amount-in-a-list-of-units", "an amount among units", counted([3, 1], leaves=[BODY_LEAF, amount])),
        ("amount-of-a-parent", "an amount of a parent", counted([5, 1], leaves=[BODY_LEAF, amount])),
        ("unit-in-a-list-of-amounts", "a unit among amounts", counted([4, 1])),
        ("pointers-are-text", "pointers that are no list", mp([[[3, 1]], "/price", field])),
        ("pointer-is-a-number", "a pointer that is a number", at(1)),
        ("pointer-is-bytes", "a pointer in bytes", at(b"/price")),
        ("pointer-without-slash", "a pointer that starts with no slash", at("price")),
        ("pointer-empty", "a pointer to the whole event", at("")),
        ("pointer-bad-escape", "an escape that is none", at("/a~2")),
        ("pointer-half-an-escape", "half of an escape", at("/a~")),
        ("pointer-too-long", "a pointer of 2,049 bytes", at("/" + "é" * 1024)),
        ("pointer-twice", "two fields for one place", at("/a", "/a", leaves=[*field, _field()])),
        ("pointers-descend", "pointers from the last to the first", at("/b", "/a", leaves=[*field, _field()])),
        ("pointers-by-utf-16", "pointers in the order of UTF-16", at("/\U00010000", "/\ufffd", leaves=[*field, _field()])),
        ("pointer-missing", "a field without a pointer", at()),
        ("pointer-more", "a pointer without a field", at("/a", "/b")),
    ])  # fmt: skip


def _bad_leaves() -> list[Case]:
    hidden = [leaf_hash(_field())]
    unsorted = b"\x92\xa4body\x82" + mp("type") + mp("x") + mp("a") + mp(1)
    amount = _item(LOT, 1, None)

    def units(*leaves: object, code: int = 3) -> bytes:
        return mp([[[code, len(leaves) - 1]], [], leaves])

    def item(leaf: object, code: int = 3) -> bytes:
        return units(BODY_LEAF, leaf, code=code)

    def body(value: object) -> bytes:
        return units(mp(["body", value]), _item())

    def field(leaf: object) -> bytes:
        return mp([[[3, 1]], ["/price"], [*ONE, leaf]])

    return _bad([
        ("no-leaves", "no leaves", mp([[[3, 1]], [], []])),
        ("no-body", "an item in the body's place", units(_item(), _item())),
        ("body-twice", "a body in an item's place", units(BODY_LEAF, BODY_LEAF)),
        ("body-is-text", "a body that is text", body("x")),
        ("body-of-three", "a body leaf of three parts", units(mp(["body", BODY, 1]), _item())),
        ("no-type", "a body without a type", body({"action": "ADD"})),
        ("empty-type", "a type of no characters", body({"type": ""})),
        ("type-is-a-number", "a type that is a number", body({"type": 1})),
        ("leaf-unsorted", "a leaf that is not canonical", units(unsorted, _item())),
        ("leaf-and-a-byte", "a byte after a leaf", item(_item() + b"\x00")),
        ("leaf-is-text", "a leaf that is text", item("item")),
        ("leaf-is-an-item", "an item that is no leaf", item(["item", SALT, UNIT])),
        ("leaf-with-its-relation", "a leaf that names its relation itself", item(mp(["item", SALT, "epcList", UNIT]))),
        ("salt-short", "a salt of 15 bytes", item(_item(salt=bytes(15)))),
        ("salt-long", "a salt of 17 bytes", item(_item(salt=bytes(17)))),
        ("salt-is-text", "a salt that is text", item(_item(salt="a" * 16))),
        ("item-not-a-uri", "an item that is no URI", item(_item("K1"))),
        ("item-with-a-space", "an item with a space", item(_item("urn:x:a b"))),
        ("item-not-ascii", "an item that is not ASCII", item(_item("urn:x:é"))),
        ("item-too-long", "an item id of 2,049 bytes", item(_item("urn:x:" + "a" * 2043))),
        ("item-with-a-newline", "an item id that ends in a newline", item(_item(UNIT + "\n"))),
        ("item-of-two", "an item leaf without an item", item(mp(["item", SALT]))),
        ("amount-without-a-unit", "an amount without a unit's place", item(_item(LOT, 1), 4)),
        ("amount-of-seven", "a part too many", item(_item(LOT, 1, None, {"seal": KEY}, 1), 4)),
        ("amount-is-text", "an amount that is text", item(_item(LOT, "1", None), 4)),
        ("amount-is-a-bool", "an amount that is true", item(_item(LOT, True, None), 4)),
        ("unit-is-a-number", "a unit that is a number", item(_item(LOT, 1, 1), 4)),
        ("unit-too-long", "a unit of 256 bytes", item(_item(LOT, 1, "é" * 128), 4)),
        ("extras-empty", "extras, and none in it", item(_item(UNIT, {}))),
        ("extras-nil", "extras that are nil", item(_item(UNIT, None))),
        ("extra-unknown", "an extra that nobody knows", item(_item(UNIT, {"color": "red"}))),
        ("extra-beside-a-seal", "a seal, and an extra that nobody knows", item(_item(UNIT, {"color": "red", "seal": KEY}))),
        ("seal-short", "a seal of 31 bytes", item(_item(UNIT, {"seal": KEY[:-1]}))),
        ("seal-is-text", "a seal in hex", item(_item(UNIT, {"seal": KEY.hex()}))),
        ("seal-of-a-child", "a seal of what is only packed", item(_item(UNIT, {"seal": KEY}), 6)),
        ("seal-of-an-amount", "a seal of an amount", item(mp(["item", SALT, LOT, 1, None, {"seal": KEY}]), 4)),
        ("field-as-an-item", "a field in an item's place", item(_field())),
        ("item-as-a-field", "an item in a field's place", field(_item())),
        ("amount-as-a-field", "an amount in a field's place", field(amount)),
        ("field-with-its-pointer", "a field that says its place itself", field(mp(["field", SALT, "/price", 1]))),
        ("field-of-two", "a field without a value", field(mp(["field", SALT]))),
        ("withheld-item", "an item as its hash alone", item(hidden)),
        ("withheld-body", "a body as its hash alone", units(hidden, _item())),
        ("withheld-short", "a hash of 31 bytes", field([bytes(31)])),
        ("withheld-two", "two hashes for one field", field([bytes(32), bytes(32)])),
        ("withheld-none", "no hash for a field", field([])),
        ("after-is-text", "demands that are text", body({**BODY, "after": UNIT})),
        ("after-is-a-map", "demands that are a map", body({**BODY, "after": {UNIT: bytes(32)}})),
        ("after-short-link", "a link of 31 bytes", body({**BODY, "after": [[UNIT, bytes(31)]]})),
        ("after-text-link", "a link that is text", body({**BODY, "after": [[UNIT, "00" * 32]]})),
        ("after-not-a-uri", "a demand on what is no URI", body({**BODY, "after": [["K1", bytes(32)]]})),
        ("cut-off", "half of an event", units(*ONE)[:60]),
        ("and-a-byte", "a byte after an event", units(*ONE) + b"\x00"),
    ])  # fmt: skip


def _shown() -> list[Case]:
    """Some leaves, with their one proof: what a bundle shows of an event."""
    items: list[Row] = [
        ("parentID", PALLET),
        *(("childEPCs", f"{PRODUCT}/21/{n}") for n in range(5)),
        ("childQuantityList", LOT, 7, None),
    ]
    event = reference.event(BODY, items, [("/a", 1), ("/b", 2)], secret=SECRET)
    leaves = event.leaves

    def shown(numbers: Collection[int], **changes: object) -> dict[str, object]:
        return {
            "counts": event.counts,
            "pointers": event.pointers,
            "shown": [[number, leaves[number]] for number in sorted(numbers)],
            "hashes": reference.multiproof(numbers, leaves),
            "id": event.id,
            **changes,
        }

    parts: list[object] = [
        BODY, *(_six(item) for item in event.items), ["/a", 1], ["/b", 2],
    ]  # fmt: skip
    good = [
        Case(
            f"good-shown-{name}",
            "the leaves and what is between them lead to the id",
            shown(numbers),
            gives={"parts": [parts[number] for number in sorted(numbers)]},
        )
        for name, numbers in (
            ("body", {0}),
            ("body-and-an-item", {0, 4}),
            ("amount", {7}),
            ("field", {8}),
            ("last-field", {0, 9}),
            ("some", {0, 1, 4, 5, 9}),
            ("all", set(range(10))),
        )
    ]
    hashes = reference.multiproof({0, 4}, leaves)
    rows: list[tuple[str, str, dict[str, object]]] = [
        ("number", "a leaf under another's number", {"shown": [[0, leaves[0]], [5, leaves[4]]]}),
        ("leaf", "another leaf", {"shown": [[0, leaves[0]], [4, leaves[5]]]}),
        ("leaf-more", "a leaf for which there is a hash as well", {"shown": [[n, leaves[n]] for n in (0, 1, 4)]}),
        ("leaf-less", "a leaf for which there is no hash", {"shown": [[4, leaves[4]]]}),
        ("relation", "a child made a child of another kind", {"counts": [[5, 1], [6, 6]]}),
        ("count", "a field made an item", {"counts": [[5, 1], [6, 5], [7, 2]], "pointers": ["/b"]}),
        ("pointer", "a field at another place", {"pointers": ["/a", "/c"]}),
        ("hash-less", "a hash too few", {"hashes": hashes[:-1]}),
        ("hash-more", "a hash too many", {"hashes": [*hashes, bytes(32)]}),
        ("hashes-turned-round", "the hashes from right to left", {"hashes": hashes[::-1]}),
        ("hash-changed", "another hash", {"hashes": [*hashes[:-1], bytes(32)]}),
        ("id", "another event's id", {"id": bytes(32)}),
    ]  # fmt: skip
    return good + [
        Case(
            f"bad-shown-{name}", desc, shown({0, 4}, **changes), INVALID
        )
        for name, desc, changes in rows
    ]  # fmt: skip
