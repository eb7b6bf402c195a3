"""Do Python and the scanner's JavaScript read the same item from a code?

    python -m tests.web.scan_agree 100000        so many codes
    python -m tests.web.scan_agree 100000 42     with the seed 42 again

Labels, links and digits are drawn from the strategies of the GS1 tests, in
every spelling that a scanner or a person gives, and changed here and there.
Both have to come to the same item, or both to refuse; each in its own words.
Compressed links are the exception: the page refuses them all.
"""

import collections
import dataclasses
import pathlib
import random
import sys
import time

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1 import read_item
from provenance.gs1.digitallink import DigitalLink
from provenance.gs1.elementstring import (
    ElementString,
    format_bracketed,
    format_raw,
)
from tests.support.gs1_values import elements, links, numbers
from tests.unit.gs1.test_read_item import SPELLINGS
from tests.web.agree import Answerer
from tests.web.questions import _MORE_URIS

ANSWERER = pathlib.Path(__file__).with_name("scan_answer.js")

KINDS = (
    "", "", "\x1d", "]C1", "]e0", "]d2", "]Q3", "]J1", "]E0", "]E4", "]I1",
    "]d1", "]Q1", "]J0", "]C0", "]Q2", "]I0", "]c1", "]A0", "]", " ", "\n",
    "\ufeff", "\u3000", "H", "Https://",
)  # fmt: skip
"""What may stand before a code."""

PARTS = (
    *"0123456789()[]\\%\x1d /:.?#=&+-_aZé𠮷\n", "(10)", "(21)", "\\(", "%2F",
    "http://", "HTTPS://", "urn:epc:id:", "01", "21", "]", "", "<GS>", "{gs}",
    "^]", "|", "\u241d", "  ", " (", ") ", "（", "）", "０", "\u200b", "~",
    "\xa0", "?10=L7", ",https://", "/00/", "%3A", "\\x1D",
)  # fmt: skip
"""What changes put into a code."""


@dataclasses.dataclass
class Findings:
    """What came of asking both.

    Attributes:
        asked: What Python said of how many codes: an item, or that it is none.
        disagreements: Each code, and what both said of it.
    """

    asked: collections.Counter[str]
    disagreements: list[str]

    def add(self, text: str, answerer: Answerer) -> None:
        """Ask both what item *text* is."""
        said = answerer.ask({"kind": "code", "text": text})
        try:
            item = read_item(text)
        except MalformedError:
            self.asked["refused"] += 1
            is_compressed = "compressed" in str(said.get("answer"))
            if said.get("error") != "MalformedError" and not is_compressed:
                self.disagreements.append(f"{text!r}: refused / {said}")
            return
        self.asked["gs1" if "//id.gs1.org/" in item else "other"] += 1
        if said.get("answer") == item:
            return
        if isinstance(said.get("answer"), dict) and item.startswith("http"):
            # Only what names no GS1 key to Python may be a compressed link.
            self.asked["compressed"] += 1
            if "//id.gs1.org/" not in item:
                return
        self.disagreements.append(f"{text!r}: {item} / {said}")


def spell_label(said: tuple[tuple[str, str], ...], rng: random.Random) -> str:
    label = ElementString(said)
    if rng.random() < 0.4:
        return format_bracketed(label)
    return format_raw(label)


def spell_link(link: DigitalLink, rng: random.Random) -> str:
    uri = link.uri
    if rng.random() < 0.3:
        uri = link.identifier.link
    if rng.random() < 0.2:
        # The check digit keeps what it is: zeros at the start weigh nothing.
        uri = uri.replace("/01/0", "/01/", 1)
    return uri


def change(text: str, rng: random.Random) -> str:
    """Return *text* with up to three places changed."""
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(PARTS) + text[at + rng.randrange(3) :]
    return text


def compare(count: int, number: int, answerer: Answerer) -> Findings:
    """Ask both about *count* codes, the same ones for the same *number*."""
    found = Findings(collections.Counter(), [])
    digits = st.sampled_from((8, 12, 13, 14, 18, 7, 20)).flatmap(numbers)
    fixed = st.sampled_from([*SPELLINGS, *_MORE_URIS])
    drawn = st.one_of(elements(), elements(), links(), digits, fixed)

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn, st.integers(0, 2**32))
    def ask(
        drawn: tuple[tuple[str, str], ...] | DigitalLink | str, start: int
    ) -> None:
        rng = random.Random(start)
        match drawn:
            case str():
                text = drawn
            case DigitalLink():
                text = spell_link(drawn, rng)
            case _:
                text = spell_label(drawn, rng)
        found.add(text, answerer)
        found.add(change(rng.choice(KINDS) + text, rng), answerer)

    ask()
    return found


def main() -> int:
    count = int(sys.argv[1])
    number = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 10**9
    print(f"seed {number}")
    with Answerer(script=ANSWERER) as answerer:
        found = compare(count, number, answerer)
    print(dict(found.asked))
    print("\n".join(found.disagreements[:50]))
    print(f"{len(found.disagreements)} disagreements")
    return 1 if found.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
