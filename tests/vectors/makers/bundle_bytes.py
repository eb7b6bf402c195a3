"""Bundles that are none: every shape of the format, once wrong."""

from typing import Any

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.ledger import Parts
from tests.vectors.makers.judged import changed, pinned_case
from tests.vectors.makers.play import Play, pinned
from tests.vectors.names import CUSTOMS, LOT, MAKER, can
from tests.vectors.reference import mp

FAR = 2**53


def rich() -> tuple[Play, Parts]:
    """Return a bundle that has two at least of all that there is."""
    play = pinned()
    secrets = [("/example:a", 1), ("/example:b", 2)]
    play.say(
        MAKER,
        play.made(*(can(number) for number in range(1, 7)), LOT, lot="L7"),
        play.seen(can(1), fields=secrets),
    )
    first = play.commit()
    old = play.sign()
    play.say(CUSTOMS, play.seen(can(1)))
    books = [play.log(reference.book_entry(b)) for b in (b"one", b"two")]
    second = play.commit()
    newer = play.sign()
    for number in range(5):
        play.say(MAKER, play.seen(can(1), disposition=f"urn:x:{number}"))
    last = len(play.entries) - 2
    bundle = play.bundle(
        can(1),
        LOT,
        can(8),
        can(9),
        leaves={(0, 0): {1, 2, 7}, (0, 1): {1, 2, 3}},
        ranges={can(1): [(0, 3), (5, 3)]},
        hidden=[(last, 0), (last + 1, 0)],
        commitments=[first, second],
        entries=books,
        anchors=[(old, [0, first]), (newer, [0, first, second])],
    )
    return play, bundle


def cases() -> list[Case]:
    play, bundle = rich()
    trail = bundle.trails.index(bundle.trail(can(1)))
    absent = bundle.trails.index(bundle.trail(can(9)))
    assert len(bundle.trails[trail][3]) == 2, "two rows"
    assert len(bundle.map[1]) > 1, "two others"
    assert len(bundle.keys) == len(bundle.anchors) == 2
    rows = [*_wholes(bundle)]
    for name, desc, steps, to in (
        *_tables(bundle),
        *_statements(bundle),
        *_entries(),
        *_trails(bundle, trail, absent),
        *_proofs(),
    ):
        rows.append((name, desc, changed(bundle, *steps, to=to).to_bytes()))
    return [
        pinned_case(
            "incomplete-two-of-all",
            "two at least of all that there is, and of a trail not enough",
            play,
            bundle,
            "PRV-1001",
        ),
        *(
            pinned_case(
                f"unknown-{name}",
                desc,
                play,
                data,
                "PRV-0101",
                item=None,
                notices=(),
            )
            for name, desc, data in rows
        ),
    ]


