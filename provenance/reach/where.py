"""Where a ledger is, and how it is opened there."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from provenance.extras import load_extra
from provenance.folder import (
    CACHE_BYTES,
    TRUST_FILE,
    open_ledger,
    open_reader,
)
from provenance.intake.at_ledger import AtReader
from provenance.intake.target import Target
from provenance.ledger.ledger import clock_now
from provenance.proof.trust import Trust
from provenance.reach.ledgers import (
    FolderLedger,
    FolderReader,
    ReadableLedger,
    WritableLedger,
)
from provenance.store.private import read_private

if TYPE_CHECKING:
    from provenance.client import Client
    from provenance.intake.at_node import NodeLedger

Say = Callable[[str], None]

TOKEN = "PROVENANCE_TOKEN"  # noqa: S105  # where it is
"""The environment variable that has the token a node is shown."""

_MOST_TOKEN = 4_096

_FEW_ATTEMPTS = 4
"""For a command that somebody waits for: it gives up after some seconds."""


class WrongURLError(ValueError):
    """The URL of a node is none."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where the ledger is.

    Attributes:
        folder: Its folder, if there is no `url`.
        url: The node's.
        trust_file: By which a node's answers are verified; None for the one
            in the configuration folder.
        ca_file: Who may vouch for the node's name; None for the system's.
        token_file: Where the token is that the node is shown; None for the
            one in the environment, if there is one.
        find_trust: Reads the trust file that is named, or the usual one.
    """

    folder: Path
    url: str | None = None
    trust_file: str | None = None
    ca_file: Path | None = None
    token_file: Path | None = None
    find_trust: Callable[[str | None], Trust] = field(kw_only=True)

    @property
    def trust_name(self) -> str:
        """What to call the trust file by which its answers are judged."""
        return "the ledger's" if self.url is None else "your own"

    @property
    def trust_option(self) -> str:
        """What to type for `verify` to go by the same trust file."""
        if self.url is None:
            return f" --trust {quote(str(self.folder / TRUST_FILE))}"
        return f" --trust {quote(self.trust_file)}" if self.trust_file else ""

    @contextmanager
    def open_writable(
        self,
        say: Say,
        *,
        cache_bytes: int = CACHE_BYTES,
        is_patient: bool = False,
    ) -> Iterator[WritableLedger]:
        """Give the ledger, to hand statements to.

        Args:
            say: Told what people should know.
            cache_bytes: Of a folder: how much of it to keep in memory.
            is_patient: Of a node: whether to wait minutes for its answers,
                rather than seconds.

        Raises:
            ProvenanceError: It cannot be opened.
        """
        if self.url is None:
            with open_ledger(self.folder, cache_bytes=cache_bytes) as ledger:
                yield FolderLedger(ledger, self.folder)
            return
        with self._open_node(self.url, say, is_patient=is_patient) as node:
            node.require_log()
            yield node

    @contextmanager
    def open_to_rehearse(self, say: Say) -> Iterator[Target]:
        """Give the ledger, to ask what it would answer; nothing is locked.

        Raises:
            ProvenanceError: It cannot be opened.
        """
        if self.url is not None:
            with self.open_writable(say, is_patient=True) as node:
                yield node
            return
        with open_reader(self.folder) as reader, reader.moment() as moment:
            yield AtReader(reader, moment, clock=clock_now)

    @contextmanager
    def open_readable(self, say: Say) -> Iterator[ReadableLedger]:
        """Give the ledger, to ask for proofs and actors.

        Raises:
            ProvenanceError: It cannot be opened.
        """
        if self.url is None:
            with open_reader(self.folder) as reader:
                yield FolderReader(reader)
            return
        with self._open_node(self.url, say) as node:
            yield node

    @contextmanager
    def open_client(self, *, is_patient: bool = False) -> "Iterator[Client]":
        """Give the client of the node, with the caller's trust file."""
        assert self.url is not None, "only a node has a client"
        load_extra("provenance.client", extra="client")
        from provenance.client import Client, Retries  # noqa: PLC0415  # an extra

        retries = Retries() if is_patient else Retries(attempts=_FEW_ATTEMPTS)
        try:
            client = Client(
                self.url,
                trust=self.find_trust(self.trust_file),
                ca_file=self.ca_file,
                retries=retries,
                token=self._token(),
            )
        except ValueError as error:
            raise WrongURLError(str(error)) from error
        with client:
            yield client

    def _token(self) -> str | None:
        """Return the token that the node is shown; None for none.

        Raises:
            NotFoundError: There is no such file.
            RejectedError: Others than its owner can reach it.
        """
        if self.token_file is None:
            return os.environ.get(TOKEN) or None
        data = read_private(
            self.token_file,
            most=_MOST_TOKEN,
            absent="no file of a token",
            content="the token in",
        )
        return data.decode("ascii", errors="replace").strip()

    @contextmanager
    def _open_node(
        self, url: str, say: Say, *, is_patient: bool = False
    ) -> "Iterator[NodeLedger]":
        with self.open_client(is_patient=is_patient) as client:
            from provenance.intake.at_node import NodeLedger  # noqa: PLC0415  # an extra

            yield NodeLedger(client, url, say=say)
