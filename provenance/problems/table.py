"""The table: each kind of problem with all that is ever said of it.

A row is one decision that somebody can make, with the code that programs know
it by, its words, its HTTP status and the exit code of a command:

    PRV-9023  The trail moved on  409  exit 1
        look at the item's trail, then sign and submit again

The code and the remedy of an error stand with its class, which the library's
users meet (`provenance.errors`), and the row takes them from there. Codes from
PRV-9100 on are a node's answers to what never reached its ledger; they are
explained here so that who has only the library installed finds them, too.

Over 500 lines: it is one table, and so one file, however long.
"""

import errno
from collections.abc import Mapping
from typing import NamedTuple

from provenance import errors
from provenance.problems.exits import (
    BUG,
    COULD_NOT,
    FAILED,
    INCOMPLETE,
    INTERRUPTED,
    NOT_FOUND,
    USAGE,
)


class Problem(NamedTuple):
    """One kind of problem.

    Attributes:
        code: What programs, and `provenance explain`, know it by.
        title: What it is called.
        exit_code: How a command ends that meets it.
        status: The HTTP status; 0 for what only a command can meet.
        advice: What to do next, in a line.
        explanation: What it means, at length.
        over_http: What to do for who asked a node, where that differs.
        is_retryable: Whether the same request may succeed later.
        rule: Which rule was broken, by its name; "" for none.
    """

    code: str
    title: str
    exit_code: int
    status: int
    advice: str
    explanation: str
    over_http: str = ""
    is_retryable: bool = False
    rule: str = ""


def _row(  # noqa: PLR0913  # the columns of the table
    kind: type[errors.ProvenanceError],
    status: int,
    exit_code: int,
    title: str,
    explanation: str,
    *,
    over_http: str = "",
    is_retryable: bool = False,
) -> tuple[type[errors.ProvenanceError], Problem]:
    """Return the row of an error, which has its code and its remedy."""
    return kind, Problem(
        kind.code, title, exit_code, status, kind.hint, explanation,
        over_http, is_retryable,
    )  # fmt: skip


def _answer(  # noqa: PLR0913  # so
    status: int,
    code: str,
    title: str,
    advice: str,
    explanation: str,
    *,
    is_retryable: bool = False,
) -> Problem:
    """Return the row of what only a node can answer."""
    exit_code = PROBLEMS[error_class(code, status)].exit_code
    return Problem(
        code, title, exit_code, status, advice, explanation,
        is_retryable=is_retryable,
    )  # fmt: skip


