"""Where a command's ledger is: in a folder, or behind a node's URL.

Commands ask for little of a ledger, and each of these has all of it:

    in_folder    the folder itself; to be written, no node may serve it
    at_node      a running node, asked over HTTP; what it answers is verified
                 against the caller's own trust file

A signature is made where its key is, in either case: a node is sent what is
signed already.
"""

import functools
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click
from click.core import ParameterSource

from provenance.claims.event import Event
from provenance.claims.registry import Actor, TrustRegistry
from provenance.cli.arguments import FILE, ledger_option
from provenance.cli.in_folder import FolderLedger, FolderReader
from provenance.cli.screen import Screen
from provenance.cli.times import now
from provenance.cli.trusted import find_trust
from provenance.extras import load_extra
from provenance.folder import (
    CACHE_BYTES,
    TRUST_FILE,
    open_ledger,
    open_reader,
)
from provenance.intake.at_ledger import AtReader
from provenance.intake.signatory import Signatory
from provenance.intake.target import Target
from provenance.ledger.reveal import Revealed
from provenance.proof.trust import Trust
from provenance.store.private import read_private

if TYPE_CHECKING:
    from provenance.client import Client
    from provenance.intake.at_node import NodeLedger

_Command = TypeVar("_Command", bound=Callable[..., Any])

TOKEN = "PROVENANCE_TOKEN"  # noqa: S105  # where it is
"""The environment variable that has the token a node is shown."""

_MOST_TOKEN = 4_096

_OF_NODES = {
    "trust_file": "--trust",
    "ca_file": "--ca-file",
    "token_file": "--token",
}
"""The options that are for a node alone."""

_TYPED = 2
"""The weight of what is typed; what the environment says has half of it."""

_FEW_ATTEMPTS = 4
"""For a command that somebody waits for: it gives up after some seconds."""


class WritableLedger(Target, Protocol):
    """A ledger that statements are handed to, and changes to actors."""

    def actor(self, actor_id: str) -> Actor:
        """Return that actor as it stands now.

        Raises:
            UnknownActorError: None with that id is enrolled.
        """

    def append(self, event: Event, signatory: Signatory) -> int:
        """Log *event* as one statement; return its log index.

        Raises:
            RejectedError: The ledger refused it.
        """

    def registry_after(
        self, log_index: int, actor_id: str
    ) -> TrustRegistry | None:
        """Return the registry after that entry, as far as that actor goes.

        None if what is shown so far does not reach that entry.
        """


class ReadableLedger(Protocol):
    """A ledger whose actors, and items' stories, are asked for."""

    @property
    def trust(self) -> Trust:
        """By which its answers are judged."""

    def prove_item(
        self,
        item: str,
        *,
        reveal: Collection[str] = (),
        stretch: tuple[int, int] | None = None,
    ) -> bytes:
        """Return the bundle of *item*, whatever it proves.

        Args:
            item: Its id.
            reveal: The concealed fields to show, as `prove_item` of a ledger
                has it.
            stretch: Which of its events to show besides, likewise.

        Raises:
            NotFoundError: The ledger has no event of it, or none of that
                number.
            MalformedError: A node has none of that number.
        """

    def reveal(
        self, item: str, pointers: Collection[str]
    ) -> Sequence[Revealed]:
        """Return what *item*'s events conceal there; of a folder alone."""

    def actor(self, actor_id: str) -> Actor:
        """Return that actor as it stands now.

        Raises:
            UnknownActorError: None with that id is enrolled.
        """

    def actors(self) -> Iterable[Actor]:
        """Return every actor, in order of enrolment."""

    @property
    def actors_rest_on(self) -> str:
        """What to say of `actors`, for people; "" if it is beyond doubt."""


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
    """

    folder: Path
    url: str | None = None
    trust_file: str | None = None
    ca_file: Path | None = None
    token_file: Path | None = None

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
        screen: Screen,
        *,
        cache_bytes: int = CACHE_BYTES,
        is_patient: bool = False,
    ) -> Iterator[WritableLedger]:
        """Give the ledger, to hand statements to.

        Args:
            screen: Where to narrate.
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
        with self._open_node(self.url, screen, is_patient=is_patient) as node:
            node.require_log()
            yield node

    @contextmanager
    def open_to_rehearse(self, screen: Screen) -> Iterator[Target]:
        """Give the ledger, to ask what it would answer; nothing is locked.

        Raises:
            ProvenanceError: It cannot be opened.
        """
        if self.url is not None:
            with self.open_writable(screen, is_patient=True) as node:
                yield node
            return
        with open_reader(self.folder) as reader, reader.moment() as moment:
            yield AtReader(reader, moment, clock=now)

    @contextmanager
    def open_readable(self, screen: Screen) -> Iterator[ReadableLedger]:
        """Give the ledger, to ask for proofs and actors.

        Raises:
            ProvenanceError: It cannot be opened.
        """
        if self.url is None:
            with open_reader(self.folder) as reader:
                yield FolderReader(reader)
            return
        with self._open_node(self.url, screen) as node:
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
                trust=find_trust(self.trust_file),
                ca_file=self.ca_file,
                retries=retries,
                token=self._token(),
            )
        except ValueError as error:
            raise click.UsageError(f"--node: {error}") from error
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
        self, url: str, screen: Screen, *, is_patient: bool = False
    ) -> "Iterator[NodeLedger]":
        with self.open_client(is_patient=is_patient) as client:
            from provenance.intake.at_node import NodeLedger  # noqa: PLC0415  # an extra

            yield NodeLedger(client, url, say=screen.say)


