"""Reading: when an event happened, and what it does with which items."""

from tests.vectors import words
from tests.vectors.case import Case
from tests.vectors.reference import RELATIONS

BAD = "MalformedError"
TIME = "2026-02-01T09:00:00Z"
OWN = {"@context": [{"own": "urn:provenance:step:", "disp": "https://ref.gs1.org/cbv/Disp-"}]}  # fmt: skip

Counts = list[tuple[int, int]]


def cases() -> list[Case]:
    return [
        *_times(), *_bad_times(), *_kinds(), *_bad_words(), *_warnings(),
    ]  # fmt: skip


def _case(
    name: str, desc: str, body: dict[str, object], counts: Counts
) -> Case:
    return Case(
        f"good-{name}",
        desc,
        {"body": body, "counts": counts},
        gives={
            "time": words.time_of(body),
            "kinds": [[c, words.kinds(body, counts, c)] for c, _ in counts],
        },
    )


def _body(**members: object) -> dict[str, object]:
    return {
        "type": "ObjectEvent", "action": "OBSERVE", "eventTime": TIME, **members
    }  # fmt: skip


def _at(time: object) -> dict[str, object]:
    return {"body": _body(eventTime=time), "counts": [[3, 1]]}


def _times() -> list[Case]:
    rows = [
        ("utc", "a time without a fraction", TIME),
        ("ahead", "a zone ahead of UTC", "2026-02-01T22:00:00.000+13:00"),
        ("behind", "a zone behind UTC, and so the next day", "2026-01-31T23:30:00-09:30"),
        ("farthest", "fourteen hours ahead", "2026-02-01T00:00:00+14:00"),
        ("minus-zero", "no offset, with a minus", "2026-02-01T09:00:00-00:00"),
        ("one-digit", "a tenth of a second", "2026-02-01T09:00:00.1Z"),
        ("nine-digits", "nanoseconds, rounded down", "2026-02-01T09:00:00.123999999Z"),
        ("below-a-millisecond", "less than a millisecond is none", "2026-02-01T09:00:00.000999Z"),
        ("leap-day", "the 29th of February", "2024-02-29T23:59:59.999Z"),
        ("leap-century", "2000 was a leap year", "2000-02-29T12:00:00Z"),
        ("first", "the first millisecond", "1970-01-01T00:00:00.000Z"),
        ("first-elsewhere", "the first millisecond in another zone", "1969-12-31T12:00:00-12:00"),
        ("last", "the last year of four digits", "9999-12-31T23:59:59.999Z"),
    ]  # fmt: skip
    made = [
        _case(f"time-{name}", desc, _body(eventTime=time), [(3, 1)])
        for name, desc, time in rows
    ]
    registry = _case(
        "time-registry",
        "a registry event has no time, and does nothing with its actor",
        {"type": "ActorEnrolled", "actor": "did:web:a.example"},
        [(1, 1)],
    )
    return [*made, registry]


