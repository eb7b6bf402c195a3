"""Server problems: what only a node can answer, in words.

The codes from PRV-9100 on stand in a node's problem+json (its `problems.py`
gives them their HTTP status) and are explained here, where who has only the
library installed finds them too: `provenance explain PRV-9106`.
"""

from collections.abc import Mapping
from typing import NamedTuple


class ServerProblem(NamedTuple):
    """One kind of answer of a node that is not what was asked for.

    Attributes:
        title: What it is called.
        advice: What to do next, in a line.
        explanation: What it means, at length.
    """

    title: str
    advice: str
    explanation: str


_WAIT = "wait as long as Retry-After says, then send the same again"

SERVER_PROBLEMS: Mapping[str, ServerProblem] = {
    "PRV-9100": ServerProblem(
        "Not a request",
        "send HTTP/1.1 as its RFC has it",
        "What reached the node is no HTTP request: a header or a length that"
        " contradicts itself, or a body that ends before it should. Nothing of"
        " it was looked at.",
    ),
    "PRV-9101": ServerProblem(
        "No such address",
        "see /docs for what there is",
        "The node has nothing at that address. An item or statement that it"
        " does not know is answered with PRV-9004.",
    ),
    "PRV-9102": ServerProblem(
        "No such method here",
        "see the Allow header, or /docs",
        "There is something at that address, but it is not asked for with that"
        " method. Nothing was done.",
    ),
    "PRV-9103": ServerProblem(
        "Too large",
        "send less in one request",
        "The request has more bytes, or more statements, than this node takes"
        " in one. It was not read to the end, and nothing of it was logged."
        " What its limits are, its operator sees with provenance node config.",
    ),
    "PRV-9104": ServerProblem(
        "Too many headers",
        "send fewer or shorter headers",
        "The first line and the headers of the request are more than this node"
        " takes. Nothing was done.",
    ),
    "PRV-9105": ServerProblem(
        "Too slow",
        "send the whole request at once",
        "The request did not arrive within the time that this node waits for"
        " one. Nothing of it was looked at.",
    ),
    "PRV-9106": ServerProblem(
        "Too many requests",
        _WAIT,
        "This address, or this actor, sent more than its share. Nothing of the"
        " request was logged. The RateLimit headers say how much is left.",
    ),
    "PRV-9107": ServerProblem(
        "Busy",
        _WAIT,
        "More requests or statements wait than the node can hold, or it is"
        " about to end. Nothing of this request was logged.",
    ),
    "PRV-9108": ServerProblem(
        "Not a type that is taken",
        "send application/msgpack, not compressed",
        "The Content-Type or Content-Encoding is not one that is read at this"
        " address. Nothing was read.",
    ),
    "PRV-9109": ServerProblem(
        "Not a type that is given",
        "ask for one of the types in /docs",
        "The Accept header leaves none of the types in which the node could"
        " answer.",
    ),
    "PRV-9110": ServerProblem(
        "Not valid",
        "correct what errors names",
        "The request is understood, but a part of it is missing or not what it"
        " must be. The answer's errors name each part. Nothing was done.",
    ),
    "PRV-9111": ServerProblem(
        "Not offered here",
        "see the detail, and EPCIS.md, for what this node offers",
        "EPCIS has this, and this node does not: it was never built, or its"
        " operator has not switched it on. The detail says which of the two.",
    ),
    "PRV-9112": ServerProblem(
        "No token that counts",
        "send Authorization: Bearer and a token that the operator gave you",
        "What was asked for shows more than an item's own story, or is done in"
        " the name of an actor whose key the node holds. So the request must"
        " carry a bearer token that the node knows. Nothing was done.",
    ),
    "PRV-9113": ServerProblem(
        "The index is behind",
        _WAIT,
        "Queries are looked up in an index, which is made from the log and had"
        " not come as far as the log when this was asked. An answer from it"
        " would have left out events, so none was given.",
    ),
    "PRV-9114": ServerProblem(
        "Too much to look through",
        "ask for less: add an identifier, a place or a shorter time",
        "Looking for the answer took longer than the node gives one query. It"
        " says nothing about whether such events exist.",
    ),
    "PRV-9115": ServerProblem(
        "There is one already",
        "choose another name, or delete that one first",
        "Something of that name exists, and is not replaced. It is as it was.",
    ),
    "PRV-9116": ServerProblem(
        "The address is too long",
        "ask for less at once, or give the query a name",
        "The address that was asked for is longer than all that this node"
        " takes before a body. Nothing was done. A query of EPCIS that does"
        " not fit can be posted to /epcis/queries, and asked for by its name.",
    ),
    "PRV-9117": ServerProblem(
        "Not within what the token is for",
        "ask for what belongs to you, or ask the operator for another token",
        "The token counts, and what was asked for lies outside of its scope:"
        " it is about other items, or about what other actors signed. Whether"
        " there is such a thing is not said.",
    ),
    "PRV-9118": ServerProblem(
        "It took too long",
        "ask again later; of a long trail, ask for a stretch with `from`",
        "One answer may take so much of the node's time and no more, since"
        " others wait for theirs. The process that was at it was ended, and"
        " nothing was said.",
    ),
}
"""Code → what it means; a code never changes its meaning."""
