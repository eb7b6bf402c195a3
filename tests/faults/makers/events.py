"""Faults in what an event is: its type, its time, its action."""

from tests.faults.case import Fault, drop, in_both, in_json, put

_NO_TIME = (
    "is no time with its zone: write one such as 2026-03-01T09:00:00+13:00"
)
_NEVER = (
    "is a time that never was: write a day of the calendar and a time of that"
    " day"
)
_NO_OFFSET = "is no offset: write one such as +08:00"
_NULL = "not null: write it, or leave out what is not known"
_TYPES = (
    "write one of ObjectEvent, AggregationEvent, AssociationEvent,"
    " TransactionEvent, TransformationEvent, or a URI of your own"
)
_NO_ACTION = "is not ADD, OBSERVE or DELETE: write"


def faults() -> list[Fault]:
    return [*_types(), *_times(), *_actions()]


def _types() -> list[Fault]:
    return [
        in_json(
            "event-type-missing", "an event without a type",
            "making", drop("[1].type"),
            place="[1]", reason="type is missing: add it",
        ),
        *in_both(
            "event-type-unknown", "a type of event that EPCIS does not know",
            "shipping", put("[2].type", "ShippingEvent"),
            place="[2].type", reason=f"'ShippingEvent' is no type of event: {_TYPES}",
            xml="ShippingEvent[1]",
            xml_reason="no element is named 'ShippingEvent' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        *in_both(
            "event-type-in-lower-case", "a type of event in the wrong case",
            "making", put("[0].type", "objectEvent"),
            place="[0].type", reason="'objectEvent' is no type of event: did you mean 'ObjectEvent'?",
            xml="objectEvent[1]",
            xml_reason="no element is named 'objectEvent': write 'ObjectEvent'",
        ),
        in_json(
            "event-type-undefined-prefix", "a type of somebody's own, whose prefix nobody defines",
            "watching", put("[1].type", "lab:TestEvent"),
            place="[1].type",
            reason="nobody defines the prefix of 'lab:TestEvent': define it in @context, or with xmlns in XML",
        ),
        in_json(
            "event-type-number", "a type of event that is a number",
            "shipping", put("[3].type", 2),
            place="[3].type", reason="this must be text, not a number: write it as text",
        ),
    ]  # fmt: skip


