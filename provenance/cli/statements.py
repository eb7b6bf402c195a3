"""From files to signed statements.

A file is an EPCIS document, which is signed here, or a `.submission`, which
somebody signed already. Which of the two is seen from its first byte.
"""

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from provenance.claims.event import Event
from provenance.claims.statement import (
    Submission,
    parse_submission,
    sign_statement,
)
from provenance.cli.inputs import STANDARD
from provenance.cli.signing import Signatory
from provenance.cli.times import now
from provenance.encoding.digest import Hash
from provenance.epcis.document import MAX_BYTES
from provenance.errors import MalformedError, RejectedError
from provenance.prepare import new_event, prepare_document

SUFFIX = ".submission"
_SUFFIXES = (".json", ".jsonld", ".ndjson", ".xml", SUFFIX)
"""What a folder's files are called that are handed in."""

MAX_FILE = MAX_BYTES
"""The largest file that is read, in bytes."""

_ARRAY_OF_3 = 0x93
"""The first byte of a submission; no JSON or XML starts with it."""

Demand = tuple[str, bytes]
"""An item, and the link that its trail must still end in."""


def expand(names: Iterable[str]) -> Iterator[str]:
    """Yield the files that *names* name.

    Of a folder these are all files below it that look like documents or
    submissions, in order of their paths; hidden ones are left out.

    Raises:
        OSError: A folder cannot be read.
    """
    for name in names:
        if name == STANDARD or not Path(name).is_dir():
            yield name
            continue
        yield from _files_below(name)


def make_submission(
    data: bytes,
    *,
    signatory: Signatory | None,
    origin: str,
    conceal: Collection[str] = (),
    after: Demand | None = None,
) -> Submission:
    """Return the submission that a file's *data* holds or gives.

    Args:
        data: An EPCIS document, or a submission.
        signatory: Who signs a document; None if nobody does.
        origin: The ledger that a document is signed for.
        conceal: JSON Pointers to what a document's events conceal.
        after: What every event of a document demands.

    Raises:
        MalformedError: It is neither, or not a valid one.
        RejectedError: It is a document, and nobody signs it; or it is signed
            already, and something was to be changed.
    """
    if data[:1] == bytes([_ARRAY_OF_3]):
        if conceal or after is not None:
            raise RejectedError(
                "it is signed already: nothing in it can be concealed, and"
                " nothing added"
            )
        return parse_submission(data)
    if signatory is None:
        raise RejectedError(
            "nobody has signed it: give the key with --key, and the actor"
            " with --as"
        )
    events = prepare_document(data, conceal=conceal)
    if not events:
        raise MalformedError("the document has no event")
    if after is not None:
        events = [_demand(event, after) for event in events]
    return sign_statement(
        events,
        signer=signatory.signer,
        issuer=signatory.issuer,
        origin=origin,
        now=now(),
    )


def _demand(event: Event, after: Demand) -> Event:
    item, link = after
    fields = [field for field in event.fields if field is not None]
    demanded: dict[str, object] = {"after": [[item, Hash(link)]]}
    return new_event({**event.body, **demanded}, event.items, fields)


def _files_below(name: str) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(name, onerror=refuse):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for file in sorted(files):
            if file.endswith(_SUFFIXES) and not file.startswith("."):
                yield str(Path(folder, file))