def _bad_times() -> list[Case]:
    rows: list[tuple[str, str, object]] = [
        ("missing-zone", "no zone", "2026-02-01T09:00:00"),
        ("number", "a number", 1_770_000_000_000),
        ("nil", "nil", None),
        ("empty", "no characters", ""),
        ("word", "a word", "yesterday"),
        ("date", "a date alone", "2026-02-01"),
        ("no-seconds", "no seconds", "2026-02-01T09:00Z"),
        ("space", "a space for the T", "2026-02-01 09:00:00Z"),
        ("lower-t", "a small t", "2026-02-01t09:00:00Z"),
        ("lower-z", "a small z", "2026-02-01T09:00:00z"),
        ("zone-without-colon", "a zone without its colon", "2026-02-01T09:00:00+1300"),
        ("zone-of-hours", "a zone of hours alone", "2026-02-01T09:00:00+13"),
        ("zone-too-far", "a zone that is too far ahead", "2026-02-01T09:00:00+14:01"),
        ("zone-too-far-behind", "a zone that is too far behind", "2026-02-01T09:00:00-15:00"),
        ("zone-of-60-minutes", "sixty minutes of a zone", "2026-02-01T09:00:00+12:60"),
        ("no-digits", "a point and no digits", "2026-02-01T09:00:00.Z"),
        ("ten-digits", "ten digits of a second", "2026-02-01T09:00:00.1234567890Z"),
        ("comma", "a comma for the point", "2026-02-01T09:00:00,5Z"),
        ("month-13", "a thirteenth month", "2026-13-01T09:00:00Z"),
        ("month-0", "a month 0", "2026-00-01T09:00:00Z"),
        ("day-0", "a day 0", "2026-02-00T09:00:00Z"),
        ("day-29", "no leap year", "2026-02-29T09:00:00Z"),
        ("day-29-of-1900s", "2100 is no leap year", "2100-02-29T09:00:00Z"),
        ("day-31", "the 31st of April", "2026-04-31T09:00:00Z"),
        ("hour-24", "a twenty-fifth hour", "2026-02-01T24:00:00Z"),
        ("minute-60", "a sixty-first minute", "2026-02-01T09:60:00Z"),
        ("second-60", "a leap second", "2016-12-31T23:59:60Z"),
        ("year-of-five-digits", "a year of five digits", "12026-02-01T09:00:00Z"),
        ("signed-year", "a year with a sign", "+2026-02-01T09:00:00Z"),
        ("before-1970", "a millisecond before 1970", "1969-12-31T23:59:59.999Z"),
        ("before-1970-by-its-zone", "1970 in a zone where it came early", "1970-01-01T00:00:00+00:01"),
        ("other-digits", "digits that are not ASCII", "２026-02-01T09:00:00Z"),
        ("newline", "a newline after it", f"{TIME}\n"),
        ("space-before", "a space before it", f" {TIME}"),
        ("week", "a week's date", "2026-W05-7T09:00:00Z"),
    ]  # fmt: skip
    bad = [
        Case(f"bad-time-{name}", desc, _at(time), BAD)
        for name, desc, time in rows
    ]
    none = {"type": "ObjectEvent", "action": "OBSERVE"}
    return [
        *bad,
        Case(
            "bad-time-missing",
            "no time",
            {"body": none, "counts": [[3, 1]]},
            BAD,
        ),
    ]


def _kinds() -> list[Case]:
    every: Counts = [(code, 1) for code in RELATIONS.values()]
    forms: list[tuple[str, list[str | None]]] = [
        ("ObjectEvent", ["ADD", "OBSERVE", "DELETE"]),
        ("AggregationEvent", ["ADD", "OBSERVE", "DELETE"]),
        ("AssociationEvent", ["ADD", "OBSERVE", "DELETE"]),
        ("TransactionEvent", ["ADD", "OBSERVE", "DELETE"]),
        ("TransformationEvent", [None]),
        ("https://brand.example/Event", ["ADD", None]),
    ]
    made = [
        _case(
            f"kinds-{_short(kind)}-{action}".lower(),
            f"{kind}, {action or 'no action'}: each relation",
            {**_body(type=kind), "action": action},
            every,
        )
        for kind, actions in forms
        for action in actions
    ]
    for name, desc, counts in (
        ("emptied", "a parent alone: all came out of it", [(5, 1)]),
        ("unpacked", "some came out, so it is not emptied", [(5, 1), (6, 2)]),
        ("unpacked-amounts", "amounts came out", [(5, 1), (7, 1)]),
    ):
        body = _body(type="AggregationEvent", action="DELETE")
        made.append(_case(f"kinds-{name}", desc, body, counts))
    return made


def _short(kind: str) -> str:
    return "own-type" if ":" in kind else kind.removesuffix("Event")