def _wholes(bundle: Parts) -> list[tuple[str, str, bytes]]:
    data = bundle.to_bytes()
    value = bundle.value
    # 13 parts; up to its ids the bundle is good.
    until_ids = b"\x9d" + b"".join(mp(part) for part in value[:3])
    by_name = {"format": bundle.format, "checkpoint": bundle.checkpoint}
    spelled = [
        ("uint-in-two-bytes", "a small number in two bytes", b"\xcc\x05"),
        ("uint-in-nine-bytes", "a small number in nine bytes", b"\xcf" + bytes(7) + b"\x05"),
        ("signed-number", "a positive number as a signed one", b"\xd0\x05"),
        ("float-for-a-number", "a number in floating point", b"\xcb\x40\x14" + bytes(6)),
        ("text-for-a-number", "a number as text", b"\xa15"),
        ("extension", "an extension type", b"\xd4\x00\x05"),
        ("too-great-for-a-float", "2**53, which is no whole number to everybody", b"\xcf\x00\x20" + bytes(6)),
        ("greatest", "the greatest of 64 bits", b"\xcf" + b"\xff" * 8),
        ("reserved", "the byte that begins no value", b"\xc1"),
        ("short-text-in-str-8", "a short text with its length in one byte", b"\xd9\x01x"),
    ]  # fmt: skip
    amounts = [
        ("integral-float", "an integral amount in floating point", b"\xcb\x40\x59" + bytes(6)),
        ("float-32", "an amount in 32 bits", b"\xca\x41\x48\x00\x00"),
        ("minus-zero", "an amount of minus zero", b"\xcb\x80" + bytes(7)),
        ("not-a-number", "an amount that is not a number", b"\xcb\x7f\xf8" + bytes(6)),
        ("infinite", "an infinite amount", b"\xcb\x7f\xf0" + bytes(6)),
        ("too-great", "an amount of 2**53 as an integer", b"\xcf\x00\x20" + bytes(6)),
        ("in-two-bytes", "a small amount in two bytes", b"\xcc\x05"),
    ]  # fmt: skip
    amount = ("statements", 0, 5, 0, 4, -1, 3)
    assert bundle.statements[0][5][0][4][-1][3] == 100, "of the lot"
    return [
        *((f"time-{n}", d, _with(bundle, s, "committed", 1)) for n, d, s in spelled),
        *((f"amount-{n}", d, _with(bundle, s, *amount)) for n, d, s in amounts),
        ("hashes-in-bin-16", "hashes with their length in two bytes", _with(bundle, b"\xc5\x00\x00", "map", 2)),
        ("ids-by-utf-16", "ids in the order of UTF-16", _with(bundle, b"\x92\xa4\xf0\x90\x80\x80\xa3\xef\xbf\xbf", "ids")),
        ("id-overlong", "an id with a NUL in two bytes", _with(bundle, b"\xa2\xc0\x80", "ids", 0)),
        ("id-half-a-surrogate", "an id with half of a surrogate pair", _with(bundle, b"\xa3\xed\xa0\x80", "ids", 0)),
        ("id-not-utf-8", "an id that is not UTF-8", _with(bundle, b"\xa5urn:\xff", "ids", 0)),
        ("ids-in-array-16", "few ids with their number in two bytes", _with(bundle, b"\xdc\x00\x01\xa7urn:x:y", "ids")),
        ("empty", "no bytes", b""),
        ("json", "an empty JSON object", b"{}"),
        ("empty-array", "an array of nothing", mp([])),
        ("map", "parts by their names", mp(by_name)),
        ("cut-off", "the first 1000 bytes", data[:1000]),
        ("cut-off-by-one", "all but the last byte", data[:-1]),
        ("and-a-byte", "a byte after a bundle", data + b"\x00"),
        ("twice", "a bundle after a bundle", data + data),
        ("not-shortest", "the number of its parts in three bytes", b"\xdc\x00\x0d" + data[1:]),
        ("part-missing", "no anchors, nor their place", mp(value[:-1])),
        ("part-more", "a part that nobody knows", mp([*value, None])),
        ("ids-of-billions", "2**32 - 1 ids announced, none there", until_ids + b"\xdd\xff\xff\xff\xff"),
        ("ids-empty-arrays", "ten thousand empty arrays for ids", until_ids + b"\xdc\x27\x10" + b"\x90" * 10_000),
    ]  # fmt: skip


def _with(bundle: Parts, spelling: bytes, *steps: int | str) -> bytes:
    """Return the bytes of *bundle* with one value spelled like this."""
    mark = "what is to be spelled otherwise"
    data = changed(bundle, *steps, to=mark).to_bytes()
    assert data.count(mp(mark)) == 1
    return data.replace(mp(mark), spelling)


Change = tuple[str, str, tuple[Any, ...], Any]


def _turned(rows: Any) -> Any:
    return rows[::-1]


def _doubled(rows: Any) -> Any:
    return [rows[0], *rows]


