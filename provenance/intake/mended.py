"""What was mended in a document, told and kept.

Whoever hands in a document with `--lenient` signs what was made of it. So
every mend is told, and what the document was before can be kept beside it:

    DIR/<SHA-256 of the original bytes>.original
    DIR/<SHA-256 of the original bytes>.mends.jsonl    a line for each mend
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Self

from provenance.epcis.mending.mend import Mend
from provenance.epcis.mending.notes import ABSENT
from provenance.intake.sources import digest_of
from provenance.outputs import make_folder, write_pieces

MOST_TOLD = 1_000
"""How many mends of one document are told, at most; the rest are counted."""

_CHUNK = 2**20


class Mended:
    """What was mended in one document.

    Attributes:
        first: The first mends, in order.
        count: How many there are in all.
        original_sha256: The digest of the bytes as they came, in hexadecimal;
            empty until they were read.
        kept: Where the original is kept; None if it is not.
    """

    def __init__(self) -> None:
        self.first: list[Mend] = []
        self.count = 0
        self.original_sha256 = ""
        self.kept: str | None = None
        # All of them, a line each; memory holds no more than it tells.
        self._lines = tempfile.TemporaryFile()  # noqa: SIM115  # `__exit__`

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def take(self, mends: list[Mend]) -> None:
        """Take over *mends*, and leave none there.

        Raises:
            OSError: They cannot be written down.
        """
        self.first += mends[: MOST_TOLD - len(self.first)]
        self.count += len(mends)
        for mend in mends:
            self._lines.write(json.dumps(mend_json(mend)).encode() + b"\n")
        mends.clear()

    def finish(self, stream: BinaryIO, folder: Path | None) -> None:
        """Note which document that was, once all of it was read.

        Args:
            stream: The document.
            folder: Where to keep it, and all mends, if anything was mended.

        Raises:
            OSError: It cannot be kept.
        """
        if not self.count:
            return
        self.original_sha256 = digest_of(stream)
        if folder is None:
            return
        make_folder(folder)
        path = str(folder / self.original_sha256)
        self._lines.seek(0)
        write_pieces(f"{path}.mends.jsonl", self._lines)
        write_pieces(f"{path}.original", _pieces(stream))
        self.kept = f"{path}.original"


def mend_json(mend: Mend) -> dict[str, object]:
    """Return *mend* as the JSON objects of commands have it."""
    told: dict[str, object] = {
        "place": mend.place, "rule": mend.rule, "says": mend.says,
    }  # fmt: skip
    if mend.before is not ABSENT:
        told["before"] = mend.before
    if mend.after is not ABSENT:
        told["after"] = mend.after
    return told


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: stream.read(_CHUNK), b"")