PROBLEMS: Mapping[type[errors.ProvenanceError], Problem] = dict(
    (
        _row(
            errors.MalformedError,
            400,
            COULD_NOT,
            "Not in its format",
            "The bytes are not in the format that they should be in: cut off,"
            " changed, or of another kind. The message says where. Nothing is"
            " repaired or guessed, since two programs would guess differently.",
            over_http="mend what was sent at the place named",
        ),
        _row(
            errors.UnknownKindError,
            400,
            COULD_NOT,
            "Of a kind that is not known",
            "The log holds an entry of a kind that this version does not"
            " know. That is not wrong: a later version wrote it. What depends"
            " on it cannot be told by this one.",
        ),
        _row(
            errors.UnknownBookError,
            400,
            COULD_NOT,
            "Of a rule book that is not known",
            "The trust file names a book of rules that is not at hand, or"
            " that is of a format which this version does not know. What the"
            " log holds is judged by that book and by no other, so nothing was"
            " judged.",
        ),
        _row(
            errors.RejectedError,
            403,
            FAILED,
            "Not let in",
            "It is well formed, but the rules of the ledger do not let it in."
            " Nothing of that statement was logged.",
        ),
        _row(
            errors.UnknownActorError,
            403,
            FAILED,
            "No such actor, or not its key",
            "The actor is not enrolled in this ledger, or the key is not one"
            " of the actor's that counts now: it belongs to somebody else, or"
            " was revoked.",
        ),
        _row(
            errors.RoleNotGrantedError,
            403,
            FAILED,
            "Not granted",
            "The actor is known, but no grant lets it say this: the role does"
            " not cover the business step, the company prefix is not its own,"
            " the place is not among its places, or the grant has ended.",
        ),
        _row(
            errors.BrokenLinkError,
            409,
            FAILED,
            "The trail moved on",
            "The statement demanded to follow a certain event, and another"
            " came in between. Look at what happened before you sign again.",
        ),
        _row(
            errors.DuplicateEventError,
            409,
            FAILED,
            "Said before",
            "The signer has said this before, or has used the event's eventID"
            " before; the message names the entry. An event is logged once,"
            " however often it is signed: two observations of the same things"
            " at the same time are one. The only event that may repeat an"
            " eventID is the same one with an errorDeclaration, which takes it"
            " back.",
        ),
        _row(
            errors.LifecycleError,
            422,
            FAILED,
            "Cannot follow what is logged",
            "The event cannot follow what the ledger already holds, or lies"
            " in the future: an event is signed after it happened.",
        ),
        _row(
            errors.QuotaError,
            403,
            FAILED,
            "Enough for today",
            "An actor may have so many events of one item logged in a day as"
            " the rule book says: what it says of an item is in every proof of"
            " it for ever. Who owns the item's prefix, or took the item over"
            " last, is exempt.",
        ),
        _row(
            errors.QueryTooLargeError,
            413,
            FAILED,
            "More events than may be answered",
            "More events match the query than it allows with maxEventCount,"
            " or than can be sorted by an extension. Nothing was left out:"
            " there is no answer at all.",
        ),
        _row(
            errors.VerificationError,
            422,
            FAILED,
            "Not proven",
            "The evidence does not prove what it claims.",
        ),
        _row(
            errors.InvalidSignatureError,
            422,
            FAILED,
            "The signature is not valid",
            "A signature is missing, is by another key, or does not match:"
            " the bytes were changed after signing, or somebody else signed"
            " them.",
        ),
        _row(
            errors.InvalidProofError,
            422,
            FAILED,
            "The proof is not valid",
            "A proof does not lead to the root that the log signed: what it"
            " proves was changed, or is not in the log.",
        ),
        _row(
            errors.QuorumNotMetError,
            422,
            INCOMPLETE,
            "Too few witnesses",
            "Fewer witnesses have cosigned the checkpoint than the trust file"
            " demands. The log's own signature is valid.",
        ),
        _row(
            errors.EquivocationError,
            422,
            FAILED,
            "Two histories",
            "One log signed two checkpoints that cannot both be true. It"
            " shows different histories to different people.",
        ),
        _row(
            errors.ClockError,
            503,
            COULD_NOT,
            "The clock cannot be right",
            "The clock of this machine is further from the log's last"
            " commitment, from its own steady clock or from the witnesses than"
            " the trust file's clock_bound_seconds. A time that is signed"
            " stays in the log, whose time never goes back: a clock that ran a"
            " year ahead once would stop the log's time for a year. So nothing"
            " is signed until they agree again. If it is the last commitment"
            " that is wrong, nothing can be logged until the clock has come"
            " near it: go on serving what is there, and found a new ledger for"
            " what is to be said meanwhile.",
            over_http="send the same bytes again later; the operator was told",
            is_retryable=True,
        ),
        _row(
            errors.ForkError,
            503,
            FAILED,
            "The log stopped, so as not to fork",
            "What is stored is not what this log's key has signed already, so"
            " signing would make a second history. Most often an older copy of"
            " the database was put back. Never delete signer.memory to get"
            " past this.",
        ),
        _row(
            errors.InsecureError,
            502,
            COULD_NOT,
            "No connection that can be trusted",
            "The way to that server is not safe, or not the one that its URL"
            " says: its TLS certificate does not verify, or the URL says https"
            " and the port speaks plain HTTP, or the other way round. It was"
            " not tried again, since that would not change. There is no option"
            " that takes a certificate without verifying it.",
        ),
        _row(
            errors.AddressError,
            503,
            COULD_NOT,
            "No address to listen on",
            "The node cannot listen on that address: another program listens"
            " there already, this machine has no such address, or the user may"
            " not take that port. No request was answered, and the ledger was"
            " not changed.",
        ),
        _row(
            errors.NotFoundError,
            404,
            NOT_FOUND,
            "No such thing",
            "There is no such file, item, entry, statement or ledger.",
            over_http="check the id",
        ),
        _row(
            errors.ConflictError,
            409,
            COULD_NOT,
            "Someone was first",
            "Someone else was there first: another process writes the ledger,"
            " or the file exists already. Nothing was changed.",
            is_retryable=True,
        ),
        _row(
            errors.StoreError,
            503,
            COULD_NOT,
            "The storage failed; the outcome is unknown",
            "The storage failed. Whether the last write landed is"
            " unknown. Opening the ledger again finds out: what was signed is"
            " there, the rest is not. Statements saved with --save can be"
            " submitted again.",
            over_http="send the same bytes again: they are logged once",
            is_retryable=True,
        ),
        _row(
            errors.DamagedError,
            503,
            COULD_NOT,
            "The ledger is damaged",
            "What the ledger stores is not what it wrote there: the disk, a"
            " program or a person changed it. Nothing is repaired or guessed."
            " An audit names what differs, and a backup or a mirror that passes"
            " the audit shows what was there.",
            over_http="tell the operator; another copy of the log may answer",
        ),
        _row(
            errors.UnreachableError,
            503,
            COULD_NOT,
            "Another node did not answer",
            "No answer of the node came, or none that counts. What was only"
            " asked for can be asked for again. Whether a statement that was"
            " sent is in the log is unknown: those that --save or --journal"
            " kept can be sent again and are logged once, and so can a change"
            " to an actor, which the node refuses if it is made already.",
            is_retryable=True,
        ),
    )
)
"""Class of error → its problem; a class that is not here has its parent's."""