def _bad_words() -> list[Case]:
    """Types, actions and steps that the book does not have."""
    rows: list[tuple[str, str, dict[str, object]]] = [
        ("type", "a type that is none", _body(type="Nonsense")),
        ("type-of-small-letters", "a type in other letters", _body(type="objectevent")),
        ("action", "an action that is none", _body(action="MAYBE")),
        ("no-action", "an ObjectEvent without an action", _body(action=None)),
        ("empty-action", "an ObjectEvent of an empty action", _body(action="")),
        ("action-is-a-number", "an action that is a number", _body(action=1)),
        ("action-of-a-transformation", "a TransformationEvent with an action", _body(type="TransformationEvent", action="ADD")),
        ("action-of-an-own-type", "an action that is none, of somebody's own type", _body(type="https://brand.example/Event", action="MAYBE")),
        ("step", "a step that is none", _body(bizStep="dancing")),
        ("step-is-a-number", "a step that is a number", _body(bizStep=1)),
        ("step-of-our-own-bare", "a step of our own as a bare word", _body(bizStep="recalled")),
        ("step-of-our-own-unknown", "a step of our own that the book does not have", _body(bizStep="urn:provenance:step:dancing")),
        ("step-obsolete", "a step as EPCIS 1 wrote it", _body(bizStep="urn:epcglobal:cbv:bizstep:shipping")),
        ("step-standard-unknown", "a step of GS1's stem that the book does not have", _body(bizStep="https://ref.gs1.org/cbv/BizStep-dancing")),
        ("step-prefix-unknown", "a step by a prefix that nobody defined", _body(bizStep="own:recalled")),
    ]  # fmt: skip
    return [
        Case(f"bad-word-{name}", desc, {"body": body, "counts": [[3, 1]]}, BAD)
        for name, desc, body in rows
    ]


def _warnings() -> list[Case]:
    one: Counts = [(3, 1)]
    two: Counts = [(5, 1), (6, 2)]
    steps = [
        ("held", "urn:provenance:step:customs_held"),
        ("refused", "urn:provenance:step:customs_refused"),
        ("recalled", "urn:provenance:step:recalled"),
        ("released", "urn:provenance:step:customs_released"),
        ("standard", "inspecting"),
        ("anothers", "https://brand.example/steps/recalled"),
        ("cbv", "https://ref.gs1.org/cbv/BizStep-destroying"),
    ]
    made = [
        _case(f"step-{name}", f"the step {step}", _body(bizStep=step), one)
        for name, step in steps
    ]
    words_that_warn = sorted(words.SHIPPED["warns"]["dispositions"])
    for word in (*words_that_warn, "active", "returned", "unknown"):
        body = _body(disposition=word)
        made.append(
            _case(f"disposition-{word}", f"the disposition {word}", body, one)
        )
    rows: list[tuple[str, str, dict[str, object], Counts]] = [
        ("every-item", "a warning is of every item of its event", _body(type="AggregationEvent", action="ADD", disposition="damaged"), two),
        ("step-by-own-prefix", "a step by a prefix of the body's own", _body(bizStep="own:recalled", **OWN), one),
        ("disposition-curie", "a disposition by a standard prefix", _body(disposition="cbv:Disp-recalled"), one),
        ("disposition-uri", "a disposition in full", _body(disposition="https://ref.gs1.org/cbv/Disp-stolen"), one),
        ("disposition-by-own-prefix", "a disposition by a prefix of the body's own", _body(disposition="disp:expired", **OWN), one),
        ("disposition-anothers", "somebody else's word", _body(disposition="https://brand.example/recalled"), one),
        ("disposition-unreadable", "a word that is none warns of nothing", _body(disposition="Recalled!"), one),
        ("disposition-not-text", "a disposition that is no text", _body(disposition=["recalled"]), one),
        ("persistent-set", "a disposition that lasts", _body(persistentDisposition={"set": ["conformant", "damaged"]}), one),
        ("persistent-unset", "a disposition that is taken back", _body(persistentDisposition={"unset": ["damaged"]}), one),
        ("persistent-not-a-list", "what is set is no list", _body(persistentDisposition={"set": "damaged"}), one),
        ("persistent-mixed", "an element that is no text beside one that warns", _body(persistentDisposition={"set": [1, "damaged"]}), one),
        ("error", "an event that declares an error", _body(errorDeclaration={"reason": "incorrect_data"}), one),
        ("error-nil", "a declaration that says nothing is one", _body(errorDeclaration=None), one),
        ("error-of-a-warning", "a recall that is withdrawn", _body(bizStep="urn:provenance:step:recalled", errorDeclaration={}), one),
        ("error-of-a-packing", "a packing that did not happen", _body(type="AggregationEvent", action="ADD", errorDeclaration={}), two),
    ]  # fmt: skip
    return made + [_case(f"warns-{n}", d, b, c) for n, d, b, c in rows]
