"""Verifying a bundle: from its bytes and a trust file to a verdict.

The checks, in the order in which they run and verdicts list them; each has a
number that stays its own wherever it runs (`provenance.proof.codes`):

     1  format         canonical bytes of the shapes that the format asks for
     2  origin         about the item in hand, from the ledger that is trusted
     3  log-signature  every log key of the trust file signed the checkpoint
     4  quorum         enough of its witnesses cosigned it
    15  book           the rule books that the trust file names are at hand
     8  events         every event shown is of its form
     6  commitment     its last leaf commits to the trails of all items
     7  inclusion      every entry is in the log at its index
     5  freshness      the checkpoint is not too old, and not from the future
     9  trails         each holds what is shown of its item, and every link is
                       where the map says
    16  ledger-rules   nothing is shown that an honest ledger never logs
    10  completeness   the walk through the story finds all it needs, and
                       nothing is there that it does not lead to
    11  signatures     every statement is signed with a key that counted then
    12  roles          every event is one that its signer was entitled to say
    13  demands        an event follows the link that it demanded to follow
    14  recalls        nothing recalls the item, and not all of it was an error

Keys, origin, authorities, witnesses and the clock come from the caller;
nothing in a bundle chooses how it is verified. Up to the trails they prove
what the log holds, and a fault there leaves nothing to go on with; the later
ones note all faults that there are. Events are read before the entries are
proven, for they are what the entries are made of again; and the last entry's
time is worth nothing before it is proven, so that freshness comes later.

In full: `FORMATS.md`, section 14.

Over 500 lines: the checks stand in one place, in the order in which they run.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from provenance.claims.registry import TrustRegistry
from provenance.claims.versions import trust_item
from provenance.encoding.digest import Hash
from provenance.encoding.instant import Instant, to_ms, written
from provenance.errors import (
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
    ProvenanceError,
    QuorumNotMetError,
    VerificationError,
)
from provenance.gs1.label import Said, read_label
from provenance.proof.authority import Entitlement, check_entitlement
from provenance.proof.bundle import Bundle, parse_bundle
from provenance.proof.evidence import (
    Evidence,
    ProvenEvent,
    QuorumTimes,
    books_of_bundle,
    check_anchors,
    check_log,
    check_trails,
    read_statements,
)
from provenance.proof.labelled import check_label
from provenance.proof.opening import clocks_differ, open_trusted
from provenance.proof.report import Report, StoppedError, counted
from provenance.proof.story import (
    check_completeness,
    check_creations,
    check_demands,
    check_making,
    check_recalls,
    check_standing,
    trace_bundle,
)
from provenance.proof.timeline import make_timeline
from provenance.proof.trace import Trace, Why
from provenance.proof.trails import Position, SparseTrail
from provenance.proof.trust import Trust
from provenance.proof.uniqueness import check_ledger_rules
from provenance.proof.verdict import (
    NOT_CHECKED,
    Notice,
    Outcome,
    Summary,
    TimelineEntry,
    Verdict,
    fill_up,
)
from provenance.rules.books import Books
from provenance.rules.times import AHEAD
from provenance.tlog.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    parse_checkpoint,
)
from provenance.tlog.commitment import Commitment
from provenance.tlog.note import parse_note
from provenance.tlog.policy import QuorumMet


@dataclass(frozen=True, slots=True)
class Verified:
    """A bundle that passed every step. Made by `verify_bundle` alone.

    Attributes:
        subject: The item that it is about.
        summary: What it rests on.
        timeline: The item's story, in log order.
        notices: What to show beside it.
        events: The events of that story as far as they are shown, in log
            order.
        head: The last link of the item's trail.
        registry: The actors, after the last entry: all that there is about
            the item itself, if it is one, and about whoever signed the story.
            Of others it knows what the trust file says.
        books: The ledger's rule books.
    """

    subject: str
    summary: Summary
    timeline: tuple[TimelineEntry, ...]
    notices: tuple[Notice, ...]
    events: tuple[ProvenEvent, ...]
    head: Hash
    registry: TrustRegistry
    books: Books


def verify_bundle(
    data: bytes, *, trust: Trust, now: Instant, item: str | None = None
) -> Verified:
    """Return what the bundle *data* proves, if it passes every step.

    Args:
        data: The bundle.
        trust: What the caller believes.
        now: The time: ms since 1970, or a datetime with its zone.
        item: The item in hand, if it is known, however it is written: what
            `provenance.read_item` reads. What it says besides, as a label
            does of lot and expiry date, is held against the record.

    Raises:
        MalformedError: It is not a bundle, or *item* names nothing.
        QuorumNotMetError: Too few witnesses cosigned its checkpoint.
        InvalidSignatureError: The log did not sign it.
        InvalidProofError: Something in it is not what the log holds.
        VerificationError: Another step did not pass: the message starts with
            its code, and says which.
    """
    examination = _Examination(trust, now, item)
    verdict = examination.verdict(data)
    for step in verdict.steps:
        # A step that did not run says nothing; the one that stopped it does.
        if step.outcome is not Outcome.VERIFIED and step.code != NOT_CHECKED:
            error = _ERRORS.get(step.name, VerificationError)
            raise error(f"{step.code}: {step.detail}")
    assert verdict.summary is not None, "it is made before step 9"
    assert examination.evidence is not None, "it is there once step 9 passed"
    assert examination.registry is not None, "it is there once step 12 passed"
    assert examination.books is not None, "they are there once step 5 passed"
    return Verified(
        verdict.subject,
        verdict.summary,
        verdict.timeline,
        verdict.notices,
        examination.events,
        _head_of(examination.evidence.trails[verdict.subject]),
        examination.registry,
        examination.books,
    )


def _head_of(trail: SparseTrail) -> Hash:
    # Its end was looked at, or the story would not be whole.
    return trail.hash_before(trail.count)


def examine_bundle(
    data: bytes, *, trust: Trust, now: Instant, item: str | None = None
) -> Verdict:
    """Return what each step finds in the bundle *data*, whatever its bytes.

    The arguments are those of `verify_bundle`.

    Raises:
        MalformedError: *item* names nothing; a bundle may be anything.
    """
    return _Examination(trust, now, item).verdict(data)


_ERRORS: dict[str, type[ProvenanceError]] = {
    "format": MalformedError,
    "log-signature": InvalidSignatureError,
    "quorum": QuorumNotMetError,
    "commitment": InvalidProofError,
    "inclusion": InvalidProofError,
    "events": InvalidProofError,
    "trails": InvalidProofError,
}
"""Step → what `verify_bundle` raises when it does not pass."""


def check_quorum(
    report: Report, signed: SignedCheckpoint, trust: Trust, *, now: int
) -> QuorumMet | None:
    """Check that enough witnesses cosigned; return by whom, and when.

    None if the quorum is not met.
    """
    policy = trust.policy
    try:
        met = policy.examine(signed, until=now + AHEAD)
    except QuorumNotMetError as error:
        report.found("PRV-0401", str(error))
        return None
    except (MalformedError, InvalidSignatureError) as error:
        report.stop("PRV-0402", str(error))
    if policy.quorum is None:
        detail = "the trust file asks for no cosignatures"
        report.notice("PRV-0403", detail)
        report.passed("PRV-0403", detail)
    else:
        report.passed(
            "PRV-0400",
            f"cosigned by {len(met.counted)} of {len(policy.witnesses)}"
            f" witnesses, enough for {policy.quorum!r}",
        )
    return met


def check_freshness(
    report: Report,
    logged: int,
    met: QuorumMet | None,
    trust: Trust,
    *,
    now: int,
) -> None:
    """Check that the checkpoint is not too old, by whoever can say so.

    Nothing about clocks is a contradiction: who says that it is later than it
    can be has a wrong clock, or the verifier has.

    Args:
        report: Where it is noted.
        logged: The log's time of the last commitment, in ms since 1970.
        met: What `check_quorum` found.
        trust: How old it may be.
        now: The verifier's clock, in ms since 1970.
    """
    time = logged if met is None or met.claimed is None else met.time
    if time is None:
        assert met is not None, "only a quorum's time may be missing"
        assert met.claimed is not None, "it is met by some cosignatures"
        report.found("PRV-0504", clocks_differ(met.claimed, now=now))
        return
    is_by_witnesses = met is not None and met.time is not None
    if not is_by_witnesses and time > now + AHEAD:
        report.found("PRV-0504", clocks_differ(time, now=now))
        return
    if is_by_witnesses and logged > time + trust.clock_bound:
        report.notice(
            "PRV-0506",
            f"the log's last commitment is of {written(logged)}, and a quorum"
            f" of witnesses saw it at {written(time)}",
        )
    age = max(0, now - time) // 1000
    limit = trust.max_age_seconds
    detail = f"the checkpoint is {age} s old"
    if limit is None:
        detail += ", and the trust file sets no limit"
        report.passed("PRV-0503", detail)
    elif age > limit:
        report.found(
            "PRV-0501", f"stale: {detail}, over the {limit} s that are allowed"
        )
    elif trust.quorum is None:
        report.passed(
            "PRV-0505", f"{detail} by the clock of the log's operator"
        )
    else:
        report.passed("PRV-0500", detail)


class _Examination:
    """One run of the steps, and what is known of the bundle so far."""

    def __init__(self, trust: Trust, now: Instant, item: str | None) -> None:
        self.report = Report()
        self.subject = ""
        self.summary: Summary | None = None
        self.timeline: tuple[TimelineEntry, ...] = ()
        self.events: tuple[ProvenEvent, ...] = ()
        self.evidence: Evidence | None = None
        self.registry: TrustRegistry | None = None
        self.books: Books | None = None
        self._trust = trust
        self._now = to_ms(now)
        self._item = item
        self._said: Said = ()
        self._origin = ""

    def verdict(self, data: bytes) -> Verdict:
        """Return what each step finds in *data*."""
        # The report says what stopped it; steps that did not run are UNKNOWN.
        with suppress(StoppedError):
            self.run(data)
        return Verdict(
            subject=self.subject,
            steps=fill_up(self.report.steps),
            notices=self.report.notices,
            summary=self.summary,
            timeline=self.timeline,
        )

    def run(self, data: bytes) -> None:
        """Take every step.

        Raises:
            StoppedError: A step left nothing to go on with.
        """
        # What the checkpoint is worth, and by which rules.
        bundle, claimed = self._read(data)
        self.subject = bundle.subject
        self._check_origin(bundle, claimed)
        signed = self._check_log_signature(bundle)
        met = check_quorum(self.report, signed, self._trust, now=self._now)
        checkpoint = signed.checkpoint
        books = self.books = self._find_books(bundle)

        # What the log holds.
        statements, events = read_statements(
            self.report, bundle, checkpoint.origin, books
        )
        commitment, times, leaves = check_log(
            self.report, bundle, checkpoint, statements
        )
        seen = check_anchors(
            self.report, bundle, checkpoint, leaves, self._trust, now=self._now
        )
        check_freshness(
            self.report, commitment.time, met, self._trust, now=self._now
        )
        self.summary = self._summarise(checkpoint, commitment, met, events)
        trails = check_trails(
            self.report,
            bundle,
            events,
            origin=checkpoint.origin,
            map_root=commitment.map_root,
        )
        times = replace(
            times,
            seen=QuorumTimes(
                is_asked=self._trust.quorum is not None,
                checkpoint=None if met is None else met.time,
                entries=seen,
            ),
            bound=self._trust.clock_bound,
        )
        evidence = Evidence(statements, times, events, trails)
        self.evidence = evidence

        trusted = trust_item(checkpoint.origin)
        check_ledger_rules(
            self.report,
            evidence,
            books=books,
            actors={
                actor.id
                for actor in (*self._trust.authorities, *self._trust.actors)
            },
            trusted=trusted,
        )

        # What it means.
        self._tell_whose_word()
        walk = trace_bundle(bundle, evidence, books, trusted=trusted)
        pinned = {actor.id for actor in self._trust.actors}
        check_completeness(
            self.report,
            bundle,
            walk,
            evidence,
            asked=self._trust.trails,
            pinned=pinned,
            trusted=trusted,
        )
        entitlement = check_entitlement(
            self.report,
            self._trust.registry(),
            evidence,
            books=books,
            pinned=pinned,
            lacking=[
                missing.reason
                for missing in walk.missing
                if missing.why is Why.ACTOR and missing.item not in pinned
            ],
        )
        self.registry = entitlement.registry
        check_demands(self.report, evidence)
        self._tell(bundle, walk, evidence, entitlement, books)

    def _read(self, data: bytes) -> tuple[Bundle, Checkpoint]:
        try:
            bundle = parse_bundle(data)
            claimed = parse_checkpoint(parse_note(bundle.checkpoint).text)
        except MalformedError as error:
            self.report.stop("PRV-0101", str(error))
        self.report.passed(
            "PRV-0100", f"a bundle of {len(data)} bytes in canonical form"
        )
        return bundle, claimed

    def _check_origin(self, bundle: Bundle, claimed: Checkpoint) -> None:
        # An id is compared as it stands first: what the log has is its own.
        if self._item is not None and self._item != bundle.subject:
            item, self._said = read_label(self._item)
            if item != bundle.subject:
                self.report.stop(
                    "PRV-0202",
                    f"the bundle is about {bundle.subject}, not {item}",
                    item,
                )
        if claimed.origin != self._trust.origin:
            self.report.stop(
                "PRV-0201",
                f"the bundle is of the ledger {claimed.origin}, which is"
                f" unknown: the trust file names {self._trust.origin}",
                claimed.origin,
            )
        detail = f"of the ledger {claimed.origin}"
        if self._item is None:
            detail += "; no item was named to compare it with"
            self.report.passed("PRV-0203", detail)
        self._origin = detail
        # What else the label says can be looked at when events are proven.
        if not self._said:
            self._pass_origin()

    def _pass_origin(self) -> None:
        self.report.passed("PRV-0200", self._origin)

    def _check_log_signature(self, bundle: Bundle) -> SignedCheckpoint:
        try:
            signed = open_trusted(bundle.checkpoint, self._trust)
        except (MalformedError, VerificationError) as error:
            self.report.stop("PRV-0301", str(error), self._trust.origin)
        keys = len(self._trust.policy.logs)
        signers = "the key" if keys == 1 else f"all {keys} keys"
        self.report.passed("PRV-0300", f"signed by {signers} of the log")
        return signed

    def _find_books(self, bundle: Bundle) -> Books:
        try:
            books = books_of_bundle(bundle, self._trust)
        except MalformedError as error:
            self.report.stop("PRV-1501", str(error))
        count = counted(len(self._trust.books), "rule book")
        self.report.passed("PRV-1500", f"{count} named, and at hand")
        return books

    def _tell_whose_word(self) -> None:
        assert self.summary is not None, "it was made before"
        if self.summary.completeness == "operator":
            self.report.notice(
                "PRV-1007",
                "nobody but the operator has replayed the ledger's map",
            )
        elif self.summary.completeness == "witnesses":
            self.report.notice(
                "PRV-1008",
                "witnesses saw the ledger's map; none of them has replayed it",
            )

    def _whose_word(self, met: QuorumMet | None) -> str:
        """Return on whose word it rests that the map leaves nothing out."""
        if met is None or not met.counted:
            return "operator"
        is_replayed = not set(self._trust.auditors).isdisjoint(met.witnesses)
        return "auditors" if is_replayed else "witnesses"

    def _summarise(
        self,
        checkpoint: Checkpoint,
        commitment: Commitment,
        met: QuorumMet | None,
        events: dict[Position, ProvenEvent],
    ) -> Summary:
        counted = () if met is None else met.counted
        return Summary(
            origin=checkpoint.origin,
            size=checkpoint.size,
            time=commitment.time,
            witnesses=tuple(cosignature.name for cosignature in counted),
            trusted_witnesses=len(self._trust.policy.witnesses),
            event_count=len(events),
            issuers=tuple(dict.fromkeys(e.issuer for e in events.values())),
            completeness=self._whose_word(met),
        )

    def _tell(
        self,
        bundle: Bundle,
        walk: Trace,
        evidence: Evidence,
        entitlement: Entitlement,
        books: Books,
    ) -> None:
        events = evidence.events
        check_standing(self.report, bundle, walk, evidence)
        check_making(self.report, walk, evidence, bundle.subject)
        check_creations(self.report, walk, events)
        check_recalls(self.report, walk, events, entitlement.roles)
        check_label(self.report, walk, evidence, bundle.subject, self._said)
        self._pass_origin()
        self.timeline = make_timeline(
            walk,
            evidence,
            entitlement,
            late_after=books.assessment.late_after,
        )
        self.events = tuple(
            events[moment.log_index, moment.position]
            for moment in self.timeline
        )
