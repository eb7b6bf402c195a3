"""Application Identifiers: what a number before a value says it is.

    (17) 271231      the value is a date: use by 31 December 2027
    (3103) 001250    the value is a weight: 1.250 kg

The table of all of them is data (`provenance.gs1.ai_table`), read when the
first one is asked for: verifying a bundle asks for none. AIs are two to four
digits long, and none is the start of another.

Promises: what `AI.check` lets through has the length, the alphabet and the
meaning that GS1 gives that AI. What stands beside what, `elements` knows.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from provenance.errors import MalformedError
from provenance.gs1.ai_table import PARTNERS, TABLE
from provenance.gs1.checkdigit import CSET_82
from provenance.gs1.checks import find_fault

_ALPHABETS = {
    "N": (re.compile("[0-9]*"), "digits"),
    "X": (re.compile("[" + re.escape(CSET_82) + "]*"), "characters"),
    "Y": (re.compile("[A-Z0-9#/-]*"), "of A-Z, 0-9, #, - and /"),
    "Z": (re.compile("[A-Za-z0-9_-]+={0,2}"), "of base64url"),
}

_ROW = re.compile(
    r"(?P<start>[0-9]{1,4})(?:\[(?P<ends>[0-9]-[0-9])\]|(?P<measure>\*))?"
    r"(?P<marks>[=-]*)"
    r" +(?P<title>[^|]+?)(?: \|(?P<rest>.*))?"
)
_PART = re.compile(
    r"(?P<times>[0-9]?)(?P<optional>\?)?(?P<alphabet>[NXYZ])"
    r"(?:(?P<least>[0-9]+)-)?(?P<most>[0-9]+)(?P<checks>(?::[a-z0-9]+)*)"
)

_MEASURES = "012345"
_MEASURE = "N6"


@dataclass(frozen=True, slots=True)
class Component:
    """One part of an AI's value.

    Attributes:
        alphabet: `N` for digits, `X` for the 82 characters of GS1, `Y` for
            the 39 of component ids, `Z` for base64url.
        least: The fewest characters it has, if it is there.
        most: The most; only the last part of a value may have fewer.
        is_optional: Whether the value may end before it.
        checks: The names of its checks, in order.
    """

    alphabet: str
    least: int
    most: int
    is_optional: bool
    checks: tuple[str, ...]

    def __str__(self) -> str:
        sizes = f"{self.least} to {self.most}"
        size = f"{self.most}" if self.least == self.most else sizes
        says = f"{size} {_ALPHABETS[self.alphabet][1]}"
        return f"maybe {says}" if self.is_optional else says


@dataclass(frozen=True, slots=True)
class AI:
    """One Application Identifier.

    Attributes:
        code: Its two to four digits.
        title: What GS1 calls it where there is little room.
        parts: What its value is made of, in order.
        is_predefined: Whether its length is known to every reader, so that
            no FNC1 has to end it.
        is_attribute: Whether it may stand in the query of a Digital Link.
        needs: Alternatives, of which one must stand beside it, whole; none
            if it needs nothing. `n` stands for any digit.
        bars: What must not stand beside it.
    """

    code: str
    title: str
    parts: tuple[Component, ...]
    is_predefined: bool
    is_attribute: bool
    needs: tuple[tuple[str, ...], ...]
    bars: tuple[str, ...]

    def __str__(self) -> str:
        return f"({self.code}) {self.title}"

    @property
    def longest(self) -> int:
        """The most characters that its value can have."""
        return sum(part.most for part in self.parts)

    def check(self, value: str) -> None:
        """Check *value*, which is decoded and without its AI.

        Raises:
            MalformedError: It is no value of this AI.
        """
        if len(value) > self.longest:
            raise self._unlike(value)
        start = 0
        for part in self.parts:
            text = value[start : start + part.most]
            if part.is_optional and not text:
                break
            alphabet = _ALPHABETS[part.alphabet][0]
            if len(text) < part.least or not alphabet.fullmatch(text):
                raise self._unlike(value)
            for check in part.checks:
                if (fault := find_fault(check, text)) is not None:
                    place = (
                        f" at position {start} of its value" if start else ""
                    )
                    raise MalformedError(f"{self}: {text!r}{place} {fault}")
            start += len(text)

    def _unlike(self, value: str) -> MalformedError:
        says = ", then ".join(str(part) for part in self.parts)
        # A stray character is said, for what stands behind it may be another
        # AI: some scanners write one in the place of FNC1.
        has_more = self.parts[0].alphabet == "Y"
        known = CSET_82 + "#" if has_more else CSET_82
        strange = [each for each in value if each not in known][:1]
        no = f" and no {strange[0]!r}" if strange else ""
        return MalformedError(f"{self} has {says}{no}, unlike {value[:100]!r}")


def find_ai(code: str) -> AI:
    """Return the AI that is written *code*.

    Raises:
        MalformedError: There is none.
    """
    ai = all_ais().get(code)
    if ai is None:
        raise MalformedError(f"({code[:20]}) is no application identifier")
    return ai


def find_ai_at(text: str, start: int) -> AI:
    """Return the AI that *text* has at *start*, which no bracket ends.

    Raises:
        MalformedError: There is none.
    """
    for size in (2, 3, 4):
        ai = all_ais().get(text[start : start + size])
        if ai is not None:
            return ai
    raise MalformedError(
        f"no application identifier starts at position {start}, with"
        f" {text[start : start + 4]!r}"
    )


@cache
def all_ais() -> Mapping[str, AI]:
    """Return every AI by its digits, in the order of the table."""
    return {ai.code: ai for ai in _read_table(TABLE)}


def _read_table(table: str) -> Iterator[AI]:
    for line in table.strip().splitlines():
        row = _ROW.fullmatch(line)
        assert row is not None, f"{line!r} is a row of the table"
        yield from _read_row(row)


def _read_row(row: re.Match[str]) -> Iterator[AI]:
    """Return the AIs of one line, which differ in their last digit."""
    columns = [column.strip() for column in (row["rest"] or "").split("|")]
    marks, ends = row["marks"], [""]
    if row["measure"] is not None:
        value, needs, bars = _MEASURE, columns[0], row["start"] + "n"
        marks, ends = "=", list(_MEASURES)
    else:
        value, needs, bars = (*columns, "", "")[:3]
        if row["ends"] is not None:
            first, last = row["ends"].split("-")
            ends = [str(end) for end in range(int(first), int(last) + 1)]
    parts = tuple(part for text in value.split() for part in _read_parts(text))
    alternatives = PARTNERS.get(needs, needs).split()
    for count, end in enumerate(ends):
        yield AI(
            code=row["start"] + end,
            title=_count_up(row["title"], count),
            parts=parts,
            is_predefined="=" in marks,
            is_attribute="-" not in marks,
            needs=tuple(tuple(each.split("+")) for each in alternatives),
            bars=tuple(bars.split()),
        )


def _count_up(title: str, count: int) -> str:
    start, mark, number = title.rpartition("# ")
    return f"{start}# {int(number) + count}" if mark else title


def _read_parts(text: str) -> Iterator[Component]:
    found = _PART.fullmatch(text)
    assert found is not None, f"{text!r} is a part of the table"
    least = int(found["least"] or found["most"])
    part = Component(
        alphabet=found["alphabet"],
        # "0-12" is none, or 1 to 12: an empty part is no part.
        least=max(least, 1),
        most=int(found["most"]),
        is_optional=found["optional"] is not None or least == 0,
        checks=tuple(found["checks"].split(":")[1:]),
    )
    for _ in range(int(found["times"] or 1)):
        yield part
