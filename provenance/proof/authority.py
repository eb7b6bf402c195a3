"""Were they entitled? The registry, replayed over the actors' trails.

The statements of a bundle are gone through in log order. Each was signed by
a key that counted at its index, each event is one that the signer's grants
covered there, and each enrolment, grant or change of keys then takes effect
for the entries after it: the very rules by which the ledger admitted them
(`provenance.claims.registry`), run again by somebody who need not believe it.

In full: `FORMATS.md`, section 14.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from provenance.claims.act import Act
from provenance.claims.actor import is_registry_event
from provenance.claims.permission import HeldGrant
from provenance.claims.registry import Occasion, TrustRegistry
from provenance.claims.statement import Entry
from provenance.encoding.instant import written
from provenance.errors import (
    MalformedError,
    RejectedError,
    RoleNotGrantedError,
    UnknownActorError,
)
from provenance.keys import signature_is_valid
from provenance.proof.evidence import Evidence, LogTimes, ProvenEvent
from provenance.proof.report import Report, counted
from provenance.proof.trails import Position, event_at
from provenance.rules.act import read_act
from provenance.rules.books import Books
from provenance.rules.times import Dates, LogTime


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the replay established.

    Attributes:
        registry: The registry after the last entry.
        acts: What each event does; those that cannot be read are not there.
        roles: In which roles its signer may do so, as far as established.
    """

    registry: TrustRegistry
    acts: Mapping[Position, Act]
    roles: Mapping[Position, tuple[str, ...]]


def check_entitlement(  # noqa: PLR0913  # each by name
    report: Report,
    registry: TrustRegistry,
    evidence: Evidence,
    *,
    books: Books,
    pinned: Collection[str],
    lacking: Sequence[str],
) -> Entitlement:
    """Check every signature and every role, in log order.

    Args:
        report: Where faults are noted.
        registry: The registry as the trust file starts it; it is moved on.
        evidence: What the log holds.
        books: By which each entry is judged.
        pinned: The actors that the trust file pins.
        lacking: What is missing of actors' trails. While anything is, what
            the registry does not know may be in what is missing.
    """
    for reason in lacking:
        report.found("PRV-1103", reason)
    replay = _Replay(
        report, registry, books, evidence.times, pinned, bool(lacking)
    )
    statements = evidence.statements
    by_entry: dict[int, list[ProvenEvent]] = {index: [] for index in statements}
    for at in sorted(evidence.events):
        by_entry[at[0]].append(evidence.events[at])
    for log_index in sorted(statements):
        replay.take(log_index, statements[log_index], by_entry[log_index])
    if not replay.acts:
        report.passed("PRV-1205", "no event is shown that takes a role")
    report.passed("PRV-1100", f"{counted(len(statements), 'signature')} valid")
    report.passed(
        "PRV-1200",
        f"{counted(len(replay.acts), 'event')} signed in granted roles",
    )
    return Entitlement(registry, replay.acts, replay.roles)