_CLASSES: Mapping[str, type[errors.ProvenanceError]] = {
    problem.code: kind
    for kind, problem in PROBLEMS.items()
    # Its evidence is two checkpoints, which an answer does not bring.
    if kind is not errors.EquivocationError
}

_BY_STATUS: Mapping[int, type[errors.ProvenanceError]] = {
    400: errors.MalformedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
}
"""For codes that are a node's alone, or unknown."""


def error_class(code: str, status: int = 403) -> type[errors.ProvenanceError]:
    """Return the error that an answer with this code and status becomes."""
    kind = _CLASSES.get(code)
    if kind is None and status >= 500:
        return errors.UnreachableError
    return kind or _BY_STATUS.get(status, errors.RejectedError)


# What only commands meet.

USAGE_PROBLEM = Problem(
    "PRV-9001",
    "Called wrongly",
    USAGE,
    0,
    "see the command's --help",
    "The command has no such option or argument, or needs one that is not"
    " there. Nothing was done.",
)
BUG_PROBLEM = Problem(
    "PRV-9002",
    "A fault of the program",
    BUG,
    500,
    "report it to the maintainers, with that file",
    "The program met something that it was not written for. That is a fault"
    " of the program, whatever the input was. What a command had reported as"
    " done is done. The file named in the message says where it happened; it"
    " holds no keys, but look through it before you send it.",
    over_http="report it to the operator with the request id",
    is_retryable=True,
)
INTERRUPTED_PROBLEM = Problem(
    "PRV-9003",
    "Interrupted",
    INTERRUPTED,
    0,
    "run the command again",
    "The command was interrupted. What it had reported as accepted is in the"
    " log for good. Submitting the same .submission file again is safe: it is"
    " logged once.",
)
NO_FILE_PROBLEM = PROBLEMS[errors.NotFoundError]._replace(
    status=0, advice="check the path"
)
MISSING_EXTRA_PROBLEM = Problem(
    "PRV-9006",
    "A package is missing",
    COULD_NOT,
    0,
    "install what the message names",
    "The command needs a package that is installed only where it is wanted."
    " Nothing was done.",
)
FAULTS_PROBLEM = Problem(
    "PRV-9070",
    "The audit found faults",
    FAILED,
    0,
    "stop writing to the ledger, keep it as it is, and look at each finding",
    "An audit derived everything in the ledger again from the bytes it"
    " stores, and something came out differently. The database was damaged or"
    " changed, or a program was at fault. A mirror or a backup that passes"
    " the audit shows what was there.",
)
OLD_COPY_PROBLEM = Problem(
    "PRV-9301",
    "An old copy",
    FAILED,
    0,
    "give the newest copy, and what shows how far the log was signed",
    "A log that went on from this copy would have two histories, and whoever"
    " holds a checkpoint of the lost part could prove it. If no copy is newer,"
    " the log has ended: keep serving what the copy proves, its bundles and"
    " its tiles (provenance bundle, export-tiles); make a ledger with a new"
    " origin and a new key, publish its trust file and what happened, and let"
    " actors sign again what was lost.",
)

# What the operating system refuses; the advice is for each of its reasons.

