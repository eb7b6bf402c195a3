"""From files to signed statements.

A file is an EPCIS document, which is signed here, or a `.submission`, which
somebody signed already. Which of the two is seen from its first byte.
"""

import io
from collections.abc import Collection, Sequence

from provenance.claims.event import Event
from provenance.claims.statement import (
    Signable,
    Submission,
    parse_submission,
    sign_statement,
)
from provenance.epcis.document import MAX_BYTES
from provenance.errors import (
    DuplicateEventError,
    MalformedError,
    RejectedError,
)
from provenance.intake.prepare import gather, prepare_stream
from provenance.intake.signatory import Signatory
from provenance.intake.target import Rehearses
from provenance.ledger.ledger import clock_now

MAX_FILE = MAX_BYTES
"""The largest file that is read into memory, in bytes."""

_ARRAY_OF_3 = b"\x93"
"""The first byte of a submission; no JSON or XML starts with it."""

_SIZE_UNBOUNDED = 2**62


def is_submission(start: bytes) -> bool:
    """Return whether a file that starts like this is a signed statement."""
    return start.startswith(_ARRAY_OF_3)


def require_signatory(signatory: Signatory | None) -> Signatory:
    """Return *signatory*.

    Raises:
        RejectedError: There is none.
    """
    if signatory is None:
        raise RejectedError(
            "nobody has signed it: give the key with --key, and the actor"
            " with --as"
        )
    return signatory


def read_submission(data: bytes, *, is_changed: bool) -> Submission:
    """Return the signed statement in *data*.

    Raises:
        MalformedError: It is none.
        RejectedError: It is one, and something was to be changed in it.
    """
    if is_changed:
        raise RejectedError(
            "it is signed already: nothing in it can be concealed, and nothing"
            " added"
        )
    return parse_submission(data)


def sign(
    events: Sequence[Signable],
    signatory: Signatory,
    *,
    origin: str,
    now: int | None = None,
) -> Submission:
    """Return *events* as one statement, signed at *now*: by default, now.

    Raises:
        MalformedError: It cannot be written in the format.
    """
    return sign_statement(
        events,
        signer=signatory.signer,
        issuer=signatory.issuer,
        origin=origin,
        now=clock_now() if now is None else now,
    )


def require_taken(
    rehearsal: Rehearses,
    events: Sequence[Event],
    signatory: Signatory,
    *,
    name: str,
) -> None:
    """Check that the ledger would take *events*, signed by *signatory*.

    Args:
        rehearsal: Asked.
        events: Some that stand or fall together.
        signatory: Who is to sign.
        name: What each is called in messages.

    Raises:
        MalformedError: One of them is no event that a ledger takes.
        RejectedError: A rule forbids one of them, or that the actor signs.
    """
    rehearsal.require(
        events,
        issuer=signatory.issuer,
        key_id=signatory.signer.verifier.key_id,
        called=lambda _: name,
    )


def find_known(
    rehearsal: Rehearses,
    events: Sequence[Event],
    signatory: Signatory,
    *,
    name: str,
) -> tuple[int, ...]:
    """Return the entries that have all of *events* already; none if not all.

    Where it has not, the ledger would take them. The arguments, and what it
    raises, are those of `require_taken`.
    """
    try:
        require_taken(rehearsal, events, signatory, name=name)
    except DuplicateEventError as error:
        # What is said twice in what is being handed in is no entry's yet.
        if not (error.is_known and error.log_indexes):
            raise
        return error.log_indexes
    return ()


def make_submission(
    data: bytes,
    *,
    signatory: Signatory,
    origin: str,
    conceal: Collection[str] = (),
) -> Submission:
    """Return the file *data* as one statement for the ledger *origin*.

    Args:
        data: An EPCIS document or a submission.
        signatory: Who signs a document.
        origin: The ledger that a document is signed for.
        conceal: JSON Pointers to what a document's events conceal.

    Raises:
        MalformedError: It is neither, or not a valid one, or a document of
            too many events for one statement.
        RejectedError: It is signed already, and something was to be changed.
    """
    if is_submission(data[:1]):
        return read_submission(data, is_changed=bool(conceal))
    events = prepare_stream(io.BytesIO(data), conceal=conceal)
    statements = list(
        gather(([event] for event in events), max_bytes=_SIZE_UNBOUNDED)
    )
    if not statements:
        raise MalformedError("the document has no event")
    if len(statements) > 1:
        raise MalformedError(
            f"the document takes {len(statements)} statements: hand it in"
            " itself, or in parts"
        )
    return sign(statements[0].events, signatory, origin=origin)
