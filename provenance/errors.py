"""Every error that the library raises, as one picture.

    ProvenanceError
    ├── MalformedError         the bytes are not in their claimed format
    │   ├── UnknownKindError       they may be in one of a later version
    │   └── UnknownBookError       a rule book is not at hand
    ├── RejectedError          well formed, but may not be accepted
    │   ├── UnknownActorError      no such actor, or not its key
    │   ├── RoleNotGrantedError    the actor may not say this
    │   ├── BrokenLinkError        the trail moved on: read, sign again
    │   ├── DuplicateEventError    an event is logged once
    │   ├── LifecycleError         this cannot follow that
    │   ├── QuotaError             so much of an item in a day is enough
    │   └── QueryTooLargeError     more events than were to be answered
    ├── VerificationError      the evidence does not prove the claim
    │   ├── InvalidSignatureError
    │   ├── InvalidProofError
    │   ├── QuorumNotMetError      too few cosignatures: policy not met
    │   └── EquivocationError      two signed checkpoints that disagree
    ├── ForkError              signing would contradict this log: stop
    ├── ClockError             the clock cannot be right: nothing was signed
    ├── InsecureError          no TLS that counts, or the wrong scheme
    ├── AddressError           nothing can be listened for there
    ├── NotFoundError          no such item, entry or log
    ├── ConflictError          someone moved first: read again, retry
    └── StoreError             the database failed; outcome unknown
        ├── DamagedError           it holds what no ledger wrote
        └── UnreachableError       the node did not answer; the same

One class per decision a caller can make. A message is one lower-case sentence
with the values in it. The library knows no HTTP status and no exit code; the
codes, which commands and nodes show too, are each a class's own and never
change.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self


class ProvenanceError(Exception):
    """The root of every error that this library raises on purpose.

    It is never raised itself, but only what is below it.

    Attributes:
        code: What `provenance explain` knows it by, such as PRV-9010.
        hint: What to do, in a line.
        path: Where in the document it is, as the message says it too, such as
            `$.epcisBody.eventList[1].bizStep` or `line 3: $.type`; None where
            the error is not about a place in a document.
        rule: Which rule it breaks (`provenance.rules.table`), such as
            form.lists; "" where none has a name.
    """

    code: str = ""
    hint: str = ""
    path: str | None = None
    rule: str = ""

    @classmethod
    def at(cls, path: str, message: str) -> Self:
        """Return the error that *message* is true of the place *path*."""
        error = cls(f"{path}: {message}")
        error.path = path
        return error

    def under(self, rule: str) -> Self:
        """Return this error as one of breaking *rule*."""
        self.rule = rule
        return self


class MalformedError(ProvenanceError):
    """The bytes are not in the format they claim to be in."""

    code = "PRV-9010"
    hint = "mend the input at the place named; provenance inspect decodes it"


class UnknownKindError(MalformedError):
    """An entry of a kind that only a later version knows: not wrong by that."""

    code = "PRV-9011"
    hint = "use a newer version of provenance, which knows that kind"


class UnknownBookError(MalformedError):
    """A rule book is named that is not at hand: nothing is judged by another.

    Attributes:
        book: Its id, the SHA-256 of its bytes.
    """

    code = "PRV-9012"
    hint = (
        "use a newer version of provenance, or get the book from the ledger's"
        " operator: its id is the hash of its bytes"
    )

    def __init__(self, message: str, *, book: bytes = b"") -> None:
        super().__init__(message)
        self.book = book


class RejectedError(ProvenanceError):
    """Well formed, but the ledger's rules do not let it in."""

    code = "PRV-9020"
    hint = "correct what the message names, then sign and submit again"


class UnknownActorError(RejectedError):
    """The signer is no enrolled actor, or the key is not that actor's."""

    code = "PRV-9021"
    hint = (
        "see provenance actor list: use a key that is the actor's and is not"
        " revoked, or have the actor enrolled"
    )


class RoleNotGrantedError(RejectedError):
    """The actor exists, but no grant lets it say this."""

    code = "PRV-9022"
    hint = "have it granted by an authority: provenance actor grant"


class BrokenLinkError(RejectedError):
    """The trail moved on since the signer looked: read it, sign again.

    Attributes:
        heads: Where the trails end now, as far as a node said so: item →
            (how many events, link), None for an item without any.
    """

    code = "PRV-9023"
    hint = "look at the item's trail, then sign and submit again"

    def __init__(
        self,
        message: str,
        *,
        heads: dict[str, tuple[int, bytes] | None] | None = None,
    ) -> None:
        super().__init__(message)
        self.heads = heads or {}


