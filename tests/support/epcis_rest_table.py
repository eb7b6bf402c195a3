"""What the OpenAPI of EPCIS 2.0 documents, and what is asked to see it hold.

The facts are those of `REST Bindings/openapi.yaml`, version 2.0.0, of GS1's
repository EPCIS (commit 2b888be), written down anew: path, method, statuses,
and the headers of the answer that is hoped for. Where the node answers with a
status that is not documented there, `DIFFERS` says why.
"""

from typing import NamedTuple

_LIST = "GS1-EPCIS-Version GS1-CBV-Version GS1-Extensions Link"
_ONE = "GS1-EPCIS-Version GS1-CBV-Version GS1-Extensions"
_JOBS = "GS1-EPCIS-Version GS1-Extensions Link"
_TOLD = (
    "Allow GS1-EPCIS-Version GS1-EPCIS-Min GS1-EPCIS-Max GS1-CBV-Version"
    " GS1-CBV-Min GS1-CBV-Max GS1-EPC-Format GS1-CBV-XML-Format"
    " GS1-Extensions GS1-Vendor-Version"
)
_FIELDS = {
    "eventTypes": "eventType",
    "epcs": "epc",
    "bizSteps": "bizStep",
    "bizLocations": "bizLocation",
    "readPoints": "readPoint",
    "dispositions": "disposition",
}


class Documented(NamedTuple):
    """What the standard documents of one operation.

    Attributes:
        statuses: All of them; the first is the one that is hoped for.
        headers: Of that answer.
    """

    statuses: tuple[int, ...]
    headers: tuple[str, ...]


def _op(statuses: str, headers: str = "") -> Documented:
    return Documented(tuple(map(int, statuses.split())), tuple(headers.split()))


_E = "401 403 406 500"

STANDARD: dict[tuple[str, str], Documented] = {
    ("/", "GET"): _op(f"200 {_E}"),
    ("/", "OPTIONS"): _op(f"204 {_E}", _TOLD),
    ("/capture", "POST"): _op(f"202 400 413 415 {_E}", f"{_ONE} Location"),
    ("/capture", "GET"): _op(f"200 {_E}", _JOBS),
    ("/capture", "OPTIONS"): _op(
        f"204 {_E}",
        f"{_TOLD} GS1-EPCIS-Capture-Limit GS1-EPCIS-Capture-File-Size-Limit"
        " GS1-Capture-Error-Behaviour",
    ),
    ("/capture/{captureID}", "GET"): _op(
        f"200 404 {_E}", "GS1-EPCIS-Version GS1-Extensions"
    ),
    ("/capture/{captureID}", "OPTIONS"): _op(f"204 404 {_E}", _TOLD),
    ("/events", "GET"): _op(f"200 414 {_E}", _LIST),
    ("/events", "POST"): _op(f"201 400 409 413 415 {_E}", f"{_ONE} Location"),
    ("/events", "OPTIONS"): _op(f"204 414 {_E}", _TOLD),
    ("/events/{eventID}", "GET"): _op(f"200 404 {_E}", _ONE),
    ("/events/{eventID}", "OPTIONS"): _op(f"204 404 {_E}", _TOLD),
    **{
        key: documented
        for name, one in _FIELDS.items()
        for key, documented in {
            (f"/{name}", "GET"): _op(f"200 {_E}", _LIST),
            (f"/{name}", "OPTIONS"): _op(f"204 {_E}", _TOLD),
            (f"/{name}/{{{one}}}", "GET"): _op(f"200 400 404 {_E}", _ONE),
            (f"/{name}/{{{one}}}", "OPTIONS"): _op(f"204 404 {_E}", _TOLD),
            (f"/{name}/{{{one}}}/events", "GET"): _op(
                f"200 400 404 414 {_E}", _LIST
            ),
            (f"/{name}/{{{one}}}/events", "OPTIONS"): _op(
                f"204 404 414 {_E}", _TOLD
            ),
        }.items()
    },
    ("/queries", "GET"): _op(f"200 {_E}", _LIST),
    ("/queries", "POST"): _op(f"201 409 415 {_E}", f"{_ONE} Location"),
    ("/queries", "OPTIONS"): _op(f"204 {_E}", _TOLD),
    ("/queries/{queryName}", "GET"): _op(f"200 404 413 {_E}", _ONE),
    ("/queries/{queryName}", "DELETE"): _op(f"204 404 {_E}"),
    ("/queries/{queryName}", "OPTIONS"): _op(f"204 404 {_E}", _TOLD),
    ("/queries/{queryName}/events", "GET"): _op(
        f"200 101 400 404 413 414 {_E}", _LIST
    ),
    ("/queries/{queryName}/events", "OPTIONS"): _op(f"204 404 414 {_E}", _TOLD),
    ("/queries/{queryName}/subscriptions", "GET"): _op(
        f"200 400 404 {_E}", _JOBS
    ),
    ("/queries/{queryName}/subscriptions", "POST"): _op(
        f"201 404 415 {_E}", "Location"
    ),
    ("/queries/{queryName}/subscriptions", "OPTIONS"): _op(
        f"204 404 {_E}", _TOLD
    ),
    ("/queries/{queryName}/subscriptions/{subscriptionID}", "GET"): _op(
        f"200 404 {_E}", "GS1-EPCIS-Version GS1-Extensions"
    ),
    ("/queries/{queryName}/subscriptions/{subscriptionID}", "DELETE"): _op(
        f"204 404 {_E}"
    ),
    ("/queries/{queryName}/subscriptions/{subscriptionID}", "OPTIONS"): _op(
        f"204 404 {_E}", _TOLD
    ),
    ("/nextPageToken/{token}", "DELETE"): _op("204 501"),
}
"""(path, method) → what is documented."""

