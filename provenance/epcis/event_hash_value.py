"""Values as the event hash id writes them: one spelling for each.

An event may come in XML or in JSON, with URNs or links, at +01:00 or in UTC,
and has one hash. So every value is brought to one form (CBV 2.0, event hash
id). The bare word is that of a field which has such words:

    2026-03-01T08:59:00.1415+13:00           2026-02-28T19:59:00.142Z
    452.0                                    452
    shipping                               ┐ https://ref.gs1.org/cbv/…
    urn:epcglobal:cbv:bizstep:shipping     ├   …BizStep-shipping
    cbv:BizStep-shipping                   ┘
    urn:epc:id:sgtin:9421902.096001.K7     ┐ https://id.gs1.org/01/…
    https://brand.example/01/0942190296…   ┘   …09421902960017/21/K7

Nothing is refused for being wrong: what is no GS1 identifier, no standard
word and no number stays the text that it is. Only a time that is none and a
number that cannot be written have no form.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import unquote

from provenance.encoding.strict_json import JSON
from provenance.epcis.vocabulary import (
    BIZ_STEP,
    BIZ_TRANSACTION_TYPE,
    DISPOSITION,
    ERROR_REASON,
    SOURCE_DEST_TYPE,
    Vocabulary,
)
from provenance.errors import MalformedError
from provenance.gs1.checkdigit import CSET_82
from provenance.gs1.epcurn import is_epc_urn, parse_epc_urn
from provenance.gs1.identifier import (
    CANONICAL_STEM,
    GTIN,
    KEYS,
    QUALIFIERS,
    escape,
)

Names = Mapping[str, str]
"""Prefix → namespace, those of GS1, of the document and of the event."""

_LONGEST = 2048
"""The longest text, in characters, that is looked into: no id is longer."""

_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]+))?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)

# XML cannot say whether 12.50 in somebody's extension is a number or a text,
# so a text of this form is a number. 007 and 1e3 are not of it: they may well
# be the names of things, and other things are named 7 and 1000.
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_LONGEST_FLOAT = 17
"""A longer decimal is no spelling of a float, so it keeps its digits."""

# What a pallet is imported as by the thousand, and what is final already.
_FINAL_LINK = re.compile(
    r"https://id\.gs1\.org/"
    r"(?:01/[0-9]{14}(?:/(?:21|10)/[A-Za-z0-9._-]{1,20})?"
    r"|(?!01)[0-9]{2,4}/[A-Za-z0-9._-]{1,30})"
)
_UNIT_URN = re.compile(
    r"urn:epc:id:sgtin:([0-9]+\.[0-9]+)\.([A-Za-z0-9._-]{1,20})"
)

_CBV_URN = re.compile(r"urn:epcglobal:cbv:(bizstep|disp|btt|sdt|er):(.+)")
_CBV_STEMS: Mapping[str, str] = {
    "bizstep": BIZ_STEP.stem,
    "disp": DISPOSITION.stem,
    "btt": BIZ_TRANSACTION_TYPE.stem,
    "sdt": SOURCE_DEST_TYPE.stem,
    "er": ERROR_REASON.stem,
}
_CBV_DRAFT = re.compile(r"https?://ns\.gs1\.org/cbv/(.+)")
"""How drafts of CBV 2.0 spelled its words."""

_OLD_WORDS: Mapping[str, str] = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414",
    "party": "417", "gsrnp": "8017", "gsrn": "8018", "gcn": "255",
    "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402",
    "grai": "8003", "giai": "8004", "cpv": "22", "lot": "10", "ser": "21",
}  # fmt: skip
"""Word → AI, for links of the release that CBV 2.0 refers to."""

# A mistyped number is as good a name as a right one, so a value needs its
# form alone, and a GRAI not even the zero that scanners want before it.
_TEXT = f"[{re.escape(CSET_82)}]"
_FORMS: Mapping[str, re.Pattern[str]] = {
    **{ai: form.pattern for ai, form in KEYS.items()},
    GTIN: re.compile("[0-9]{8}|[0-9]{12,14}"),
    "8003": re.compile(f"[0-9]{{14}}{_TEXT}{{0,16}}"),
}
_QUALIFIER_FORM = re.compile(f"{_TEXT}{{1,28}}")

# The stem takes all that it can get, so that the key is the rightmost one.
_KEY = "|".join([*KEYS, *(w for w, ai in _OLD_WORDS.items() if ai in KEYS)])
_QUALIFIER = "|".join(
    [*QUALIFIERS, *(w for w, ai in _OLD_WORDS.items() if ai in QUALIFIERS)]
)
_LINK = re.compile(
    rf"(?:https?|HTTPS?)://[^?#]+/({_KEY})/([^/?#]+)"
    rf"((?:/(?:{_QUALIFIER})/[^/?#]+)*)/?(?:[?#].*)?"
)
_IDENTIFYING: Mapping[str, tuple[str, ...]] = {
    "01": ("21", "235", "10"),
    "414": ("254",),
    "415": ("8020",),
    "8006": ("21", "10"),
    "8010": ("8011",),
}
"""Key → the qualifiers of which one is kept, what tells most first."""

# Links of the hash leave these three as they are.
_UNESCAPED = (("%27", "'"), ("%3B", ";"), ("%3D", "="))


def expand_prefix(text: str, names: Names) -> str:
    """Return *text* with its prefix written out, if it is one of *names*."""
    prefix, colon, rest = text.partition(":")
    if colon and prefix in names and not rest.startswith("//"):
        return names[prefix] + rest
    return text


def write_time(value: JSON, _: Names) -> str:
    """Return a time in UTC, to the millisecond, half a millisecond up.

    Raises:
        MalformedError: It is no time with its zone, or outside of the years
            1 to 9999 in UTC.
    """
    text = value.strip() if isinstance(value, str) else ""
    found = _TIME.fullmatch(text)
    if found is None:
        raise MalformedError(
            f"{text[:80]!r} is no time with its zone: write one such as"
            " 2026-03-01T09:00:00+13:00"
        )
    date, clock, fraction, sign, hours, minutes = found.groups("")
    milliseconds = int(fraction[:3].ljust(3, "0")) + (fraction[3:4] >= "5")
    east = int(hours or 0) * 60 + int(minutes or 0)
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}") + timedelta(
            minutes=east if sign == "-" else -east, milliseconds=milliseconds
        )
    except (ValueError, OverflowError) as error:
        raise MalformedError(
            f"{text[:80]!r} has no place in the calendar of UTC: write a time"
            " of the years 1 to 9999"
        ) from error
    return moment.isoformat(timespec="milliseconds") + "Z"


def write_word(value: JSON, names: Names, *, vocabulary: Vocabulary) -> str:
    """Return the URI of the word of *vocabulary* that *value* spells.

    A bare word gets one even if there is no such word, for the URN that is
    as wrong gets it as well.

    Raises:
        MalformedError: It is a number that cannot be written.
    """
    if isinstance(value, str):
        word = value.strip()
        if word and ":" not in word:
            return vocabulary.stem + word
    return write_value(value, names)


def write_value(value: JSON, names: Names) -> str:
    """Return the id, the URI, the number or the text that *value* spells.

    It is no list and no object. Nothing is "".

    Raises:
        MalformedError: It is a number that cannot be written.
    """
    if isinstance(value, str):
        return _write(expand_prefix(value, names))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    return ""


def _write(text: str) -> str:
    # This runs for every item of every event, so what is final already and
    # the URNs of units take a short way, and the rest is remembered.
    start = text[:4]
    if start == "http":
        if _FINAL_LINK.fullmatch(text):
            return text
    elif start == "urn:" and (found := _UNIT_URN.fullmatch(text)) is not None:
        product = _remembered(f"urn:epc:idpat:sgtin:{found[1]}.*")
        if product.startswith(CANONICAL_STEM):
            return f"{product}/21/{found[2]}"
    return text.strip() if len(text) > _LONGEST else _remembered(text)


@lru_cache(maxsize=4096)
def _remembered(text: str) -> str:
    text = text.strip()
    if _DECIMAL.fullmatch(text):
        return _decimal(text)
    if (found := _CBV_URN.fullmatch(text)) is not None:
        return _CBV_STEMS[found[1]] + found[2]
    if (found := _CBV_DRAFT.fullmatch(text)) is not None:
        return "https://ref.gs1.org/cbv/" + found[1]
    return _link(text) or text


def _decimal(text: str) -> str:
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if "." in text and len(text) <= _LONGEST_FLOAT:
        return _number(float(text))
    return "0" if text == "-0" else text


def _number(value: float) -> str:
    """Return *value* without an empty fraction."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise MalformedError(f"{value} is no number: write one")
        if not value.is_integer():
            return repr(value)
    try:
        return str(int(value))
    except ValueError as error:
        raise MalformedError(
            "the number has too many digits: write it as text"
        ) from error


