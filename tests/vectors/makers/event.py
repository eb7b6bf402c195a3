"""Events: their leaves, their ids, and one leaf shown alone."""

from collections.abc import Sequence

from tests.vectors import reference
from tests.vectors.case import Case, tagged
from tests.vectors.makers.item import LOT, PALLET, PRODUCT, UNIT
from tests.vectors.reference import Row, leaf_hash, mp

SECRET = bytes(range(32))
BODY: dict[str, object] = {
    "type": "ObjectEvent",
    "eventTime": "2026-02-01T09:00:00.000Z",
    "eventTimeZoneOffset": "+13:00",
    "action": "OBSERVE",
    "bizStep": "inspecting",
}
SALT = bytes(16)
ITEM = mp(["item", SALT, "epcList", UNIT])
FIELD = mp(["field", SALT, "/price", 12.5])


def cases() -> list[Case]:
    return [*_made(), *_withheld(), *_bad(), *_shown()]


def made(
    name: str,
    desc: str,
    body: dict[str, object],
    items: Sequence[Row],
    fields: Sequence[tuple[str, object]] = (),
) -> Case:
    """Return the case of an event with all its parts."""
    leaves = reference.event_leaves(body, items, fields, secret=SECRET)
    return Case(
        f"good-{name}",
        desc,
        {
            "data": reference.event_data(len(items), leaves),
            "secret": SECRET,
        },
        gives={
            "id": reference.event_id(
                len(items), len(fields), reference.mth(leaves)
            ),
            "body": tagged(body),
            "items": [_four(item) for item in items],
            "fields": [[p, tagged(value)] for p, value in fields],
            "leaf_hashes": [leaf_hash(leaf) for leaf in leaves],
        },
    )


def _four(item: Row) -> list[object]:
    return [*item, *([None, None] if len(item) == 2 else []), len(item) == 4]


def _made() -> list[Case]:
    unit: Row = ("epcList", UNIT)
    link = reference.map_key(UNIT)
    return [
        made("one-item", "an event that names one unit", BODY, [unit]),
        made(
            "many-items",
            "a pallet and what went onto it",
            {**BODY, "type": "AggregationEvent", "action": "ADD"},
            [
                ("parentID", PALLET),
                *(("childEPCs", f"{PRODUCT}/21/{n}") for n in range(6)),
            ],
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
            "concealed-fields",
            "fields of which only the hash is seen, until they are shown",
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
            "after",
            "an event that is to follow certain links",
            {**BODY, "after": [[UNIT, link], ["did:web:a.example", link]]},
            [unit],
        ),
        made("item-twice", "the same unit in two lists", BODY, [unit, ("childEPCs", UNIT)]),
        made(
            "smallest",
            "nothing but a type, and an item of the shortest id",
            {"type": "x"},
            [("", "a:b")],
        ),
        made(
            "longest-item",
            "an item id of 2,048 bytes",
            BODY,
            [("epcList", "urn:x:" + "a" * 2042)],
        ),
    ]  # fmt: skip


def _withheld() -> list[Case]:
    fields = [("/a", 1), ("/b", 2), ("/c", 3)]
    items: list[Row] = [("epcList", UNIT)]
    leaves = reference.event_leaves(BODY, items, fields, secret=SECRET)
    identity = reference.event_id(1, 3, reference.mth(leaves))
    made = []
    for name, hidden in (
        ("one-field-withheld", {3}),
        ("all-fields-withheld", {2, 3, 4}),
    ):
        parts = [
            [leaf_hash(leaf)] if number in hidden else leaf
            for number, leaf in enumerate(leaves)
        ]
        made.append(
            Case(
                f"good-{name}",
                "what is withheld stands there as its hash; the id is the same",
                {"data": reference.event_data(1, parts)},
                gives={
                    "id": identity,
                    "body": BODY,
                    "items": [["epcList", UNIT, None, None, False]],
                    "fields": [
                        None if 2 + n in hidden else list(field)
                        for n, field in enumerate(fields)
                    ],
                    "leaf_hashes": [leaf_hash(leaf) for leaf in leaves],
                },
            )
        )
    return made


