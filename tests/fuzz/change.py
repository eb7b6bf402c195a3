"""Changing a valid input: its bytes, its characters, or what it says.

Each change takes a random number generator and two seeds, the second for
parts to put into the first, and returns what a parser shall be given. One in
many is a *bomb*: small to send, and large or slow to whoever reads it without
a bound.
"""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from provenance.encoding.canonical import decode, encode
from provenance.errors import MalformedError
from tests.support.bombs import VALUES
from tests.web.mutations import (
    INTERESTING_TEXTS,
    change_bytes,
    change_inside,
    change_text,
    change_value,
)

Change = Callable[[random.Random, bytes, bytes], bytes]
"""Returns the first of two seeds, changed."""

_BOMBS = 0.004
"""How many of the changed are bombs."""

_SIZES = (100_000, 100_000, 100_000, 2**20, 2**23)
"""About how many bytes a bomb may have."""

NUMBERS = (
    "0", "-0", "00", "1", "-1", "4294967296", "9007199254740991",
    "9007199254740993", "18446744073709551616", "1e400", "1E-400", "-1e999",
    "0x10", "1_000", "٣", "½", "NaN", "Infinity", "9" * 5000, "0." + "1" * 4000,
)  # fmt: skip
"""Numbers of which one or another reader makes something else."""

SIGNS = (
    *"0123456789.:/-_+=%?#&*|,;<>\"'\\()[]{} \t\r\n\x00\x1d\x7f\x85\u2028",
    "\u202e", "\ufeff", "é", "e\u0301", "𠮷", "\ud800", "\udcff", "ß", "İ", "ſ",
    "%00", "%2F", "%C3%A9", "%ff", "%", "\r\n", "  ", "",
)  # fmt: skip
"""What is put between characters."""