class DuplicateEventError(RejectedError):
    """The signer has said this before, or used an event's `eventID` before.

    Attributes:
        log_indexes: The entries with the earlier events, lowest first; empty
            where none of them is logged.
        is_known: Whether all that was handed in is in these entries already,
            so that nothing is left to be logged.
    """

    code = "PRV-9025"
    hint = (
        "leave out what is logged; give a new event with an id one of its own"
    )

    def __init__(
        self,
        message: str,
        *,
        log_indexes: tuple[int, ...] = (),
        is_known: bool = False,
    ) -> None:
        super().__init__(message)
        self.log_indexes = log_indexes
        self.is_known = is_known

    @property
    def log_index(self) -> int | None:
        """The first of these entries, None without one."""
        return min(self.log_indexes, default=None)


class LifecycleError(RejectedError):
    """This event cannot follow what the ledger already holds."""

    code = "PRV-9024"
    hint = "correct the event's time, or this machine's clock"


class QuotaError(RejectedError):
    """The signer has had as much logged about an item as it may in a day."""

    code = "PRV-9027"
    hint = "say it tomorrow, or have whoever holds the item say it"


class QueryTooLargeError(RejectedError):
    """More events are asked for than were to be answered at once."""

    code = "PRV-9026"
    hint = "ask for less: a shorter time, fewer places, another maxEventCount"


class VerificationError(ProvenanceError):
    """The evidence does not prove the claim."""

    code = "PRV-9030"
    hint = "do not rely on it; get the evidence again from its source"


class InvalidSignatureError(VerificationError):
    """A signature is not by the key that it names, or not over these bytes."""

    code = "PRV-9031"


class InvalidProofError(VerificationError):
    """A Merkle or map proof does not lead to the root it is held against."""

    code = "PRV-9032"


class QuorumNotMetError(VerificationError):
    """Too few trusted cosignatures: the verifier's policy is not met."""

    code = "PRV-9033"
    hint = "get it again once more witnesses have cosigned"


class EquivocationError(VerificationError):
    """One log signed two checkpoints that cannot both be true.

    Attributes:
        first: One signed checkpoint note.
        second: The other; publish both, they prove the fork to anyone.
        proof: If they are of two sizes, the hashes that lead to the second's
            root and to another root than the first's (RFC 9162, 2.1.2):
            publish them as well.
    """

    code = "PRV-9034"
    hint = "keep both checkpoints and publish them: they prove the fork"

    def __init__(
        self,
        message: str,
        *,
        first: str,
        second: str,
        proof: tuple[bytes, ...] = (),
    ) -> None:
        super().__init__(message)
        self.first = first
        self.second = second
        self.proof = proof


class ForkError(ProvenanceError):
    """Signing would contradict what this log already signed: stop."""

    code = "PRV-9040"
    hint = "stop: put back the newest copy of the database, not an older one"


class ClockError(ProvenanceError):
    """The clock and what it is held against are further apart than they may be.

    Nothing was signed, and nothing is until they agree again: a time in the
    log stays there for ever, and the log's time never goes back.
    """

    code = "PRV-9041"
    hint = "set the machine's clock right: what was not logged, send again"


class InsecureError(ProvenanceError):
    """There is no TLS connection that counts: nothing was sent over one.

    The certificate does not verify, or the URL says https and the port does
    not, or the other way round. Asking again does not mend it.
    """

    code = "PRV-9320"
    hint = "do what the message says: the CA file, the name or the scheme"


class AddressError(ProvenanceError):
    """The node cannot listen on an address."""

    code = "PRV-9321"
    hint = (
        "end what listens there, or choose another with --port or --host;"
        " below port 1024 it takes a right of its own"
    )


class NotFoundError(ProvenanceError):
    """No such item, entry, statement or log."""

    code = "PRV-9004"
    hint = "check the name, and the ledger folder (--ledger, PROVENANCE_LEDGER)"


class ConflictError(ProvenanceError):
    """Someone else moved first: read again, then retry."""

    code = "PRV-9050"
    hint = (
        "wait for the other to finish, or choose another name; then try again"
    )


class StoreError(ProvenanceError):
    """The storage failed; whether the last write landed is unknown."""

    code = "PRV-9060"
    hint = (
        "mend what the message names, then run the command again: what is"
        " logged already is not logged twice"
    )


class DamagedError(StoreError):
    """The store holds what no ledger wrote; nothing was made of it."""

    code = "PRV-9061"
    hint = (
        "keep the ledger as it is and run provenance audit; restore a backup"
        " that an audit accepts"
    )


class UnreachableError(StoreError):
    """No answer of a node came that counts: whether it was done is unknown.

    Ask again later; the same statements are logged once. What came last is
    the error's `__cause__`.
    """

    code = "PRV-9350"
    hint = (
        "see that the node runs and can be reached; then send the same again,"
        " which is logged once"
    )


@contextmanager
def within(where: str) -> Iterator[None]:
    """Let errors that are raised inside say where: a file, an argument."""
    try:
        yield
    except ProvenanceError as error:
        error.add_note(where)
        raise
