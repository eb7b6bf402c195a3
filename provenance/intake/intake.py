"""`provenance.Intake`: documents of any kind, handed to a ledger or a node.

    intake = provenance.Intake(ledger, signer=key)
    for outcome in intake.submit(["made.json", "shipped.xml"]):
        print(outcome.source, outcome.is_whole, outcome.events)

A document is accepted or refused whole, of a table the rows of each event,
and one that is refused does not hold up the others. What is submitted again is
known, and logged once. With a journal, a program that was killed goes on where
it stopped when it is called with the same files again.
"""

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from provenance import __version__
from provenance.claims.statement import Submission
from provenance.intake.at_ledger import AtLedger, AtReader
from provenance.intake.hand_in import HandIn
from provenance.intake.headway import Tell, tell_nobody
from provenance.intake.journal import Journal
from provenance.intake.outcome import FileOutcome
from provenance.intake.signatory import Signatory, signatory_of
from provenance.intake.sources import (
    SUFFIXES,
    TABLE_SUFFIXES,
    File,
    Given,
    digest_of,
    expand,
)
from provenance.intake.steps import IntakeOptions, Steps
from provenance.intake.tables import read_mapping
from provenance.intake.target import Target
from provenance.keys import KeyHolder
from provenance.ledger.ledger import Ledger, clock_now
from provenance.ledger.read import LedgerReader
from provenance.outputs import make_folder

if TYPE_CHECKING:
    from provenance.client import Client


class SignedFile(NamedTuple):
    """What was signed of one file.

    Attributes:
        outcome: What became of it; nothing was logged.
        statements: In the order in which they are to be handed in.
    """

    outcome: FileOutcome
    statements: list[Submission]