def where_options(command: _Command) -> _Command:
    """Give *command* the options that say where its ledger is, as `where`."""

    @functools.wraps(command)
    def with_where(
        *args: Any,
        folder: Path,
        url: str | None,
        trust_file: str | None,
        ca_file: Path | None,
        token_file: Path | None,
        **kwargs: Any,
    ) -> Any:
        where = Where(folder, _chosen(url), trust_file, ca_file, token_file)
        return command(*args, where=where, **kwargs)

    options = [
        click.option(
            "--node",
            "url",
            metavar="URL",
            envvar="PROVENANCE_NODE",
            show_envvar=True,
            help="A running node to ask in place of a folder, such as"
            " https://ledger.example.",
        ),
        click.option(
            "--trust",
            "trust_file",
            metavar="FILE",
            envvar="PROVENANCE_TRUST",
            show_envvar=True,
            help="With --node: the trust file that its answers are verified"
            " by. By default trust.toml in the configuration folder"
            " (~/.config/provenance).",
        ),
        click.option(
            "--ca-file",
            type=FILE,
            metavar="FILE",
            help="With --node: who may vouch for its name, in PEM; by default"
            " the system's authorities.",
        ),
        click.option(
            "--token",
            "token_file",
            type=FILE,
            metavar="FILE",
            help="With --node: the file of the token that its operator gave"
            f" you, chmod 600; by default {TOKEN} has it.",
        ),
    ]
    made: Any = with_where
    for option in reversed(options):
        made = option(made)
    return ledger_option(made)  # type: ignore[no-any-return]  # click's own


def _chosen(url: str | None) -> str | None:
    """Return the node's URL, if it is the node that is wanted.

    What is typed counts before what the environment says.

    Raises:
        click.UsageError: Both are named and neither prevails; or an option is
            given that is for a node alone.
    """
    context = click.get_current_context()
    of_folder = _weight(context.get_parameter_source("folder"))
    of_node = 0 if not url else _weight(context.get_parameter_source("url"))
    if of_node and of_node == of_folder:
        raise click.UsageError(
            "both a folder and a node are named: give --ledger (-C,"
            " PROVENANCE_LEDGER) or --node (PROVENANCE_NODE), not both"
        )
    chosen = url if of_node > of_folder else None
    for name, option in _OF_NODES.items():
        is_typed = _weight(context.get_parameter_source(name)) == _TYPED
        if chosen is None and is_typed:
            raise click.UsageError(
                f"{option} is for a node, and a folder is asked: give --node"
                " as well"
            )
    return chosen


def _weight(source: ParameterSource | None) -> int:
    if source is ParameterSource.COMMANDLINE:
        return _TYPED
    return 1 if source is ParameterSource.ENVIRONMENT else 0
