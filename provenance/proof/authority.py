"""Were they entitled? The registry, replayed over the actors' trails.

The statements of a bundle are gone through in log order. Each was signed by
a key that counted at its index, each event is one that the signer's grants
covered there, and each enrolment, grant or change of keys then takes effect
for the entries after it: the very rules by which the ledger admitted them
(`provenance.claims.registry`), run again by somebody who need not believe it.

In full: `FORMATS.md`, section 14.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from provenance.claims.act import Act
from provenance.claims.actor import Grant, is_registry_event
from provenance.claims.permission import HeldGrant
from provenance.claims.registry import Occasion, TrustRegistry
from provenance.claims.statement import Entry
from provenance.errors import (
    MalformedError,
    RejectedError,
    RoleNotGrantedError,
    UnknownActorError,
)
from provenance.keys import signature_is_valid
from provenance.proof.evidence import Evidence, LogTimes, ProvenEvent
from provenance.proof.report import Report, counted
from provenance.proof.trails import Position
from provenance.rules.act import read_act
from provenance.rules.books import Books


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
        others = []
        occasion = Occasion(
            entry.header.issuer,
            entry.header.key_id,
            log_index,
            self.books.at(log_index),
            self.times.bounds(log_index),
        )
        for change in changes:
            if str(change.body.get("actor")) not in self.pinned:
                others.append(change)
                continue
            try:
                self.registry.apply(change, occasion)
            except (MalformedError, RejectedError) as error:
                # The pin prevails: its actor was never enrolled by the log.
                self.report.notice(
                    "PRV-1105", f"{subject} has no effect: {error}", subject
                )
        try:
            self.registry.apply_all(others, occasion)
        except (MalformedError, RejectedError) as error:
            self._note("PRV-1104", "PRV-1103", f"{subject}: {error}", subject)

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
        subject = f"event {event.at[1]} of entry {event.at[0]}"
        book = self.books.at(event.at[0])
        try:
            act = read_act(event.body, event.items, event.reading, book)
        except MalformedError as error:
            self.report.found("PRV-1203", f"{subject}: {error}", subject)
            return
        self.acts[event.at] = act
        earliest, latest = self.times.bounds(event.at[0])

        def holds(grant: Grant) -> bool:
            return grant.covers(earliest, latest)

        def may_hold(grant: Grant) -> bool:
            return grant.overlaps(earliest, latest)

        try:
            used = self.registry.require_act(
                event.issuer, act, book=book, holds=holds
            )
        except UnknownActorError as error:
            self._note("PRV-1201", "PRV-1204", f"{subject}: {error}", subject)
            return
        except RoleNotGrantedError:
            self._check_again(event, act, may_hold, subject)
            return
        self.roles[event.at] = _roles_of(used)

    def _check_again(
        self,
        event: ProvenEvent,
        act: Act,
        may_hold: Callable[[Grant], bool],
        subject: str,
    ) -> None:
        """Tell a grant whose dates may fit from none at all."""
        try:
            self.registry.require_act(
                event.issuer,
                act,
                book=self.books.at(event.at[0]),
                holds=may_hold,
            )
        except RoleNotGrantedError as error:
            self._note("PRV-1201", "PRV-1204", f"{subject}: {error}", subject)
            return
        self.report.found(
            "PRV-1202",
            f"{subject}: {event.issuer} holds a grant for a time only, and"
            " when the statement was logged is not shown",
            subject,
        )

    def _note(self, fault: str, lack: str, detail: str, subject: str) -> None:
        """Note a fault, or a lack if what is missing could explain it."""
        code = lack if self.is_lacking else fault
        self.report.found(code, detail, subject)


def _roles_of(used: Sequence[HeldGrant]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(held.grant.role for held in used))