def _times() -> list[Fault]:
    return [
        *in_both(
            "event-time-missing", "an event that does not say when",
            "making", drop("[0].eventTime"),
            place="[0]", reason="eventTime is missing: add it",
            xml="ObjectEvent[1]",
        ),
        *in_both(
            "event-time-missing-later", "a later event that does not say when",
            "shipping", drop("[3].eventTime"),
            place="[3]", reason="eventTime is missing: add it",
            xml="AggregationEvent[2]",
        ),
        *in_both(
            "event-time-without-zone", "a time without a zone",
            "making", put("[1].eventTime", "2025-03-21T15:00:00"),
            place="[1].eventTime", reason=f"'2025-03-21T15:00:00' {_NO_TIME}",
            xml="TransformationEvent[1]/eventTime",
        ),
        *in_both(
            "event-time-date-alone", "a day without a time",
            "making", put("[2].eventTime", "2025-03-22"),
            place="[2].eventTime", reason=f"'2025-03-22' {_NO_TIME}",
            xml="ObjectEvent[2]/eventTime",
        ),
        *in_both(
            "event-time-with-a-space", "a space where the T belongs",
            "shipping", put("[0].eventTime", "2025-03-24 10:00:00+08:00"),
            place="[0].eventTime", reason=f"'2025-03-24 10:00:00+08:00' {_NO_TIME}",
            xml="AggregationEvent[1]/eventTime",
        ),
        *in_both(
            "event-time-as-people-write-it", "a time as people write it",
            "shipping", put("[1].eventTime", "24/03/2025 11:00 am"),
            place="[1].eventTime", reason=f"'24/03/2025 11:00 am' {_NO_TIME}",
            xml="TransactionEvent[1]/eventTime",
        ),
        *in_both(
            "event-time-impossible-day", "the 30th of February",
            "making", put("[1].eventTime", "2025-02-30T15:00:00+08:00"),
            place="[1].eventTime", reason=f"'2025-02-30T15:00:00+08:00' {_NEVER}",
            xml="TransformationEvent[1]/eventTime",
        ),
        *in_both(
            "event-time-hour-24", "the hour 24",
            "watching", put("[2].eventTime", "2025-03-24T24:00:00+08:00"),
            place="[2].eventTime", reason=f"'2025-03-24T24:00:00+08:00' {_NEVER}",
            xml="ObjectEvent[2]/eventTime",
        ),
        in_json(
            "event-time-number", "a time as the milliseconds since 1970",
            "making", put("[0].eventTime", 1742427000000),
            place="[0].eventTime", reason="this must be text, not a number: write it as text",
        ),
        in_json(
            "event-time-null", "a time that is null",
            "shipping", put("[2].eventTime", None),
            place="[2].eventTime", reason=f"this must be text, {_NULL}",
        ),
        *in_both(
            "offset-missing", "an event that does not say how local time was",
            "making", drop("[1].eventTimeZoneOffset"),
            place="[1]", reason="eventTimeZoneOffset is missing: add it",
            xml="TransformationEvent[1]",
        ),
        *in_both(
            "offset-z", "an offset of Z, which only a time may have",
            "making", put("[0].eventTimeZoneOffset", "Z"),
            place="[0].eventTimeZoneOffset", reason=f"'Z' {_NO_OFFSET}",
            xml="ObjectEvent[1]/eventTimeZoneOffset",
        ),
        *in_both(
            "offset-without-colon", "an offset without its colon",
            "shipping", put("[1].eventTimeZoneOffset", "+0800"),
            place="[1].eventTimeZoneOffset", reason=f"'+0800' {_NO_OFFSET}",
            xml="TransactionEvent[1]/eventTimeZoneOffset",
        ),
        *in_both(
            "offset-too-far", "an offset that no place on earth has",
            "watching", put("[0].eventTimeZoneOffset", "+14:30"),
            place="[0].eventTimeZoneOffset", reason=f"'+14:30' {_NO_OFFSET}",
            xml="AssociationEvent[1]/eventTimeZoneOffset",
        ),
        in_json(
            "offset-number", "an offset as a number of hours",
            "making", put("[2].eventTimeZoneOffset", 8),
            place="[2].eventTimeZoneOffset",
            reason="this must be text, not a number: write it as text",
        ),
        *in_both(
            "record-time-without-zone", "a time of recording without a zone",
            "making", put("[0].recordTime", "2025-03-20T07:30:05"),
            place="[0].recordTime", reason=f"'2025-03-20T07:30:05' {_NO_TIME}",
            xml="ObjectEvent[1]/recordTime",
        ),
    ]  # fmt: skip


def _actions() -> list[Fault]:
    return [
        *in_both(
            "action-missing", "an event that does not say its action",
            "making", drop("[2].action"),
            place="[2]", reason="action is missing: add it",
            xml="ObjectEvent[2]",
        ),
        *in_both(
            "action-unknown", "an action that EPCIS does not know",
            "making", put("[0].action", "CREATE"),
            place="[0].action", reason=f"'CREATE' {_NO_ACTION} one of these",
            xml="ObjectEvent[1]/action",
        ),
        *in_both(
            "action-in-lower-case", "an action in the wrong case",
            "making", put("[2].action", "Add"),
            place="[2].action", reason=f"'Add' {_NO_ACTION} ADD",
            xml="ObjectEvent[2]/action",
        ),
        *in_both(
            "action-near-miss", "an action with two letters too many",
            "shipping", put("[0].action", "ADDED"),
            place="[0].action", reason=f"'ADDED' {_NO_ACTION} one of these",
            xml="AggregationEvent[1]/action",
        ),
        in_json(
            "action-with-a-space", "an action with a space behind it",
            "shipping", put("[3].action", "DELETE "),
            place="[3].action", reason=f"'DELETE ' {_NO_ACTION} DELETE",
        ),
        in_json(
            "action-null", "an action that is null",
            "watching", put("[1].action", None),
            place="[1].action", reason=f"this must be text, {_NULL}",
        ),
        *in_both(
            "action-of-a-transformation", "a transformation with an action, which it cannot have",
            "making", put("[1].action", "ADD"),
            place="[1]", reason="action is no member of TransformationEvent: leave it out",
            xml="TransformationEvent[1]",
        ),
    ]  # fmt: skip