@dataclass(slots=True)
class _Replay:
    report: Report
    registry: TrustRegistry
    books: Books
    times: LogTimes
    pinned: Collection[str]
    is_lacking: bool
    acts: dict[Position, Act] = field(default_factory=dict)
    roles: dict[Position, tuple[str, ...]] = field(default_factory=dict)

    def take(
        self, log_index: int, entry: Entry, events: Sequence[ProvenEvent]
    ) -> None:
        """Judge one statement, then let its registry events take effect."""
        is_signed = self._check_signature(log_index, entry)
        changes = []
        for event in events:
            if is_registry_event(event.body):
                changes.append(event)
            else:
                self._check_role(event)
        if is_signed:
            self._change(changes, entry, log_index)

    def _change(
        self, changes: Sequence[ProvenEvent], entry: Entry, log_index: int
    ) -> None:
        subject = f"entry {log_index}"
        occasion = Occasion(
            entry.header.issuer,
            entry.header.key_id,
            log_index,
            self.books.at(log_index),
            self.times.bounds(log_index),
        )
        others = []
        for change in changes:
            if str(change.body.get("actor")) not in self.pinned:
                others.append(change)
                continue
            try:
                undated = self.registry.apply(change, occasion)
            except (MalformedError, RejectedError) as error:
                # The pin prevails: its actor was never enrolled by the log.
                self.report.notice(
                    "PRV-1105", f"{subject} has no effect: {error}", subject
                )
            else:
                self._note_times([change], undated, occasion)
        try:
            undated = self.registry.apply_all(others, occasion)
        except (MalformedError, RejectedError) as error:
            self._note("PRV-1104", "PRV-1103", f"{subject}: {error}", subject)
        else:
            self._note_times(others, undated, occasion)

    def _note_times(
        self,
        changes: Sequence[ProvenEvent],
        undated: Sequence[int],
        occasion: Occasion,
    ) -> None:
        """Note what of *changes* the log's time does not bear out.

        They take effect all the same, as they did in the log.
        """
        issuer, log_index = occasion.issuer, occasion.log_index
        subject = f"entry {log_index}"
        time = self.times.at(log_index)
        for voice in undated:
            self.report.found(
                "PRV-1106",
                f"entry {voice} asks for what several must say, and nothing"
                " shown tells when it was logged",
                f"entry {voice}",
            )
        for change in changes:
            given = self.registry.passed_on(change, issuer, log_index)
            best = max(
                (time.judge(held.grant) for held in given), default=Dates.HOLDS
            )
            if best is Dates.FAILS:
                self.report.found(
                    "PRV-1201",
                    f"{subject}: the grant that {issuer} passes on did not"
                    " hold at that time",
                    subject,
                )
            elif best is Dates.UNCLEAR:
                self._note_dates(time, f"{subject}: {issuer}", subject)

    def _check_signature(self, log_index: int, entry: Entry) -> bool:
        header, subject = entry.header, f"entry {log_index}"
        try:
            key = self.registry.require_key(header.issuer, header.key_id)
        except UnknownActorError as error:
            self._note("PRV-1102", "PRV-1103", f"{subject}: {error}", subject)
            return False
        if signature_is_valid(key.data, entry.signature, entry.header_bytes):
            return True
        self.report.found(
            "PRV-1101",
            f"the signature of {header.issuer} on {subject} is not valid",
            subject,
        )
        return False

    def _check_role(self, event: ProvenEvent) -> None:
        subject = event_at(event.at)
        book = self.books.at(event.at[0])
        try:
            act = read_act(
                event.body, event.items, event.reading, book, event.pointers
            )
        except MalformedError as error:
            self.report.found("PRV-1203", f"{subject}: {error}", subject)
            return
        self.acts[event.at] = act
        time = self.times.at(event.at[0])

        def require(least: Dates) -> Sequence[HeldGrant]:
            return self.registry.require_act(
                event.issuer,
                act,
                book=book,
                holds=lambda grant: time.judge(grant) >= least,
            )

        try:
            self.roles[event.at] = _roles_of(require(Dates.HOLDS))
        except UnknownActorError as error:
            self._note("PRV-1201", "PRV-1204", f"{subject}: {error}", subject)
        except RoleNotGrantedError:
            try:
                require(Dates.UNCLEAR)
            except RoleNotGrantedError as error:
                detail = f"{subject}: {error}"
                self._note("PRV-1201", "PRV-1204", detail, subject)
            else:
                self._note_dates(time, f"{subject}: {event.issuer}", subject)

    def _note_dates(self, time: LogTime, who: str, subject: str) -> None:
        """Note that a grant's dates cannot be held against the log's time."""
        if time.is_ahead:
            assert time.seen is not None, "it is ahead of that"
            self.report.found(
                "PRV-1206",
                f"{who} holds a grant for a time only, and the log's clock ran"
                f" ahead: it said {written(time.earliest)} before a quorum of"
                f" witnesses saw the entry at {written(time.seen)}",
                subject,
            )
        else:
            self.report.found(
                "PRV-1202",
                f"{who} holds a grant for a time only, and when the statement"
                " was logged is not shown closely enough",
                subject,
            )

    def _note(self, fault: str, lack: str, detail: str, subject: str) -> None:
        """Note a fault, or a lack if what is missing could explain it."""
        code = lack if self.is_lacking else fault
        self.report.found(code, detail, subject)


def _roles_of(used: Sequence[HeldGrant]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(held.grant.role for held in used))