def _bad() -> list[Case]:
    body = mp(["body", BODY])
    one = [body, ITEM]
    hidden = [leaf_hash(FIELD)]
    long_item = mp(["item", SALT, "epcList", "urn:x:" + "a" * 2043])
    unsorted = b"\x92\xa4body\x82" + mp("type") + mp("x") + mp("a") + mp(1)
    data = reference.event_data
    rows: list[tuple[str, str, bytes]] = [
        ("not-an-array", "a map", mp({"type": "x"})),
        ("one-part", "an array of one", mp([1])),
        ("three-parts", "an array of three", mp([1, one, None])),
        ("count-is-a-bool", "a count that is true", mp([True, one])),
        ("leaves-are-a-map", "leaves that are a map", mp([1, {}])),
        ("no-items", "a count of no items", data(0, [body])),
        ("no-items-but-a-field", "a field and no items", data(0, [body, FIELD])),
        ("negative-count", "a count below zero", data(-1, one)),
        ("count-too-great", "two items counted, one there", data(2, one)),
        ("no-leaves", "no leaves", data(1, [])),
        ("no-body", "an item in the body's place", data(1, [ITEM, ITEM])),
        ("body-twice", "a body in an item's place", data(1, [body, body])),
        ("body-is-text", "a body that is text", data(1, [mp(["body", "x"]), ITEM])),
        ("body-of-three", "a body leaf of three parts", data(1, [mp(["body", BODY, 1]), ITEM])),
        ("no-type", "a body without a type", data(1, [mp(["body", {"action": "ADD"}]), ITEM])),
        ("empty-type", "a type of no characters", data(1, [mp(["body", {"type": ""}]), ITEM])),
        ("type-is-a-number", "a type that is a number", data(1, [mp(["body", {"type": 1}]), ITEM])),
        ("leaf-unsorted", "a leaf that is not canonical", data(1, [unsorted, ITEM])),
        ("leaf-and-a-byte", "a byte after a leaf", data(1, [body, ITEM + b"\x00"])),
        ("leaf-is-text", "a leaf that is text", data(1, [body, "item"])),
        ("leaf-is-an-item", "an item that is no leaf", data(1, [body, ["item", SALT, "epcList", UNIT]])),
        ("salt-short", "a salt of 15 bytes", data(1, [body, mp(["item", bytes(15), "epcList", UNIT])])),
        ("salt-long", "a salt of 17 bytes", data(1, [body, mp(["item", bytes(17), "epcList", UNIT])])),
        ("salt-is-text", "a salt that is text", data(1, [body, mp(["item", "a" * 16, "epcList", UNIT])])),
        ("item-not-a-uri", "an item that is no URI", data(1, [body, mp(["item", SALT, "epcList", "K1"])])),
        ("item-with-a-space", "an item with a space", data(1, [body, mp(["item", SALT, "epcList", "urn:x:a b"])])),
        ("item-not-ascii", "an item that is not ASCII", data(1, [body, mp(["item", SALT, "epcList", "urn:x:é"])])),
        ("item-too-long", "an item id of 2,049 bytes", data(1, [body, long_item])),
        ("item-with-a-newline", "an item id that ends in a newline", data(1, [body, mp(["item", SALT, "epcList", UNIT + "\n"])])),
        ("item-of-five", "an amount without a unit's place", data(1, [body, mp(["item", SALT, "quantityList", LOT, 1])])),
        ("item-of-seven", "a part too many", data(1, [body, mp(["item", SALT, "quantityList", LOT, 1, None, None])])),
        ("amount-is-text", "an amount that is text", data(1, [body, mp(["item", SALT, "quantityList", LOT, "1", None])])),
        ("amount-is-a-bool", "an amount that is true", data(1, [body, mp(["item", SALT, "quantityList", LOT, True, None])])),
        ("unit-is-a-number", "a unit that is a number", data(1, [body, mp(["item", SALT, "quantityList", LOT, 1, 1])])),
        ("field-as-an-item", "a field in an item's place", data(2, [body, ITEM, FIELD])),
        ("item-as-a-field", "an item in a field's place", data(1, [body, ITEM, ITEM])),
        ("pointer-without-slash", "a pointer that starts with no slash", data(1, [*one, mp(["field", SALT, "price", 1])])),
        ("pointer-empty", "a pointer to the whole event", data(1, [*one, mp(["field", SALT, "", 1])])),
        ("pointer-twice", "two fields for one place", data(1, [*one, FIELD, FIELD])),
        ("field-of-three", "a field without a value", data(1, [*one, mp(["field", SALT, "/price"])])),
        ("withheld-item", "an item as its hash alone", data(1, [body, hidden])),
        ("withheld-body", "a body as its hash alone", data(1, [hidden, ITEM])),
        ("withheld-short", "a hash of 31 bytes", data(1, [*one, [bytes(31)]])),
        ("withheld-two", "two hashes for one field", data(1, [*one, [bytes(32), bytes(32)]])),
        ("withheld-none", "no hash for a field", data(1, [*one, []])),
        ("after-is-text", "demands that are text", data(1, [mp(["body", {**BODY, "after": UNIT}]), ITEM])),
        ("after-is-a-map", "demands that are a map", data(1, [mp(["body", {**BODY, "after": {UNIT: bytes(32)}}]), ITEM])),
        ("after-short-link", "a link of 31 bytes", data(1, [mp(["body", {**BODY, "after": [[UNIT, bytes(31)]]}]), ITEM])),
        ("after-text-link", "a link that is text", data(1, [mp(["body", {**BODY, "after": [[UNIT, "00" * 32]]}]), ITEM])),
        ("after-not-a-uri", "a demand on what is no URI", data(1, [mp(["body", {**BODY, "after": [["K1", bytes(32)]]}]), ITEM])),
        ("cut-off", "half of an event", data(1, one)[:60]),
        ("and-a-byte", "a byte after an event", data(1, one) + b"\x00"),
    ]  # fmt: skip
    return [
        Case(f"bad-{name}", desc, {"data": bad}, "MalformedError")
        for name, desc, bad in rows
    ]