def _tables(bundle: Parts) -> list[Change]:
    ids = bundle.ids
    return [
        ("other-format", "another format's name", ("format",), "provenance/bundle/v9"),
        ("format-is-bytes", "the format's name in bytes", ("format",), b"provenance/bundle/v2"),
        ("checkpoint-is-bytes", "a checkpoint that is no text", ("checkpoint",), str.encode),
        ("checkpoint-is-no-note", "a checkpoint that is none", ("checkpoint",), "hello\n"),
        ("extension-line", "a checkpoint with a line more", ("checkpoint",), lambda note: note.replace("\n\n", "\nmore\n\n")),
        ("committed-of-two", "a commitment without its map root", ("committed",), lambda row: row[:2]),
        ("committed-of-four", "a commitment of four parts", ("committed",), lambda row: [*row, 0]),
        ("committed-root-of-31-bytes", "a map root too short", ("committed", 2), lambda root: root[:-1]),
        ("committed-root-is-text", "a map root in hex", ("committed", 2), bytes.hex),
        ("committed-time-negative", "a time below zero", ("committed", 1), -1),
        ("committed-time-is-a-float", "half a millisecond", ("committed", 1), 0.5),
        ("committed-time-too-far", "a time of 2**53", ("committed", 1), 2.0**53),
        ("committed-count-is-true", "a count that is true", ("committed", 0), True),
        ("ids-turned-round", "the ids in another order", ("ids",), _turned),
        ("id-twice", "an id twice", ("ids",), _doubled),
        ("id-unused", "an id that nothing names", ("ids",), [*ids, "urn:x:zzz"]),
        ("id-is-bytes", "an id in bytes", ("ids", 0), str.encode),
        ("id-of-2049-bytes", "an id too long", ("ids", -1), "provenance:trust:" + "é" * 1016),
        ("keys-turned-round", "the keys in another order", ("keys",), _turned),
        ("key-twice", "a key twice", ("keys",), _doubled),
        ("key-unused", "a key that signed nothing", ("keys",), lambda keys: [*keys, [keys[-1][0], b"\xff" * 32]]),
        ("key-of-nobody", "a key of an id that is not there", ("keys", 1, 0), len(ids)),
        ("key-of-31-bytes", "a key id too short", ("keys", 0, 1), lambda key: key[:-1]),
        ("key-of-three-parts", "a key of three parts", ("keys", 0), lambda key: [*key, 0]),
        ("subject-of-nobody", "a subject that is not there", ("subject",), len(ids)),
        ("subject-is-text", "a subject by its id", ("subject",), can(1)),
    ]  # fmt: skip


def _statements(bundle: Parts) -> list[Change]:
    s, e = ("statements", 0), ("statements", 0, 5, 0)
    second = ("statements", 0, 5, 1)
    amount = len(bundle.statements[0][5][0][4]) - 1
    assert len(bundle.statements[0][5][0][4][amount]) == 5, "the lot"
    return [
        ("statements-turned-round", "statements in another order", ("statements",), _turned),
        ("statement-twice", "a statement twice", ("statements",), _doubled),
        ("statement-of-six", "a statement without its proof's place", s, lambda row: row[:5] + row[6:]),
        ("statement-without-events", "a statement of which no event is shown", (*s, 5), []),
        ("statement-index-negative", "an index below zero", (*s, 0), -1),
        ("statement-index-is-text", "an index that is text", (*s, 0), "0"),
        ("statement-key-of-nobody", "a key that is not there", (*s, 1), 2),
        ("statement-time-is-nil", "no time", (*s, 2), None),
        ("statement-of-65537-events", "more events than a statement may have", (*s, 3), 65_537),
        ("signature-of-63-bytes", "a signature too short", (*s, 4), bytes(63)),
        ("signature-is-text", "a signature that is text", (*s, 4), "x" * 64),
        ("statement-hashes-of-33-bytes", "a hash and a byte", (*s, 6), bytes(33)),
        ("statement-hashes-in-an-array", "hashes that are not joined", ("statements", 1, 6), [bytes(32)]),
        ("events-turned-round", "events in another order", (*s, 5), _turned),
        ("event-twice", "an event twice", (*s, 5), _doubled),
        ("event-of-six", "an event without its place", e, lambda row: row[1:]),
        ("position-is-false", "a position that is false", (*e, 0), False),
        ("position-too-great", "a position that no statement has", (*second, 0), 65_536),
        ("counts-are-a-map", "counts that are a map", (*e, 1), {"epcList": 2}),
        ("counts-of-14", "more relations than there are", (*e, 1), [[n, 1] for n in range(1, 15)]),
        ("count-of-three-parts", "a count of three parts", (*e, 1, 0), lambda row: [*row, 0]),
        ("count-of-millions", "more items than an event may have", (*e, 1, 0, 1), 262_145),
        ("count-negative", "a count below zero", (*e, 1, 0, 1), -1),
        ("pointer-of-2049-bytes", "a pointer too long, by its bytes", (*second, 2, 0), "/" + "é" * 1024),
        ("pointer-is-bytes", "a pointer in bytes", (*second, 2, 0), str.encode),
        ("body-is-text", "a body that is text", (*e, 3), "body"),
        ("body-is-a-map", "a body that is no leaf", (*e, 3), {"type": "ObjectEvent"}),
        ("items-turned-round", "item leaves in another order", (*e, 4), _turned),
        ("item-twice", "an item leaf twice", (*e, 4), _doubled),
        ("item-of-two", "an item leaf without an item", (*e, 4, 0), lambda row: row[:2]),
        ("item-of-seven", "an item leaf of seven parts", (*e, 4, amount), lambda row: [*row, bytes(32), 0]),
        ("item-number-is-true", "a leaf's number that is true", (*e, 4, 0, 0), True),
        ("item-salt-of-15-bytes", "a salt too short", (*e, 4, 0, 1), lambda salt: salt[:-1]),
        ("item-of-nobody", "an item that is not there", (*e, 4, 0, 2), 99),
        ("item-by-its-id", "an item by its id", (*e, 4, 0, 2), can(1)),
        ("amount-is-text", "an amount that is text", (*e, 4, amount, 3), "100"),
        ("amount-is-true", "an amount that is true", (*e, 4, amount, 3), True),
        ("unit-is-a-number", "a unit that is a number", (*e, 4, amount, 4), 1),
        ("unit-of-256-bytes", "a unit too long, by its bytes", (*e, 4, amount, 4), "é" * 128),
        ("seal-of-31-bytes", "a seal too short", (*e, 4, 0), lambda row: [*row, bytes(31)]),
        ("seal-nil", "a seal that is nil", (*e, 4, 0), lambda row: [*row, None]),
        ("fields-turned-round", "fields in another order", (*second, 5), _turned),
        ("field-twice", "a field twice", (*second, 5), _doubled),
        ("field-of-three", "a field of three parts", (*second, 5, 0), lambda row: [*row, 0]),
        ("field-is-a-value", "a field that is no leaf", (*second, 5, 0, 1), 1),
        ("event-hashes-of-31-bytes", "a hash too short", (*e, 6), bytes(31)),
        ("event-hashes-are-nil", "no hashes, and no bytes", (*e, 6), None),
    ]  # fmt: skip


