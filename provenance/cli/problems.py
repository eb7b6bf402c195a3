"""Problems: how each error ends a command, and what to do about it.

    0    ok, verified
    1    failed: refused, or the evidence contradicts the claim
    2    the command was called wrongly
    3    it could not be checked or done: try again, or mend the input
    4    there is no such thing
    5    valid so far, but the trust file's demands are not met
    70   a bug of ours
    130  interrupted

With several inputs the gravest wins: 1, 5, 3, 4, 0. These numbers do not
change. The library knows none of them; this table does.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from provenance import errors
from provenance.cli.server_problems import SERVER_PROBLEMS
from provenance.extras import MissingExtraError

OK = 0
FAILED = 1
USAGE = 2
COULD_NOT = 3
NOT_FOUND = 4
INCOMPLETE = 5
BUG = 70
INTERRUPTED = 130

EXIT_CODES: Mapping[int, str] = {
    OK: "ok, verified",
    FAILED: (
        "failed: the ledger refused it, the evidence contradicts the claim,"
        " or an audit found a fault"
    ),
    USAGE: "the command was called wrongly",
    COULD_NOT: "it could not be checked or done; this says nothing about it",
    NOT_FOUND: "there is no such file, item, entry or ledger",
    INCOMPLETE: (
        "valid so far, but the trust file's demands are not met: something is"
        " missing or stale, or the item was recalled"
    ),
    BUG: "a bug of ours",
    INTERRUPTED: "interrupted",
}
"""Exit code → what it means."""

_GRAVEST_FIRST = (
    BUG, INTERRUPTED, USAGE, FAILED, INCOMPLETE, COULD_NOT, NOT_FOUND, OK,
)  # fmt: skip


class Problem(NamedTuple):
    """How one kind of error is presented.

    Attributes:
        exit_code: How the command ends.
        code: What `provenance explain` knows it by.
        advice: What to do next, in a line.
        explanation: What it means, at length.
        rule: Which rule was broken, by its name; "" for none.
    """

    exit_code: int
    code: str
    advice: str
    explanation: str
    rule: str = ""


USAGE_PROBLEM = Problem(
    USAGE,
    "PRV-9001",
    "see the command's --help",
    "The command has no such option or argument, or needs one that is not"
    " there. Nothing was done.",
)
BUG_PROBLEM = Problem(
    BUG,
    "PRV-9002",
    "report it to the maintainers, with that file",
    "The program met something that it was not written for. That is a fault"
    " of the program, whatever the input was. What a command had reported as"
    " done is done. The file named in the message says where it happened; it"
    " holds no keys, but look through it before you send it.",
)
INTERRUPTED_PROBLEM = Problem(
    INTERRUPTED,
    "PRV-9003",
    "run the command again",
    "The command was interrupted. What it had reported as accepted is in the"
    " log for good. Submitting the same .submission file again is safe: it is"
    " logged once.",
)
UNREADABLE_PROBLEM = Problem(
    COULD_NOT,
    "PRV-9005",
    "check the path, its permissions and the space left on the disk",
    "The system could not read or write a file. Nothing was checked.",
)
CLOSED_PROBLEM = Problem(
    COULD_NOT,
    "PRV-9007",
    "run it without >&-; to hear nothing, send it to /dev/null",
    "The command was started with its standard output closed, so that it could"
    " not say how it ended. Nothing was done.",
)
NO_FILE_PROBLEM = Problem(
    NOT_FOUND,
    "PRV-9004",
    "check the path",
    "There is no such file, item, entry, statement or ledger.",
)
FAULTS_PROBLEM = Problem(
    FAILED,
    "PRV-9070",
    "stop writing to the ledger, keep it as it is, and look at each finding",
    "An audit derived everything in the ledger again from the bytes it"
    " stores, and something came out differently. The database was damaged or"
    " changed, or a program was at fault. A mirror or a backup that passes"
    " the audit shows what was there.",
)
OLD_COPY_PROBLEM = Problem(
    FAILED,
    "PRV-9301",
    "give the newest copy, and what shows how far the log was signed",
    "A log that went on from this copy would have two histories, and whoever"
    " holds a checkpoint of the lost part could prove it. If no copy is newer,"
    " the log has ended: keep serving what the copy proves, its bundles and"
    " its tiles (provenance bundle, export-tiles); make a ledger with a new"
    " origin and a new key, publish its trust file and what happened, and let"
    " actors sign again what was lost.",
)
RECEIPT_CODE = "PRV-9339"
RECEIPT_EXPLANATION = (
    "The receipt proves that this entry stands in the log at the place it"
    " names, under a checkpoint signed as the trust file asks. It does not"
    " say who may have signed the entry, nor what was logged later: for that,"
    " verify a bundle."
)
NO_ENTRY_CODE = "PRV-9331"
NO_EVIDENCE_CODE = "PRV-9334"
AGELESS_CODE = "PRV-9335"
TILES_CODE = "PRV-9330"
TILE_CHANGED_CODE = "PRV-9332"
TILE_MISSING_CODE = "PRV-9333"
TILE_SURPLUS_CODE = "PRV-9336"
LEDGER_CODE = "PRV-9337"
NO_PROOF_CODE = "PRV-9338"

EVIDENCE_EXPLANATIONS: Mapping[str, str] = {
    RECEIPT_CODE: RECEIPT_EXPLANATION,
    NO_ENTRY_CODE: (
        "A receipt proves that one entry stands in the log, and does not hold"
        " it. Give the entry, or the .submission that it came in, with"
        " --entry, or put it into the receipt's folder: whichever file there"
        " fits is taken."
    ),
    NO_EVIDENCE_CODE: (
        "The file is neither a bundle, a receipt nor a checkpoint, and was"
        " not verified. It is named so that nothing in a folder is passed"
        " over. Take it out, or verify what it belongs to."
    ),
    AGELESS_CODE: (
        "A checkpoint by itself says no time. Witnesses add theirs when they"
        " cosign it; none that counts has, so its age cannot be told."
    ),
    TILES_CODE: (
        "Every entry, and every hash of every tile, full and partial, leads"
        " to the root that the log signed. It does not say who may have"
        " signed the entries: for that, audit a copy of the ledger, which has"
        " the events."
    ),
    TILE_CHANGED_CODE: (
        "A file of the exported log is not the one that leads to the root"
        " that the log signed. The entry or the hash that is named was"
        " changed after the log signed it; another copy shows what was there."
    ),
    TILE_MISSING_CODE: (
        "A tile that the log has at this size is not there, so what it holds"
        " cannot be checked. Copy the log again."
    ),
    TILE_SURPLUS_CODE: (
        "A file lies among the tiles that the checkpoint does not ask for."
        " It may be of a newer log, whose checkpoint was not copied, or be"
        " none of the log's: it was not verified."
    ),
    LEDGER_CODE: (
        "Everything in the ledger was derived again from the bytes that it"
        " stores and came out the same, by the trust file that was given."
    ),
    NO_PROOF_CODE: (
        "That a log of more entries has all those of an older checkpoint can"
        " be proved from its tiles, and not from the two checkpoints alone."
        " Whoever has the log can export them: provenance export-tiles."
    ),
}
"""Codes of what `verify` finds beside bundles → what they mean."""

PROBLEMS: Mapping[type[Exception], Problem] = {
    errors.MalformedError: Problem(
        COULD_NOT,
        errors.MalformedError.code,
        errors.MalformedError.hint,
        "The bytes are not in the format that they should be in: cut off,"
        " changed, or of another kind. The message says where. Nothing is"
        " repaired or guessed, since two programs would guess differently.",
    ),
    errors.UnknownKindError: Problem(
        COULD_NOT,
        errors.UnknownKindError.code,
        errors.UnknownKindError.hint,
        "The log holds an entry of a kind that this version does not know."
        " That is not wrong: a later version wrote it. What depends on it"
        " cannot be told by this one.",
    ),
    errors.UnknownBookError: Problem(
        COULD_NOT,
        errors.UnknownBookError.code,
        errors.UnknownBookError.hint,
        "The trust file names a book of rules that is not at hand, or that is"
        " of a format which this version does not know. What the log holds is"
        " judged by that book and by no other, so nothing was judged.",
    ),
    errors.RejectedError: Problem(
        FAILED,
        errors.RejectedError.code,
        errors.RejectedError.hint,
        "It is well formed, but the rules of the ledger do not let it in."
        " Nothing of that statement was logged.",
    ),
    errors.UnknownActorError: Problem(
        FAILED,
        errors.UnknownActorError.code,
        errors.UnknownActorError.hint,
        "The actor is not enrolled in this ledger, or the key is not one of"
        " the actor's that counts now: it belongs to somebody else, or was"
        " revoked.",
    ),
    errors.RoleNotGrantedError: Problem(
        FAILED,
        errors.RoleNotGrantedError.code,
        errors.RoleNotGrantedError.hint,
        "The actor is known, but no grant lets it say this: the role does not"
        " cover the business step, the company prefix is not its own, the"
        " place is not among its places, or the grant has ended.",
    ),
    errors.BrokenLinkError: Problem(
        FAILED,
        errors.BrokenLinkError.code,
        errors.BrokenLinkError.hint,
        "The statement demanded to follow a certain event, and another came"
        " in between. Look at what happened before you sign again.",
    ),
    errors.DuplicateEventError: Problem(
        FAILED,
        errors.DuplicateEventError.code,
        errors.DuplicateEventError.hint,
        "The signer has said this before, or has used the event's eventID"
        " before; the message names the entry. An event is logged once,"
        " however often it is signed: two observations of the same things at"
        " the same time are one. The only event that may repeat an eventID is"
        " the same one with an errorDeclaration, which takes it back.",
    ),
    errors.LifecycleError: Problem(
        FAILED,
        errors.LifecycleError.code,
        errors.LifecycleError.hint,
        "The event cannot follow what the ledger already holds, or lies in"
        " the future: an event is signed after it happened.",
    ),
    errors.QuotaError: Problem(
        FAILED,
        errors.QuotaError.code,
        errors.QuotaError.hint,
        "An actor may have so many events of one item logged in a day as the"
        " rule book says: what it says of an item is in every proof of it for"
        " ever. Who owns the item's prefix, or took the item over last, is"
        " exempt.",
    ),
    errors.QueryTooLargeError: Problem(
        FAILED,
        errors.QueryTooLargeError.code,
        errors.QueryTooLargeError.hint,
        "More events match the query than it allows with maxEventCount, or"
        " than can be sorted by an extension. Nothing was left out: there is"
        " no answer at all.",
    ),
    errors.VerificationError: Problem(
        FAILED,
        errors.VerificationError.code,
        errors.VerificationError.hint,
        "The evidence does not prove what it claims.",
    ),
    errors.InvalidSignatureError: Problem(
        FAILED,
        errors.InvalidSignatureError.code,
        errors.InvalidSignatureError.hint,
        "A signature is missing, is by another key, or does not match: the"
        " bytes were changed after signing, or somebody else signed them.",
    ),
    errors.InvalidProofError: Problem(
        FAILED,
        errors.InvalidProofError.code,
        errors.InvalidProofError.hint,
        "A proof does not lead to the root that the log signed: what it"
        " proves was changed, or is not in the log.",
    ),
    errors.QuorumNotMetError: Problem(
        INCOMPLETE,
        errors.QuorumNotMetError.code,
        errors.QuorumNotMetError.hint,
        "Fewer witnesses have cosigned the checkpoint than the trust file"
        " demands. The log's own signature is valid.",
    ),
    errors.EquivocationError: Problem(
        FAILED,
        errors.EquivocationError.code,
        errors.EquivocationError.hint,
        "One log signed two checkpoints that cannot both be true. It shows"
        " different histories to different people.",
    ),
    errors.ClockError: Problem(
        COULD_NOT,
        errors.ClockError.code,
        errors.ClockError.hint,
        "The clock of this machine is further from the log's last commitment,"
        " from its own steady clock or from the witnesses than the trust"
        " file's clock_bound_seconds. A time that is signed stays in the log,"
        " whose time never goes back: a clock that ran a year ahead once would"
        " stop the log's time for a year. So nothing is signed until they"
        " agree again. If it is the last commitment that is wrong, nothing can"
        " be logged until the clock has come near it: go on serving what is"
        " there, and found a new ledger for what is to be said meanwhile.",
    ),
    errors.ForkError: Problem(
        FAILED,
        errors.ForkError.code,
        errors.ForkError.hint,
        "What is stored is not what this log's key has signed already, so"
        " signing would make a second history. Most often an older copy of"
        " the database was put back. Never delete signer.memory to get past"
        " this.",
    ),
    errors.InsecureError: Problem(
        COULD_NOT,
        errors.InsecureError.code,
        errors.InsecureError.hint,
        "The way to that server is not safe, or not the one that its URL"
        " says: its TLS certificate does not verify, or the URL says https"
        " and the port speaks plain HTTP, or the other way round. It was not"
        " tried again, since that would not change. There is no option that"
        " takes a certificate without verifying it.",
    ),
    errors.AddressError: Problem(
        COULD_NOT,
        errors.AddressError.code,
        errors.AddressError.hint,
        "The node cannot listen on that address: another program listens there"
        " already, this machine has no such address, or the user may not take"
        " that port. No request was answered.",
    ),
    errors.NotFoundError: Problem(
        NOT_FOUND,
        errors.NotFoundError.code,
        errors.NotFoundError.hint,
        "There is no such file, item, entry, statement or ledger.",
    ),
    MissingExtraError: Problem(
        COULD_NOT,
        "PRV-9006",
        "install what the message names",
        "The command needs a package that is installed only where it is"
        " wanted. Nothing was done.",
    ),
    errors.ConflictError: Problem(
        COULD_NOT,
        errors.ConflictError.code,
        errors.ConflictError.hint,
        "Someone else was there first: another process writes the ledger, or"
        " the file exists already. Nothing was changed.",
    ),
    errors.StoreError: Problem(
        COULD_NOT,
        errors.StoreError.code,
        errors.StoreError.hint,
        "The storage failed, and whether the last write landed is unknown."
        " Opening the ledger again finds out: what was signed is there, the"
        " rest is not. Statements saved with --save can be submitted again.",
    ),
    errors.UnreachableError: Problem(
        COULD_NOT,
        errors.UnreachableError.code,
        errors.UnreachableError.hint,
        "No answer of the node came, or none that counts. What was only asked"
        " for can be asked for again. Whether a statement that was sent is in"
        " the log is unknown: those that --save or --journal kept can be sent"
        " again and are logged once, and so can a change to an actor, which"
        " the node refuses if it is made already.",
    ),
}
"""Class of error → its problem; a class that is not here has its parent's."""