UNREADABLE_PROBLEM = Problem(
    "PRV-9005",
    "The system refused",
    COULD_NOT,
    0,
    "look at what the message says of the file or the device; then try again",
    "The operating system did not let a file or a device be read or written."
    " The message is its own. What a command had reported as done is done;"
    " nothing else is said about it.",
)
UNREAD_PROBLEM = Problem(
    "PRV-9007",
    "Nobody takes the output",
    COULD_NOT,
    0,
    "run it again with an output that stays open; to hear nothing, send it to"
    " /dev/null",
    "The program that was to read the output has ended; or stdout was closed"
    " before the command began, which then did nothing. What a command had"
    " reported as done is done. Submitting the same .submission file again is"
    " safe: it is logged once.",
)

_PERMISSION = UNREADABLE_PROBLEM._replace(
    advice="run it as a user who may, or change the owner or the permissions"
)
_NO_ROOM = UNREADABLE_PROBLEM._replace(
    advice="make room on the disk, or in the quota; then try again"
)
_KIND_OF_FILE = UNREADABLE_PROBLEM._replace(
    advice="check the path: it leads to a folder where a file is needed, or"
    " the other way round"
)
_TOO_MANY_OPEN = UNREADABLE_PROBLEM._replace(
    advice="let the process open more files (ulimit -n); then try again"
)

SYSTEM_PROBLEMS: Mapping[int, Problem] = {
    errno.ENOENT: NO_FILE_PROBLEM,
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.EROFS: UNREADABLE_PROBLEM._replace(
        advice="write to another place: this one can only be read"
    ),
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EFBIG: UNREADABLE_PROBLEM._replace(
        advice="raise the limit on a file's size (ulimit -f), or write to a"
        " file system that takes files so large"
    ),
    errno.EISDIR: _KIND_OF_FILE,
    errno.ENOTDIR: _KIND_OF_FILE,
    errno.ELOOP: UNREADABLE_PROBLEM._replace(
        advice="check the path: its symbolic links lead round in a circle"
    ),
    errno.ENAMETOOLONG: UNREADABLE_PROBLEM._replace(
        advice="choose a shorter name"
    ),
    errno.EEXIST: UNREADABLE_PROBLEM._replace(advice="choose another name"),
    errno.EMFILE: _TOO_MANY_OPEN,
    errno.ENFILE: _TOO_MANY_OPEN,
    errno.EIO: UNREADABLE_PROBLEM._replace(
        advice="look at the disk, which may be failing, and at the system's"
        " log; keep the newest backup safe"
    ),
    errno.EPIPE: UNREAD_PROBLEM,
}
"""The system's reason → its problem; others are `UNREADABLE_PROBLEM`."""

COMMAND_PROBLEMS = (
    USAGE_PROBLEM, BUG_PROBLEM, INTERRUPTED_PROBLEM, MISSING_EXTRA_PROBLEM,
    FAULTS_PROBLEM, OLD_COPY_PROBLEM, UNREADABLE_PROBLEM,
    UNREAD_PROBLEM,
)  # fmt: skip

# What only nodes answer.

_WAIT = "wait as long as Retry-After says, then send the same again"