class Intake:
    """Reads files, signs what they say, and hands it in."""

    def __init__(  # noqa: PLR0913  # each by its name
        self,
        ledger: "Ledger | LedgerReader | Client | Target",
        *,
        signer: KeyHolder | None = None,
        issuer: str | None = None,
        conceal: Collection[str] = (),
        after: str | None = None,
        mapping: Path | str | None = None,
        prefixes: Mapping[str, str] | None = None,
        is_lenient: bool = False,
        untp_zone: str | None = None,
        only_mine: bool = False,
        clock: Callable[[], int] = clock_now,
    ) -> None:
        """Prepare to take files in.

        Args:
            ledger: Where to: one that is open, or the client of a node. One
                that is open to be read takes nothing, and says what it would.
            signer: The key that signs documents and tables; None if every
                file is signed already.
            issuer: The actor that signs; None for the one whose key it is.
            conceal: JSON Pointers (RFC 6901) into the events of what only
                chosen readers may see.
            after: An item. Every event demands that its trail still ends
                where it ends now.
            mapping: The file that says how the rows of tables become events.
            prefixes: What prefixes stand for that a document does not define.
            is_lenient: Whether to mend what documents of real systems do
                wrong; each mend is told.
            untp_zone: Where the events of documents of UNTP happened, as an
                offset from UTC such as +08:00; None if they are of EPCIS.
            only_mine: Whether to pass over the events that the actor may not
                say, rather than refuse the document; they are told as well.
            clock: Returns the time of signing, in ms since 1970.

        Raises:
            MalformedError: The file of the mapping holds none.
            OSError: It cannot be read.
        """
        self._ledger = ledger
        self._signer = signer
        self._issuer = issuer
        self._wishes = IntakeOptions(
            signatory=None,
            conceal=tuple(conceal),
            after=after,
            mapping=None if mapping is None else read_mapping(Path(mapping)),
            is_lenient=is_lenient,
            untp_zone=untp_zone,
            only_mine=only_mine,
            prefixes={} if prefixes is None else dict(prefixes),
            clock=clock,
        )

    def submit(  # noqa: PLR0913  # each by its name
        self,
        files: Iterable[Given],
        *,
        journal: Path | str | None = None,
        save: Path | str | None = None,
        refused: Path | str | None = None,
        originals: Path | str | None = None,
        tell: Tell = tell_nobody,
        goes_on: Callable[[], bool] = lambda: True,
        processes: int | None = None,
    ) -> Iterator[FileOutcome]:
        """Yield what became of each of *files*, in order, once it is known.

        Args:
            files: Paths, of folders too, or `File`s.
            journal: A folder where to write down what is done. Called with
                the same files again, however it ended, it goes on there.
            save: A folder where to keep each signed statement as well.
            refused: Where to write the refused rows of a table.
            originals: A folder where to keep what was mended as it was.
            tell: Told how far it is.
            goes_on: Asked often whether to read on; what was handed in by
                then is answered still.
            processes: How many check signatures; None for one a processor.

        Raises:
            UnknownActorError: No actor has the signer's key.
            ConflictError: The journal is of other files, or another call.
            StoreError: Whether a statement was logged is unknown.
        """
        given = list(self._expand(files))
        with ExitStack() as stack:
            ledger = stack.enter_context(self._target())
            wishes = self._wishes_for(
                ledger, save=save, refused=refused, originals=originals
            )
            kept = None
            if journal is not None:
                given = [file.kept_open(stack) for file in given]
                run = _run(ledger, wishes, given)
                kept = stack.enter_context(Journal(Path(journal), run))
            steps = Steps(
                ledger, wishes, goes_on=goes_on, tell=tell, journal=kept
            )
            yield from HandIn(ledger, steps, kept).run(
                given, is_dry=False, count=processes
            )

    def rehearse(  # noqa: PLR0913  # each by its name
        self,
        files: Iterable[Given],
        *,
        save: Path | str | None = None,
        refused: Path | str | None = None,
        originals: Path | str | None = None,
        tell: Tell = tell_nobody,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> Iterator[FileOutcome]:
        """Yield what would become of each of *files*, and log nothing.

        The arguments are those of `submit`. A ledger that is open to be read
        will do, beside any writer.

        Raises:
            UnknownActorError: No actor has the signer's key.
        """
        given = list(self._expand(files))
        with self._target() as ledger:
            wishes = self._wishes_for(
                ledger, save=save, refused=refused, originals=originals
            )
            steps = Steps(ledger, wishes, goes_on=goes_on, tell=tell)
            yield from HandIn(ledger, steps).run(given, is_dry=True)

    def sign(
        self,
        file: Given,
        *,
        journal: Path | str | None = None,
        passes_over: bool = False,
        is_named: bool = False,
    ) -> SignedFile:
        """Return what *file* says, rehearsed and signed, and hand nothing in.

        Args:
            file: A document or a table.
            journal: A folder where the statements are durable when this
                returns.
            passes_over: Whether an event that is wrong, or that the ledger
                would refuse, leaves the others be; `outcome.faults` tells.
            is_named: Whether an event without an `eventID` gets one.

        Raises:
            UnknownActorError: No actor has the signer's key.
            ConflictError: The journal is of another file, or another call.
        """
        (given,) = self._expand([file])
        statements: list[Submission] = []
        with ExitStack() as stack:
            ledger = stack.enter_context(self._target())
            wishes = replace(
                self._wishes_for(ledger),
                passes_over=passes_over,
                is_named=is_named,
            )
            kept = None
            if journal is not None:
                given = given.kept_open(stack)
                run = _run(ledger, wishes, [given])
                kept = stack.enter_context(Journal(Path(journal), run))
            outcome = FileOutcome(given.name)
            for step in Steps(ledger, wishes, journal=kept).of([given]):
                outcome = step.outcome
                if step.submission is not None:
                    statements.append(step.submission)
                elif step.end is not None:
                    step.end()
        return SignedFile(outcome, statements)

    def _expand(self, files: Iterable[Given]) -> Iterator[File]:
        has_mapping = self._wishes.mapping is not None
        suffixes = SUFFIXES + TABLE_SUFFIXES if has_mapping else SUFFIXES
        return expand(files, suffixes=suffixes)

    @contextmanager
    def _target(self) -> Iterator[Target]:
        ledger = self._ledger
        if isinstance(ledger, Ledger):
            yield AtLedger(ledger)
        elif isinstance(ledger, LedgerReader):
            with ledger.moment() as moment:
                yield AtReader(ledger, moment, clock=self._wishes.clock)
        elif isinstance(ledger, Target):
            yield ledger
        else:
            from provenance.intake.at_node import NodeLedger  # noqa: PLC0415  # an extra

            node = NodeLedger(ledger)
            node.require_log()
            yield node

    def _wishes_for(
        self,
        ledger: Target,
        *,
        save: Path | str | None = None,
        refused: Path | str | None = None,
        originals: Path | str | None = None,
    ) -> IntakeOptions:
        signatory: Signatory | None = None
        if self._signer is not None:
            signatory = signatory_of(
                self._signer, self._issuer, find_owner=ledger.find_owner
            )
        if save is not None:
            make_folder(Path(save))
        return replace(
            self._wishes,
            signatory=signatory,
            save=None if save is None else Path(save),
            refused=None if refused is None else Path(refused),
            originals=None if originals is None else Path(originals),
        )


def _run(
    ledger: Target, wishes: IntakeOptions, files: Sequence[File]
) -> Mapping[str, object]:
    """Return what tells this run from others, for its journal."""
    digests = []
    for file in files:
        with file.open() as stream:
            digests.append(digest_of(stream))
    signatory, mapping = wishes.signatory, wishes.mapping
    run: dict[str, object] = {
        "ledger": ledger.trust.origin,
        "version": __version__,
        "issuer": None if signatory is None else signatory.issuer,
        "key_id": (
            None
            if signatory is None
            else signatory.signer.verifier.key_id.hex()
        ),
        "conceal": list(wishes.conceal),
        "after": wishes.after,
        "lenient": wishes.is_lenient,
        "untp_zone": wishes.untp_zone,
        "prefixes": dict(wishes.prefixes),
        "mapping": None if mapping is None else mapping.sha256,
        "files": digests,
    }
    if wishes.only_mine:
        run["only"] = "mine"
    return run
