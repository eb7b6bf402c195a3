"""The single values of EPCIS events, as XML spells them.

XML has text alone, so a value is read by what EPCIS says that it is, and
standard words have spellings of their own there (CBV 1.2, section 7):

    <bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
    <quantity>200.0</quantity>
    <sensorReport type="gs1:Temperature" booleanValue="true" …/>

    {"bizStep": "shipping", "quantity": 200.0,
     "type": "Temperature", "booleanValue": true}

What is no number is refused here, since JSON would have no way to say it. No
other value is judged.
"""

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from provenance.encoding.canonical import MAX_INT
from provenance.encoding.strict_json import JSON, MAX_DIGITS
from provenance.epcis.prefixes import full_id
from provenance.epcis.vocabulary import Vocabulary
from provenance.errors import MalformedError

SPACE = " \t\r\n"
"""What XML counts as white space."""

_VOC = "https://gs1.org/voc/"
_SHORT_VOC = "gs1:"
_LARGEST = sys.float_info.max
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(_DECIMAL.pattern + r"(?:[eE][+-]?[0-9]+)?")
_INTEGER = re.compile(r"[+-]?[0-9]+")


class Scalar(Protocol):
    """One way to say a value in XML, which is a text there."""

    def read(self, text: str) -> JSON:
        """Return what *text* says.

        Raises:
            MalformedError: It says nothing of the kind.
        """

    def write(self, value: JSON, prefixes: Mapping[str, str]) -> str:
        """Return the text that says *value*.

        *prefixes* are those that its event defines.

        Raises:
            MalformedError: It is not a value of the kind.
        """


@dataclass(frozen=True, slots=True)
class TextType:
    """A text, without the white space around it unless that *keeps_space*."""

    keeps_space: bool = False

    def read(self, text: str) -> JSON:
        return text if self.keeps_space else text.strip(SPACE)

    def write(self, value: JSON, _: Mapping[str, str]) -> str:
        return _require_text(value)


@dataclass(frozen=True, slots=True)
class Id:
    """The name of a thing or a place: a URI, which XML does not shorten."""

    def read(self, text: str) -> str:
        return text.strip(SPACE)

    def write(self, value: JSON, prefixes: Mapping[str, str]) -> str:
        return full_id(_require_text(value), prefixes)


@dataclass(frozen=True, slots=True)
class Number:
    """A number, with an exponent if that *has_exponent* (`xsd:double`)."""

    has_exponent: bool

    def read(self, text: str) -> JSON:
        digits = text.strip(SPACE)
        form = _DOUBLE if self.has_exponent else _DECIMAL
        if len(digits) > MAX_DIGITS or form.fullmatch(digits) is None:
            raise MalformedError(
                f"{digits[:80]!r} is no number: write one such as 4.5"
            )
        if _INTEGER.fullmatch(digits) is None:
            number = float(digits)
            if math.isinf(number):
                raise MalformedError(
                    f"{digits[:80]} is too large for a float: write a smaller"
                    " one"
                )
            return number
        try:
            return int(digits)
        except ValueError:
            # The interpreter was told to read fewer digits than that.
            raise MalformedError(
                f"an integer of {len(digits)} digits is too long: write fewer"
            ) from None

    def write(self, value: JSON, _: Mapping[str, str]) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MalformedError("this must be a number")
        digits = write_plainly(value)
        if isinstance(value, int) or self.has_exponent:
            return digits
        # With a point, so that it is read as the float that it is.
        digits = format(Decimal(digits), "f")
        return digits if "." in digits else f"{digits}.0"


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    def read(self, text: str) -> JSON:
        try:
            return _BOOLEANS[text.strip(SPACE)]
        except KeyError:
            raise MalformedError(
                f"{text[:80]!r} is neither true nor false: write one of these"
            ) from None

    def write(self, value: JSON, _: Mapping[str, str]) -> str:
        if not isinstance(value, bool):
            raise MalformedError("this must be true or false")
        return write_plainly(value)


BOOLEAN = Boolean()
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Word:
    """A standard word, or somebody's URI.

    Attributes:
        vocabulary: The standard words.
        starts: What may stand before such a word in XML, the one to write
            first. Text that starts with that is read as the bare word even if
            there is none, to be refused as what it nearly is. With the stem
            of the vocabulary alone, short spellings are left as they are.
    """

    vocabulary: Vocabulary
    starts: tuple[str, ...]

    def read(self, text: str) -> str:
        """Return the bare word, or the URI as XML has it."""
        found = text.strip(SPACE)
        for start in self.starts:
            word = found.removeprefix(start)
            if word != found and word in self.vocabulary.words:
                return word
        word = found.removeprefix(self.starts[0])
        if word != found and self._has_short and ":" not in word:
            return word
        if self.vocabulary.stem == _VOC and found.startswith(_VOC):
            # JSON takes GS1's own words in short alone.
            return _SHORT_VOC + found[len(_VOC) :]
        return found

    def write(self, value: JSON, prefixes: Mapping[str, str]) -> str:
        """Return the word as XML spells it, or the URI as JSON has it."""
        text = _require_text(value)
        word = self.vocabulary.read(text, prefixes)
        if word in self.vocabulary.words:
            is_kept = word != text and not self._has_short
            return text if is_kept else self.starts[0] + word
        return word if self._has_short and word.startswith(_VOC) else text

    @property
    def _has_short(self) -> bool:
        return self.starts[0] != self.vocabulary.stem


def write_plainly(value: bool | float | str) -> str:
    """Return the text for a value in an extension, where XML has no types.

    Raises:
        MalformedError: It is a number that no event can hold.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if not -_LARGEST <= value <= _LARGEST or (
        isinstance(value, int) and abs(value) > MAX_INT
    ):
        raise MalformedError("no event can hold a number so large: write text")
    return repr(value)


def _require_text(value: JSON) -> str:
    if not isinstance(value, str):
        raise MalformedError("this must be text")
    return value
