"""What was mended in an event, and where that stood in its source.

A mend may move what it mends: a text that becomes a list stands at `[0]` from
then on, and behind an element that was left out all others move up. Notes are
kept of that, so that places stay those of the source.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from provenance.encoding.strict_json import JSON
from provenance.epcis.draft import Locate

_LONGEST = 100

RULES: Mapping[str, str] = {
    "action-case": "an action is written in capitals",
    "action-on-transformation": "a TransformationEvent has no action",
    "cbv-link": "EPCIS 2.0 writes a standard word bare, not as a link",
    "cbv-urn": "EPCIS 2.0 writes a standard word bare, not as a URN",
    "comment": "a comment is no part of an event",
    "context-dropped": "a context is not fetched, and nothing here needs it",
    "doctype": "a document type that says nothing is no part of a document",
    "duplicate": "an element that is said twice is said once",
    "null-member": "a member that is null is one that is not there",
    "number-as-text": "a number is written without quotes",
    "offset-from-time": "the time tells its own offset",
    "place-as-text": "a place is an object with an id",
    "quantity-event": "EPCIS 2 has an ObjectEvent in place of a QuantityEvent",
    "single-in-list": "one element is written as a list of one",
    "space-around": "a lot or a date has no white space around it",
    "untp-credential": "of a credential its events are kept",
    "untp-id": "EPCIS names a thing by its id alone",
    "untp-left-out": "EPCIS has no member for it",
    "untp-list": "EPCIS has a list of such things",
    "untp-name": "EPCIS has another name for the member",
    "untp-type": "EPCIS writes one type, as text",
    "untp-zone": "UNTP tells no offset, and whoever imports it does",
    "version-as-number": "a version is written as text",
    "zone-from-offset": "the offset tells the zone of the time",
}
"""Rule → what is right, for every rule there is."""


class Absent(Enum):
    """Stands for a value where there is none."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Mend:
    """One thing that was mended.

    Attributes:
        place: Where it stands in the source.
        rule: Which of the `RULES` was applied.
        before: What stood there; ABSENT for what was put in.
        after: What stands there now; ABSENT for what was left out.
    """

    place: str
    rule: str
    before: "JSON | Absent"
    after: "JSON | Absent"

    @property
    def says(self) -> str:
        """The mend as a sentence."""
        if self.after is ABSENT:
            change = f"{_shown(self.before)} was left out"
        elif self.before is ABSENT:
            change = f"{_shown(self.after)} was put in"
        else:
            change = f"{_shown(self.before)} became {_shown(self.after)}"
        return f"{self.place}: {RULES[self.rule]}: {change}"


def _shown(value: "JSON | Absent") -> str:
    text = json.dumps(None if value is ABSENT else value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


Steps = tuple[str | int, ...]


class Notes:
    """The mends of one event, or of one envelope, as they are made.

    Attributes:
        mends: Them, in the order in which they were made.
    """

    def __init__(self, locate: Locate) -> None:
        self.mends: list[Mend] = []
        self._locate = locate
        self._moves: dict[Steps, dict[str | int, str | int | None]] = {}

    @property
    def has_dropped_context(self) -> bool:
        """Whether an @context was left out."""
        return any(mend.rule == "context-dropped" for mend in self.mends)

    def note(
        self,
        steps: Iterable[str | int],
        rule: str,
        before: "JSON | Absent",
        after: "JSON | Absent",
    ) -> None:
        """Write down what was mended at *steps*, as they are now."""
        self.mends.append(Mend(self.locate(tuple(steps)), rule, before, after))

    def moved(
        self, steps: Steps, now: str | int, then: str | int | None
    ) -> None:
        """Write down what *now* names in the value at *steps*.

        It was named *then*, or was that value itself if this is None.
        """
        self._moves.setdefault(steps, {})[now] = then

    def locate(self, steps: Sequence[str | int]) -> str:
        """Return where what stands at *steps* now stands in the source."""
        source: list[str | int] = []
        for index, step in enumerate(steps):
            moves = self._moves.get(tuple(steps[:index]), {})
            then = moves.get(step, step)
            if then is not None:
                source.append(then)
        return self._locate(source)