BAD_REQUEST = _answer(
    400,
    "PRV-9100",
    "Not a request",
    "send HTTP/1.1 as its RFC has it",
    "What reached the node is no HTTP request: a header or a length that"
    " contradicts itself, or a body that ends before it should. Nothing of"
    " it was looked at.",
)
NO_ROUTE = _answer(
    404,
    "PRV-9101",
    "No such address",
    "see /docs for what there is",
    "The node has nothing at that address. An item or statement that it"
    " does not know is answered with PRV-9004.",
)
NO_METHOD = _answer(
    405,
    "PRV-9102",
    "No such method here",
    "see the Allow header, or /docs",
    "There is something at that address, but it is not asked for with"
    " that method. Nothing was done.",
)
TOO_LARGE = _answer(
    413,
    "PRV-9103",
    "Too large",
    "send less in one request",
    "The request has more bytes, or more statements, than this node takes"
    " in one. It was not read to the end, and nothing of it was logged."
    " What its limits are, its operator sees with provenance node config.",
)
HEAD_TOO_LARGE = _answer(
    431,
    "PRV-9104",
    "Too many headers",
    "send fewer or shorter headers",
    "The first line and the headers of the request are more than this"
    " node takes. Nothing was done.",
)
TOO_SLOW = _answer(
    408,
    "PRV-9105",
    "Too slow",
    "send the whole request at once",
    "The request did not arrive within the time that this node waits for"
    " one. Nothing of it was looked at.",
    is_retryable=True,
)
TOO_MANY = _answer(
    429,
    "PRV-9106",
    "Too many requests",
    _WAIT,
    "This address, or this actor, sent more than its share. Nothing of"
    " the request was logged. The RateLimit headers say how much is left.",
    is_retryable=True,
)
BUSY = _answer(
    503,
    "PRV-9107",
    "Busy",
    _WAIT,
    "More requests or statements wait than the node can hold, or it is"
    " about to end. Nothing of this request was logged.",
    is_retryable=True,
)
NO_SUCH_TYPE = _answer(
    415,
    "PRV-9108",
    "Not a type that is taken",
    "send application/msgpack, not compressed",
    "The Content-Type or Content-Encoding is not one that is read at this"
    " address. Nothing was read.",
)
NOT_ACCEPTABLE = _answer(
    406,
    "PRV-9109",
    "Not a type that is given",
    "ask for one of the types in /docs",
    "The Accept header leaves none of the types in which the node could"
    " answer.",
)
INVALID = _answer(
    422,
    "PRV-9110",
    "Not valid",
    "correct what errors names",
    "The request is understood, but a part of it is missing or not what"
    " it must be. The answer's errors name each part. Nothing was done.",
)
NOT_OFFERED = _answer(
    501,
    "PRV-9111",
    "Not offered here",
    "see the detail, and EPCIS.md, for what this node offers",
    "EPCIS has this, and this node does not: it was never built, or its"
    " operator has not switched it on. The detail says which of the two.",
)
NO_TOKEN = _answer(
    401,
    "PRV-9112",
    "No token that counts",
    "send Authorization: Bearer and a token that the operator gave you",
    "What was asked for shows more than an item's own story, or is done"
    " in the name of an actor whose key the node holds. So the request"
    " must carry a bearer token that the node knows. Nothing was done.",
)
BEHIND = _answer(
    503,
    "PRV-9113",
    "The index is behind",
    _WAIT,
    "Queries are looked up in an index, which is made from the log and"
    " had not come as far as the log when this was asked. An answer from"
    " it would have left out events, so none was given.",
    is_retryable=True,
)
TOO_COMPLEX = _answer(
    413,
    "PRV-9114",
    "Too much to look through",
    "ask for less: add an identifier, a place or a shorter time",
    "Looking for the answer took longer than the node gives one query. It"
    " says nothing about whether such events exist.",
)
EXISTS = _answer(
    409,
    "PRV-9115",
    "There is one already",
    "choose another name, or delete that one first",
    "Something of that name exists, and is not replaced. It is as it was.",
)
URI_TOO_LONG = _answer(
    414,
    "PRV-9116",
    "The address is too long",
    "ask for less at once, or give the query a name",
    "The address that was asked for is longer than all that this node"
    " takes before a body. Nothing was done. A query of EPCIS that does"
    " not fit can be posted to /epcis/queries, and asked for by its name.",
)
OUT_OF_SCOPE = _answer(
    403,
    "PRV-9117",
    "Not within what the token is for",
    "ask for what belongs to you, or ask the operator for another token",
    "The token counts, and what was asked for lies outside of its scope:"
    " it is about other items, or about what other actors signed. Whether"
    " there is such a thing is not said.",
)
TOO_LONG = _answer(
    503,
    "PRV-9118",
    "It took too long",
    "ask again later; of a long trail, ask for a stretch with `from`",
    "One answer may take so much of the node's time and no more, since"
    " others wait for theirs. The process that was at it was ended, and"
    " nothing was said.",
    is_retryable=True,
)
UNKNOWN_CAPTURE = PROBLEMS[errors.StoreError]._replace(
    over_http="look among the capture jobs, or for the event by its eventID,"
    " before you send it again: it would be signed anew"
)
"""Elsewhere the same bytes are logged once; a document has no signature yet."""

SERVER_PROBLEMS = (
    BAD_REQUEST, NO_ROUTE, NO_METHOD, TOO_LARGE, HEAD_TOO_LARGE, TOO_SLOW,
    TOO_MANY, BUSY, NO_SUCH_TYPE, NOT_ACCEPTABLE, INVALID, NOT_OFFERED,
    NO_TOKEN, BEHIND, TOO_COMPLEX, EXISTS, URI_TOO_LONG, OUT_OF_SCOPE, TOO_LONG,
)  # fmt: skip