def _entries() -> list[Change]:
    c, v = ("commitments", 0), ("entries", 0)
    return [
        ("commitments-turned-round", "commitments in another order", ("commitments",), _turned),
        ("commitment-twice", "a commitment twice", ("commitments",), _doubled),
        ("commitment-of-three", "a commitment of three parts", c, lambda row: row[:3]),
        ("commitment-with-a-kind", "a commitment as it was logged", c, lambda row: [2, *row]),
        ("commitment-root-of-33-bytes", "a map root too long", (*c, 3), bytes(33)),
        ("entries-turned-round", "entries in another order", ("entries",), _turned),
        ("entry-twice", "an entry twice", ("entries",), _doubled),
        ("entry-of-one", "an entry without its place", v, lambda row: row[1:]),
        ("entry-is-an-array", "an entry that is not in bytes", (*v, 1), [4, b"book"]),
        ("log-hashes-of-31-bytes", "a hash too short", ("log_hashes",), bytes(31)),
        ("log-hashes-are-text", "hashes that are text", ("log_hashes",), "x" * 32),
    ]  # fmt: skip


def _trails(bundle: Parts, trail: int, absent: int) -> list[Change]:
    t = ("trails", trail)
    # Ranges are [0, 3) and [5, 8), of 8 links.
    link = bundle.trails[trail][2][1][2]

    def ranged(*ranges: object) -> tuple[tuple[Any, ...], Any]:
        return (*t, 2), list(ranges)

    return [
        ("trails-turned-round", "trails in another order", ("trails",), _turned),
        ("trail-twice", "a trail twice", ("trails",), _doubled),
        ("trail-of-four", "a trail without its rows", t, lambda row: row[:3] + row[4:]),
        ("trail-of-nobody", "a trail of an id that is not there", ("trails", -1, 0), 99),
        ("trail-count-is-nil", "a count that is nil", (*t, 1), None),
        ("trail-count-too-small", "a range beyond the trail's end", (*t, 1), 7),
        ("absent-with-a-range", "a trail of no links, and a range of it", ("trails", absent, 2), [[0, 1]]),
        ("ranges-turned-round", "ranges in another order", *ranged([5, 3, link], [0, 3])),
        ("range-twice", "a range twice", *ranged([0, 3], [0, 3])),
        ("ranges-touch", "ranges that touch", *ranged([0, 3], [3, 5, link])),
        ("ranges-overlap", "ranges that overlap", *ranged([0, 3], [2, 6, link])),
        ("range-within-a-range", "a range inside another", *ranged([0, 8], [5, 3, link])),
        ("range-overruns", "a range beyond the trail's end", *ranged([0, 3], [5, 4, link])),
        ("range-of-nothing", "a range of no links", *ranged([0, 3], [5, 0, link])),
        ("range-without-a-previous", "a range that does not tell the link before it", *ranged([0, 3], [5, 3])),
        ("range-with-a-previous", "the first range tells a link before it", *ranged([0, 3, link], [5, 3, link])),
        ("range-previous-of-31-bytes", "a link too short", *ranged([0, 3], [5, 3, link[:-1]])),
        ("range-previous-is-nil", "a link before that is nil", *ranged([0, 3], [5, 3, None])),
        ("range-of-four", "a range of four parts", *ranged([0, 3], [5, 3, link, 0])),
        ("range-of-one", "a range without its length", *ranged([0, 3], [5])),
        ("range-start-negative", "a range that starts before the trail", *ranged([-1, 4], [5, 3, link])),
        ("range-to-the-end-of-numbers", "a range whose end no number tells", *ranged([0, 3], [5, FAR - 1, link])),
        ("rows-turned-round", "rows in another order", (*t, 3), _turned),
        ("row-twice", "a row twice", (*t, 3), _doubled),
        ("row-of-five", "a row without its kinds", (*t, 3, 0), lambda row: row[:3] + row[4:]),
        ("row-kinds-32", "a kind that is none", (*t, 3, 0, 3), 32),
        ("row-position-too-great", "a position that no statement has", (*t, 3, 0, 1), 65_536),
        ("row-leaves-are-a-number", "a leaf that is in no list", (*t, 3, 0, 4), 1),
        ("row-leaves-turned-round", "leaves in another order", (*t, 3, 0, 4), [2, 1]),
        ("row-leaf-twice", "a leaf twice", (*t, 3, 0, 4), [1, 1]),
        ("row-event-of-31-bytes", "an event id too short", (*t, 3, 0, 5), lambda event: event[:-1]),
        ("trail-hashes-of-33-bytes", "a hash and a byte", (*t, 4), bytes(33)),
    ]  # fmt: skip