def problem_of(error: BaseException) -> Problem | None:
    """Return the problem that *error* is; None for a bug."""
    if isinstance(error, FileNotFoundError):
        return NO_FILE_PROBLEM
    if isinstance(error, OSError):
        return UNREADABLE_PROBLEM
    for kind in type(error).__mro__:
        if kind in PROBLEMS:
            break
    else:
        return None
    if isinstance(error, errors.ProvenanceError):
        # What a node said has a code and an advice of its own.
        return PROBLEMS[kind]._replace(
            code=error.code, advice=error.hint, rule=error.rule
        )
    return PROBLEMS[kind]


def text_of(error: BaseException) -> str:
    """Return what *error* says."""
    if isinstance(error, OSError) and error.strerror:
        if error.filename is None:
            return error.strerror
        from pathlib import Path  # noqa: PLC0415  # rare, and slow to load

        from provenance.store.links import whereabouts  # noqa: PLC0415  # so

        return f"{whereabouts(Path(str(error.filename)))}: {error.strerror}"
    return str(error)


def gravest(exit_codes: Iterable[int]) -> int:
    """Return the exit code of several inputs together; 0 for none."""
    return min(exit_codes, key=_GRAVEST_FIRST.index, default=OK)


def explanations() -> dict[str, str]:
    """Return every code of an error with its explanation.

    Those of commands, and those that only a node answers with.
    """
    problems = (
        USAGE_PROBLEM,
        BUG_PROBLEM,
        INTERRUPTED_PROBLEM,
        UNREADABLE_PROBLEM,
        CLOSED_PROBLEM,
        FAULTS_PROBLEM,
        OLD_COPY_PROBLEM,
        *PROBLEMS.values(),
    )
    return {
        **EVIDENCE_EXPLANATIONS,
        **{p.code: f"{p.explanation} To do: {p.advice}." for p in problems},
        **{
            code: f"{p.explanation} To do: {p.advice}."
            for code, p in SERVER_PROBLEMS.items()
        },
    }


def to_json(problem: Problem, what: str, where: str) -> dict[str, object]:
    """Return an error as the JSON objects of commands have it."""
    said: dict[str, object] = {
        "code": problem.code,
        "what": what,
        "where": where,
        "do": problem.advice,
        "explain": f"provenance explain {problem.code}",
    }
    if problem.rule:
        said["rule"] = problem.rule
    return said
