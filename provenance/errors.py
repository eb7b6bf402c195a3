"""Every error that the library raises, as one picture.

    ProvenanceError
    ├── MalformedError         the bytes are not in their claimed format
    ├── RejectedError          well formed, but may not be accepted
    │   ├── UnknownActorError      no such actor, or not its key
    │   ├── RoleNotGrantedError    the actor may not say this
    │   ├── BrokenLinkError        the trail moved on: read, sign again
    │   ├── DuplicateEventError    an event's id may be used once
    │   ├── LifecycleError         this cannot follow that
    │   └── QueryTooLargeError     more events than were to be answered
    ├── VerificationError      the evidence does not prove the claim
    │   ├── InvalidSignatureError
    │   ├── InvalidProofError
    │   ├── QuorumNotMetError      too few cosignatures: policy not met
    │   └── EquivocationError      two signed checkpoints that disagree
    ├── ForkError              signing would contradict this log: stop
    ├── NotFoundError          no such item, entry or log
    ├── ConflictError          someone moved first: read again, retry
    └── StoreError             the database failed; outcome unknown
        └── UnreachableError       the node did not answer; the same

One class per decision a caller can make. A message is one lower-case sentence
with the values in it. The library knows no HTTP status and no exit code.
"""


class ProvenanceError(Exception):
    """The root of every error that this library raises on purpose."""


class MalformedError(ProvenanceError):
    """The bytes are not in the format they claim to be in."""


class RejectedError(ProvenanceError):
    """Well formed, but the ledger's rules do not let it in."""


class UnknownActorError(RejectedError):
    """The signer is no enrolled actor, or the key is not that actor's."""


class RoleNotGrantedError(RejectedError):
    """The actor exists, but no grant lets it say this."""


class BrokenLinkError(RejectedError):
    """The trail moved on since the signer looked: read it, sign again.

    Attributes:
        heads: Where the trails end now, as far as a node said so: item →
            (how many events, link), None for an item without any.
    """

    def __init__(
        self,
        message: str,
        *,
        heads: dict[str, tuple[int, bytes] | None] | None = None,
    ) -> None:
        super().__init__(message)
        self.heads = heads or {}


class DuplicateEventError(RejectedError):
    """The signer has used this event's `eventID` before."""


class LifecycleError(RejectedError):
    """This event cannot follow what the ledger already holds."""


class QueryTooLargeError(RejectedError):
    """More events are asked for than were to be answered at once."""


class VerificationError(ProvenanceError):
    """The evidence does not prove the claim."""


class InvalidSignatureError(VerificationError):
    """A signature is not by the key that it names, or not over these bytes."""


class InvalidProofError(VerificationError):
    """A Merkle or map proof does not lead to the root it is held against."""


class QuorumNotMetError(VerificationError):
    """Too few trusted cosignatures: the verifier's policy is not met."""


class EquivocationError(VerificationError):
    """One log signed two checkpoints that cannot both be true.

    Attributes:
        first: One signed checkpoint note.
        second: The other; publish both, they prove the fork to anyone.
    """

    def __init__(self, message: str, *, first: str, second: str) -> None:
        super().__init__(message)
        self.first = first
        self.second = second


class ForkError(ProvenanceError):
    """Signing would contradict what this log already signed: stop."""


class NotFoundError(ProvenanceError):
    """No such item, entry, statement or log."""


class ConflictError(ProvenanceError):
    """Someone else moved first: read again, then retry."""


class StoreError(ProvenanceError):
    """The storage failed; whether the last write landed is unknown."""


class UnreachableError(StoreError):
    """No answer of a node came that counts: whether it was done is unknown.

    Ask again later; the same statements are logged once. What came last is
    the error's `__cause__`.
    """