def change_packed(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change what is written in canonical msgpack."""
    if rng.random() < _BOMBS:
        return _packed_bomb(rng, data)
    if rng.random() < 0.3:
        return change_bytes(rng, data, other)
    try:
        value, donor = decode(data), decode(other)
        for _ in range(rng.choice((1, 1, 2, 3))):
            change = rng.choice((change_value, change_value, change_inside))
            value = change(rng, value, donor)
        return encode(value)
    except MalformedError:
        return change_bytes(rng, data, other)


def _packed_bomb(rng: random.Random, data: bytes) -> bytes:
    """Return *data* with far too many of something at a random place."""
    count = rng.choice((2**16, 2**20, 2**31, 2**32 - 1))
    head = rng.choice((b"\xdd", b"\xdf", b"\xc6", b"\xdb", b"\xc9"))
    size = rng.choice(_SIZES)
    bomb = rng.choice(
        (
            rng.choice([*VALUES.values()])[:size],
            head + count.to_bytes(4, "big"),
            head + count.to_bytes(4, "big") + rng.choice((b"\x90", b"\xc0", b"\x81\xa0")) * size,
            b"\x91" * size,
            b"\x81\xa0" * size,
        )
    )  # fmt: skip
    at = rng.randrange(len(data) + 1)
    return data[:at] + bomb + data[at + rng.randrange(8) :]


def change_lines(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change a text of lines: a note, a trust file, a mapping, a table."""
    if rng.random() < _BOMBS:
        return _text_bomb(rng, data)
    if rng.random() < 0.1:
        return change_bytes(rng, data, other)
    text, donor = _text(data), _text(other)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if rng.random() < 0.6:
            text = change_text(rng, text, donor)
        else:
            text = _change_characters(rng, text, donor)
    return _bytes(text)


def change_line(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change a text of one line: a code, a link, a path, a token."""
    if rng.random() < _BOMBS:
        return _text_bomb(rng, data)
    text, donor = _text(data), _text(other)
    for _ in range(rng.choice((1, 1, 2, 4))):
        text = _change_characters(rng, text, donor)
    return _bytes(text)


def _change_characters(rng: random.Random, text: str, donor: str) -> str:
    at = rng.randrange(len(text) + 1)
    size = rng.choice((0, 0, 1, 1, 2, 8))
    match rng.randrange(8):
        case 0:
            part = rng.choice(NUMBERS)
        case 1:
            part = rng.choice(INTERESTING_TEXTS)
        case 2:
            start = rng.randrange(len(donor) + 1)
            part = donor[start : start + rng.choice((1, 4, 16, 80))]
        case 3:
            part = text[at : at + rng.choice((1, 2, 8))] * rng.choice(
                (2, 3, 70)
            )
        case 4:
            part = text[at : at + 1].swapcase()
            size = 1
        case 5:
            part = ""
            size = rng.choice((1, 2, 8, 80))
        case _:
            part = rng.choice(SIGNS)
    return text[:at] + part + text[at + size :]


def _text_bomb(rng: random.Random, data: bytes) -> bytes:
    text = _text(data)
    at = rng.randrange(len(text) + 1)
    part = rng.choice(
        (*'09aA(/.%[{<\n" ', "a.", "a=", "(01)", "%25", "[[a]]\n", "/a", "a:", "a|", '{"":', "&a;", "é", *text.split("\n")[:3])
    )  # fmt: skip
    many = part * (rng.choice(_SIZES) // max(1, len(part)))
    return _bytes(text[:at] + many + text[at:])


def change_json(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change a JSON document."""
    if rng.random() < 0.25:
        return change_lines(rng, data, other)
    value, donor = json.loads(data), json.loads(other)
    for _ in range(rng.choice((1, 1, 2, 3))):
        value = change_value(rng, value, donor)
    text = json.dumps(value, default=_as_text, ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.05:
        digit = rng.choice([*"0123456789"])
        text = text.replace(digit, rng.choice(NUMBERS), 1)
    return _bytes(text)


def _as_text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else repr(value)


def change_xml(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change an XML document: its tags, its names, what it declares."""
    if rng.random() < _BOMBS:
        return _xml_bomb(rng, data)
    text, donor = _text(data), _text(other)
    for _ in range(rng.choice((1, 1, 2, 3))):
        tags, others = _tags(text), _tags(donor)
        if rng.random() < 0.4 or len(tags) < 3 or not others:
            text = _change_characters(rng, text, donor)
            continue
        at, again = rng.randrange(len(tags)), rng.randrange(len(tags))
        match rng.randrange(6):
            case 0:
                del tags[at]
            case 1:
                tags.insert(at, tags[again])
            case 2:
                tags[at] = rng.choice(others)
            case 3:
                tags[at], tags[again] = tags[again], tags[at]
            case 4:
                tags.insert(at, rng.choice(_XML_PARTS))
            case _:
                tags[min(at, again) : max(at, again)] *= 2
        text = "".join(tags)
    return _bytes(text)


_XML_PARTS = (
    "<!-- -->", "<![CDATA[x]]>", "<?x y?>", "<!DOCTYPE a>", "<a/>", "<a>",
    '<!DOCTYPE a [<!ENTITY b "c">]>', "&amp;", "&b;", "&#0;", "&#x202e;",
    '<a xmlns="urn:x">', '<b:c xmlns:b="urn:x"/>', '<a b="1" b="2"/>',
    '<?xml version="1.1"?>', '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
    "</EPCISBody>", "<epc>urn:epc:id:sscc:9506000.0134352</epc>", "]]>",
)  # fmt: skip


def _xml_bomb(rng: random.Random, data: bytes) -> bytes:
    text = _text(data)
    at = text.find("<", 1 + rng.randrange(max(1, len(text) - 1)))
    size = rng.choice(_SIZES)
    entities = '<!DOCTYPE a [<!ENTITY a "a">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">'
        for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    part = rng.choice(
        (
            "<a>" * (size // 3), "<a b='" + "x" * size + "'/>",
            "<a " + "".join(f"b{n}='' " for n in range(size // 7)) + "/>",
            "<a " + "".join(f"xmlns:b{n}='urn:x' " for n in range(size // 16)) + "/>",
            "<!--" + "-" * size + "-->", "<?a " + "b" * size + "?>",
            entities + "]>&j;", "&#65;" * (size // 5), "<a/>" * (size // 4),
        )
    )  # fmt: skip
    return _bytes(text[: max(at, 0)] + part + text[max(at, 0) :])


def _tags(text: str) -> list[str]:
    """Return *text* cut before and after each tag."""
    parts: list[str] = []
    for piece in text.split("<"):
        tag, found, rest = piece.partition(">")
        parts += ["<" + tag + found, rest] if found else [piece]
    return parts


def change_pairs(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change the parameters of a query: JSON of [name, text] pairs."""
    pairs: list[Any] = json.loads(data)
    others: Sequence[Any] = json.loads(other)
    for _ in range(rng.choice((1, 1, 2, 3))):
        at = rng.randrange(len(pairs) + 1)
        if rng.random() < 0.3:
            pairs.insert(at, rng.choice(others))
        elif at < len(pairs):
            pair = list(pairs[at])
            which = rng.randrange(2)
            donor = rng.choice(others)[which]
            pair[which] = _change_characters(rng, pair[which], donor)
            pairs[at] = pair
    if rng.random() < _BOMBS and pairs:
        many = rng.choice(("a|", "|", "1", "(", ".*", "a."))
        pairs[-1] = [pairs[-1][0], many * (rng.choice(_SIZES) // len(many))]
    return _bytes(json.dumps(pairs))


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
