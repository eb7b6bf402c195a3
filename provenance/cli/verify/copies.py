"""The second copy that `--against` names: a ledger's folder, or a bundle."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from provenance.cli.inputs import read_input
from provenance.errors import (
    MalformedError,
    within,
)
from provenance.proof.bundle import MAX_BUNDLE_SIZE
from provenance.proof.trust import Trust

if TYPE_CHECKING:
    from provenance.proof.copies import BundleCopy, Copy


@contextmanager
def open_copy(source: str | None, trust: Trust) -> "Iterator[Copy | None]":
    """Give the second copy at *source*; None for none.

    Raises:
        MalformedError: It is neither a ledger's folder nor a bundle.
        NotFoundError: It is a folder without a ledger.
        OSError: It cannot be read.
    """
    if source is None:
        yield None
        return
    with within(source):
        copy = _bundle_copy(source)
    if copy is not None:
        yield copy
        return
    from provenance.folder import open_reader  # noqa: PLC0415  # loads a database
    from provenance.ledger.second import LedgerCopy  # noqa: PLC0415

    with open_reader(source) as reader, reader.moment() as moment:
        yield LedgerCopy(moment, trust, name=source)


def _bundle_copy(source: str) -> "BundleCopy | None":
    from pathlib import Path  # noqa: PLC0415  # verify needs none

    from provenance.proof.bundle import parse_bundle  # noqa: PLC0415
    from provenance.proof.copies import BundleCopy  # noqa: PLC0415  # rare

    if Path(source).is_dir():
        return None
    try:
        bundle = parse_bundle(read_input(source, limit=MAX_BUNDLE_SIZE))
    except MalformedError as error:
        raise MalformedError(
            "a second copy is a bundle, or the folder of a ledger or of its"
            f" backup: {error}"
        ) from error
    return BundleCopy(bundle, name=source)