def _link(text: str) -> str | None:
    """Return the link of what *text* identifies, with a qualifier at most.

    None if *text* is no GS1 identifier.
    """
    elements = _elements_of_urn(text) or _elements_of_link(text)
    if not elements:
        return None
    (key, value), *rest = elements
    parts = [CANONICAL_STEM, key, escape(value)]
    qualifiers = dict(rest)
    for ai in _IDENTIFYING.get(key, ()):
        # The extension 0 of a place says that it has none.
        if ai in qualifiers and (ai, qualifiers[ai]) != ("254", "0"):
            parts += [ai, escape(qualifiers[ai])]
            break
    link = "/".join(parts)
    for escaped, character in _UNESCAPED:
        link = link.replace(escaped, character)
    return link


def _elements_of_urn(text: str) -> list[tuple[str, str]]:
    """Return the (AI, value) pairs of an EPC URN; [] for any other text."""
    if not is_epc_urn(text):
        return []
    try:
        identifier = parse_epc_urn(text)
    except MalformedError:
        return []
    return [] if identifier is None else list(identifier.elements)


def _elements_of_link(text: str) -> list[tuple[str, str]]:
    """Return the (AI, value) pairs in the path of a Digital Link, or []."""
    found = _LINK.fullmatch(text)
    if found is None:
        return []
    segments = [found[1], found[2], *found[3].split("/")[1:]]
    codes = [_OLD_WORDS.get(word, word) for word in segments[::2]]
    values = [unquote(value) for value in segments[1::2]]
    if _FORMS[codes[0]].fullmatch(values[0]) is None:
        return []
    if not all(map(_QUALIFIER_FORM.fullmatch, values[1:])):
        return []
    if codes[0] == GTIN:
        values[0] = values[0].zfill(14)
    return list(zip(codes, values, strict=True))