def _shown() -> list[Case]:
    """One leaf, with its proof: what a bundle shows of an event."""
    items: list[Row] = [("epcList", f"{PRODUCT}/21/{n}") for n in range(5)]
    fields = [("/a", 1)]
    leaves = reference.event_leaves(BODY, items, fields, secret=SECRET)
    identity = reference.event_id(5, 1, reference.mth(leaves))

    def shown(leaf_number: int, **changes: object) -> dict[str, object]:
        return {
            "number": leaf_number,
            "leaf": leaves[leaf_number],
            "proof": reference.path(leaf_number, leaves),
            "item_count": 5,
            "concealed_count": 1,
            "id": identity,
            **changes,
        }

    good = [
        Case(
            f"good-shown-{name}",
            "a leaf and its siblings lead to the id",
            shown(number),
            gives={"part": part},
        )
        for number, name, part in (
            (0, "body", BODY),
            (1, "first-item", ["epcList", f"{PRODUCT}/21/0", None, None, False]),
            (5, "last-item", ["epcList", f"{PRODUCT}/21/4", None, None, False]),
            (6, "field", ["/a", 1]),
        )
    ]  # fmt: skip
    path = reference.path(3, leaves)
    bad = [
        ("number", "the leaf is another one", "InvalidProofError", shown(3, number=2)),
        ("leaf", "another leaf", "InvalidProofError", shown(3, leaf=leaves[4])),
        ("item-count", "another number of items", "InvalidProofError", shown(3, item_count=4, concealed_count=2)),
        ("concealed-count", "one more field", "InvalidProofError", shown(3, concealed_count=2)),
        ("proof-short", "a hash too few", "InvalidProofError", shown(3, proof=path[:-1])),
        ("proof-long", "a hash too many", "InvalidProofError", shown(3, proof=[*path, bytes(32)])),
        ("proof-order", "the hashes from the root down", "InvalidProofError", shown(3, proof=path[::-1])),
        ("proof-hash", "a hash of 31 bytes", "MalformedError", shown(3, proof=[*path[:-1], bytes(31)])),
        ("beyond", "a leaf that the event does not have", "InvalidProofError", shown(6, number=7)),
        ("id", "another event's id", "InvalidProofError", shown(3, id=bytes(32))),
    ]  # fmt: skip
    return good + [
        Case(f"bad-shown-{name}", desc, given, outcome)
        for name, desc, outcome, given in bad
    ]