NOT_SENT = {
    "GS1-Extensions": "each event carries the prefixes that it uses",
    "Link": "where another page follows, and only there",
}
"""Headers of the standard that an answer here may lack, and why."""


class Point(NamedTuple):
    """One request, and what it is answered.

    Attributes:
        path: The standard's.
        method: The request's.
        asks: What is special about the request; "" for a good one.
        status: What it is answered.
    """

    path: str
    method: str
    asks: str
    status: int


def _fields() -> list[Point]:
    points = []
    for name, one in _FIELDS.items():
        points += [
            Point(f"/{name}", "GET", "", 200),
            Point(f"/{name}/{{{one}}}", "GET", "", 200),
            Point(f"/{name}/{{{one}}}", "GET", "unknown", 404),
            Point(f"/{name}/{{{one}}}", "GET", "old version", 406),
            Point(f"/{name}/{{{one}}}/events", "GET", "", 200),
            Point(f"/{name}/{{{one}}}/events", "GET", "wrong parameter", 400),
            Point(f"/{name}/{{{one}}}/events", "GET", "other type", 406),
            Point(f"/{name}/{{{one}}}/events", "GET", "EPC URNs", 200),
        ]
    return points


_SUBSCRIPTIONS = "/queries/{queryName}/subscriptions"

POINTS: list[Point] = [
    Point("/", "GET", "", 200),
    Point("/", "GET", "other type", 406),
    Point("/capture", "POST", "", 202),
    Point("/capture", "POST", "XML", 202),
    Point("/capture", "POST", "no token", 401),
    Point("/capture", "POST", "no document", 400),
    Point("/capture", "POST", "too many events", 413),
    Point("/capture", "POST", "too many bytes", 413),
    Point("/capture", "POST", "text", 415),
    Point("/capture", "POST", "version 3", 406),
    Point("/capture", "GET", "", 200),
    Point("/capture", "GET", "no token", 401),
    Point("/capture", "GET", "other type", 406),
    Point("/capture/{captureID}", "GET", "", 200),
    Point("/capture/{captureID}", "GET", "unknown", 404),
    Point("/capture/{captureID}", "GET", "no token", 401),
    Point("/events", "GET", "", 200),
    Point("/events", "GET", "XML", 200),
    Point("/events", "GET", "other type", 406),
    Point("/events", "GET", "old version", 406),
    Point("/events", "GET", "EPC URNs", 200),
    Point("/events", "GET", "wrong parameter", 400),
    Point("/events", "GET", "too many found", 413),
    Point("/events", "POST", "", 201),
    Point("/events", "POST", "no token", 401),
    Point("/events", "POST", "no document", 400),
    Point("/events", "POST", "not its to say", 403),
    Point("/events", "POST", "an id again", 409),
    Point("/events", "POST", "too many bytes", 413),
    Point("/events", "POST", "text", 415),
    Point("/events/{eventID}", "GET", "", 200),
    Point("/events/{eventID}", "GET", "XML", 200),
    Point("/events/{eventID}", "GET", "unknown", 404),
    *_fields(),
    Point("/queries", "POST", "", 201),
    Point("/queries", "POST", "no token", 401),
    Point("/queries", "POST", "a name again", 409),
    Point("/queries", "POST", "no document", 400),
    Point("/queries", "POST", "text", 415),
    Point("/queries", "GET", "", 200),
    Point("/queries", "GET", "old version", 406),
    Point("/queries/{queryName}", "GET", "", 200),
    Point("/queries/{queryName}", "GET", "unknown", 404),
    Point("/queries/{queryName}/events", "GET", "", 200),
    Point("/queries/{queryName}/events", "GET", "XML", 200),
    Point("/queries/{queryName}/events", "GET", "unknown", 404),
    Point("/queries/{queryName}/events", "GET", "wrong parameter", 400),
    Point(_SUBSCRIPTIONS, "GET", "", 200),
    Point(_SUBSCRIPTIONS, "POST", "", 501),
    Point(f"{_SUBSCRIPTIONS}/{{subscriptionID}}", "GET", "", 404),
    Point(f"{_SUBSCRIPTIONS}/{{subscriptionID}}", "DELETE", "", 404),
    Point("/queries/{queryName}", "DELETE", "no token", 401),
    Point("/queries/{queryName}", "DELETE", "unknown", 404),
    Point("/queries/{queryName}", "DELETE", "", 204),
    Point("/nextPageToken/{token}", "DELETE", "", 501),
    *(
        Point(path, "OPTIONS", "", 204)
        for path, method in STANDARD
        if method == "OPTIONS"
    ),
]
"""In an order in which they can be asked of one node."""

DIFFERS: dict[tuple[str, str, int], str] = {
    ("/events", "GET", 400): "the standard forgot it: its text has"
    " QueryParameterException",
    ("/events", "GET", 413): "the standard forgot it: its text has"
    " QueryTooLargeException",
    ("/queries", "POST", 400): "the standard forgot it: its text has"
    " QueryValidationException",
    (_SUBSCRIPTIONS, "POST", 501): "subscriptions are not offered",
}
"""(path, method, status) that the standard's OpenAPI does not have → why."""
