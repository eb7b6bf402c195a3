"""What kinds of entries a log has: the first value of each says which.

    1   a signed statement        `provenance.claims.statement`
    2   a map commitment          `provenance.tlog.commitment`
    3   a version of the trust    `provenance.claims.versions`
    4   a rule book               the same

An entry of another kind was written by a later program. It is not wrong, and
nothing that depends on it can be told.

In full: `FORMATS.md`, section 4.
"""

from provenance.encoding.canonical import MAX_INT
from provenance.encoding.reader import ByteReader
from provenance.errors import UnknownKindError

STATEMENT = 1
COMMITMENT = 2
TRUST_VERSION = 3
RULE_BOOK = 4

MAX_ENTRY_SIZE = 65_535
"""The most bytes of one log leaf."""


def entry_kind(data: bytes) -> int:
    """Return the kind of the entry *data*: 1 to 4. Its rest is not read.

    Raises:
        MalformedError: It is no array that starts with a number.
        UnknownKindError: It is of a kind that this program does not know.
    """
    reader = ByteReader(data)
    reader.array(MAX_INT, least=1)
    kind = reader.uint()
    if not STATEMENT <= kind <= RULE_BOOK:
        raise UnknownKindError(
            f"an entry of kind {kind}, which this version does not know"
        )
    return kind