def _proofs() -> list[Change]:
    a = ("anchors", 0)
    return [
        ("map-of-two", "a map proof without hashes", ("map",), lambda row: [None, row[1], row[2]]),
        ("map-step-257", "a step beyond the last bit", ("map", 0, 0), 257),
        ("map-step-negative", "a step below zero", ("map", 0, 0), -1),
        ("map-others-turned-round", "other leaves in another order", ("map", 1), _turned),
        ("map-other-twice", "another leaf twice", ("map", 1), _doubled),
        ("map-other-of-31-bytes", "a key too short", ("map", 1, 0, 0), lambda key: key[:-1]),
        ("map-other-value-of-79-bytes", "a value too short", ("map", 1, 0, 1), lambda value: value[:-1]),
        ("map-hashes-of-31-bytes", "a hash too short", ("map", 2), bytes(31)),
        ("anchor-of-two", "an anchor without its entries", a, lambda row: [row[0], row[2]]),
        ("anchor-note-is-bytes", "a note in bytes", (*a, 0), str.encode),
        ("anchor-of-nothing", "an anchor of no entries", (*a, 1), []),
        ("anchor-turned-round", "an anchor's entries in another order", (*a, 1), _turned),
        ("anchor-entry-twice", "an anchor's entry twice", (*a, 1), _doubled),
        ("anchor-hashes-of-33-bytes", "a hash and a byte", (*a, 2), bytes(33)),
    ]  # fmt: skip
