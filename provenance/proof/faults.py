"""Where a bundle is not as it was signed and logged, part by part.

A verdict stops where nothing is left to go on with, and says which step that
was. This looks at every part by itself and names those that do not fit; with
a second copy (`provenance.proof.copies`) also each place where the two read
differently.

    statement   made again from what is shown, is it what the key signed that
                it names?
    trail       its links fit its ranges?  all of them are in the map?

What a bundle derives cannot be told apart: a statement that was not signed
like this has a changed event, time or signature, and only the second copy
shows which. A second copy that was changed is found out in the same way. No
verdict rests on anything here.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from provenance.claims.registry import TrustRegistry
from provenance.claims.statement import parse_entry
from provenance.claims.trail import Link, map_key
from provenance.encoding.difference import Differing, differences
from provenance.encoding.digest import Hash
from provenance.encoding.multiproof import root_from
from provenance.encoding.tree import leaf_hash
from provenance.errors import (
    InvalidProofError,
    MalformedError,
    ProvenanceError,
    QuorumNotMetError,
    UnknownActorError,
)
from provenance.keys import signature_is_valid
from provenance.proof.bundle import (
    Bundle,
    ProvenTrail,
    ShownEvent,
    ShownStatement,
    parse_bundle,
)
from provenance.proof.copies import (
    BundleCopy,
    Copy,
    issuer_in,
    size_of_note,
)
from provenance.proof.evidence import (
    books_of_bundle,
    leaves_of,
    links_of,
    verify_trail,
)
from provenance.proof.opening import open_trusted
from provenance.proof.readings import entry_reading, leaf_reading
from provenance.proof.trails import Position, event_at
from provenance.proof.trust import Trust
from provenance.proof.verdict import Outcome, Step
from provenance.tlog.checkpoint import Checkpoint
from provenance.tlog.patricia import root_from_many

MAX_FAULTS = 100
"""How many faults of one bundle are told."""

_PLACE = re.compile(r"(?:event ([0-9]{1,10}) of )?entry ([0-9]{1,16})")
"""How a step says which event or entry it is about."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One part that is not as it must be, or reads differently elsewhere.

    Attributes:
        where: The part: "entry 17", "event 3 of entry 17", a trail.
        what: What is wrong with it.
        log_index: The entry it belongs to; None if to none.
        position: The event's number in that entry; None if to none.
        issuer: Who signed that entry, as it says itself; "" if nobody.
        issuer_name: What that actor is called, if it is known.
        pointer: Which field differs: a JSON Pointer into the event, or into
            the entry's header; "" for the whole part.
        here: What stands there, as text; None if nothing.
        there: What the second copy has there; None if nothing, or if there
            is no second copy.
    """

    where: str
    what: str
    log_index: int | None = None
    position: int | None = None
    issuer: str = ""
    issuer_name: str = ""
    pointer: str = ""
    here: str | None = None
    there: str | None = None

    def at(self, place: Differing) -> "Fault":
        """Return the same of *place* alone, with what each copy has there."""
        return replace(
            self, pointer=place.pointer, here=place.here, there=place.there
        )

    def to_json(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "where": self.where,
            "what": self.what,
            "entry": self.log_index,
            "event": self.position,
            "issuer": self.issuer,
            "issuer_name": self.issuer_name,
            "pointer": self.pointer,
            "here": self.here,
            "there": self.there,
        }


def find_faults(
    data: bytes,
    *,
    trust: Trust,
    copy: Copy | None = None,
    steps: Sequence[Step] = (),
) -> tuple[Fault, ...]:
    """Return what is wrong with the bundle *data*, part by part.

    Of a bundle whose every part is as it was signed and logged, and the same
    in *copy*, that is nothing; at most `MAX_FAULTS`.

    Args:
        data: The bundle, however broken.
        trust: Whose keys the log has.
        copy: Where the same can be looked up.
        steps: What the examination found. Of a step that failed for an entry
            in which nothing was changed, such as one by a revoked key, it is
            told who signed it.
    """
    try:
        bundle = parse_bundle(data)
    except MalformedError as error:
        # What stands before the fault was read, what follows cannot be.
        return (Fault("bundle", str(error)),)
    search = _Search(bundle, trust, copy)
    faults = list(islice(search.faults(), MAX_FAULTS))
    told = {fault.log_index for fault in faults}
    faults += [
        fault for fault in search.blamed(steps) if fault.log_index not in told
    ]
    return tuple(faults[:MAX_FAULTS])


def entry_faults(log_index: int, entry: bytes, copy: Copy) -> tuple[Fault, ...]:
    """Return where *entry* differs from the one that *copy* has there."""
    other = copy.entry(log_index)
    if other is None:
        return ()
    issuer = issuer_in(entry) or issuer_in(other)
    fault = Fault(
        f"entry {log_index}",
        f"it reads differently in {copy.name}",
        log_index,
        issuer=issuer,
        issuer_name=copy.actor_name(issuer),
    )
    places = differences(entry_reading(entry), entry_reading(other))
    return tuple(fault.at(place) for place in places)


def name_of(actor: str, registry: TrustRegistry, *copies: Copy | None) -> str:
    """Return what *actor* is called, by whoever knows it first; or ""."""
    with suppress(UnknownActorError):
        return registry.actor(actor).name
    for copy in copies:
        if copy is not None and (name := copy.actor_name(actor)):
            return name
    return ""


class _Search:
    def __init__(self, bundle: Bundle, trust: Trust, copy: Copy | None) -> None:
        self._bundle = bundle
        self._trust = trust
        self._copy = copy
        self._own = BundleCopy(
            bundle, name="", books=books_of_bundle(bundle, trust)
        )
        self._registry = trust.registry()
        self._checkpoint: Checkpoint | None = None

    def faults(self) -> Iterator[Fault]:
        """Yield every fault, in the order of the bundle's parts."""
        yield from self._look_at_checkpoint()
        is_logged = self._is_logged()
        found = False
        for shown in self._bundle.statements:
            for fault in self._look_at_statement(shown, is_logged=is_logged):
                found = True
                yield fault
        # Whatever was changed of an event changes its trails as well, and the
        # root of the log: then both say nothing more.
        if found:
            return
        if not is_logged:
            others = list(self._look_at_others())
            yield from others or [
                Fault(
                    "entries",
                    "they do not lead to the root that the log signed, and"
                    " each statement is as it was signed: a place in the log,"
                    " a commitment or a proof was changed",
                )
            ]
        yield from self._look_at_trails()

    def blamed(self, steps: Sequence[Step]) -> Iterator[Fault]:
        """Yield the entry, and its signer, of each step that failed."""
        for step in steps:
            place = _PLACE.search(f"{step.subject} {step.detail}")
            if step.outcome is not Outcome.FAILED or place is None:
                continue
            position, index = place.groups()
            yield replace(
                self._fault(place[0], step.detail, int(index)),
                position=None if position is None else int(position),
            )

    # The checkpoint and the log.

    def _look_at_checkpoint(self) -> Iterator[Fault]:
        note = self._bundle.checkpoint
        other = (
            self._copy.checkpoint(size_of_note(note)) if self._copy else None
        )
        try:
            signed = open_trusted(note, self._trust)
            self._checkpoint = signed.checkpoint
            with suppress(QuorumNotMetError):
                self._trust.policy.check(signed)
        except ProvenanceError as error:
            fault = Fault("checkpoint", str(error))
            yield from self._compared(fault, _lines(note), _lines(other))
        if self._checkpoint is None and other is not None:
            # The rest is held against what the log did sign.
            with suppress(ProvenanceError):
                self._checkpoint = open_trusted(other, self._trust).checkpoint

    def _is_logged(self) -> bool:
        """Return whether the entries lead to the root that the log signed."""
        checkpoint = self._checkpoint
        if checkpoint is None:
            return False
        known = []
        indexes = [shown.log_index for shown in self._bundle.statements]
        indexes += [row.log_index for row in self._bundle.commitments]
        indexes += [logged.log_index for logged in self._bundle.entries]
        for index in sorted([*indexes, checkpoint.size - 1]):
            entry = self._own.entry(index)
            if entry is None:
                return False
            known.append((index, leaf_hash(entry)))
        try:
            root = root_from(checkpoint.size, known, self._bundle.log_hashes)
        except InvalidProofError:
            return False
        return root == checkpoint.root

    # Statements.

    def _look_at_statement(
        self, shown: ShownStatement, *, is_logged: bool
    ) -> Iterator[Fault]:
        index = shown.log_index
        for event in shown.events:
            at = (index, event.position)
            if at in self._own.errors:
                fault = self._of_event(at, self._own.errors[at])
                places = self._places(at, event)
                yield from map(fault.at, places) if places else [fault]
        entry = self._own.entry(index)
        if entry is None:
            return
        is_signed = self._is_signed(entry)
        other = self._copy.entry(index) if self._copy else None
        if is_signed is False and is_logged:
            what = "its signature is not by the key that it names"
        elif is_signed is False:
            what = "what is shown of it is not what was signed"
        elif other is None or other == entry:
            return
        elif is_signed:
            what = f"it is as it was signed, and {self._called} differs"
        else:
            what = f"it reads differently in {self._called}"
        yield from self._compared_statement(shown, what, entry, other)

    def _is_signed(self, data: bytes) -> bool | None:
        """Return whether its signature verifies; None if nobody can tell."""
        entry = parse_entry(data)
        key_id = entry.header.key_id
        key = (
            self._registry.public_key(key_id)
            or (self._copy.public_key(key_id) if self._copy else None)
            or self._own.public_key(key_id)
        )
        if key is None:
            return None
        return signature_is_valid(key, entry.signature, entry.header_bytes)

    def _compared_statement(
        self,
        shown: ShownStatement,
        what: str,
        entry: bytes,
        other: bytes | None,
    ) -> Iterator[Fault]:
        """Yield a fault for each place where the copy has another reading."""
        found = False
        for event in shown.events:
            at = (shown.log_index, event.position)
            for place in self._places(at, event):
                found = True
                yield self._of_event(at, what).at(place)
        here = dict(entry_reading(entry))
        there = None if other is None else dict(entry_reading(other))
        if found:
            # The root differs because the events do.
            here.pop("events_root", None)
            if there is not None:
                there.pop("events_root", None)
            if there is None or here == there:
                return
        fault = self._fault(f"entry {shown.log_index}", what, shown.log_index)
        yield from self._compared(fault, here, there)

    def _places(self, at: Position, event: ShownEvent) -> list[Differing]:
        """Return where the copy has something else of an event."""
        header = self._copy.header(*at) if self._copy else None
        if self._copy is None or header is None:
            return []
        counts, pointers = event.counts, event.pointers
        found = list(
            differences(
                {"(counts)": counts, "(pointers)": pointers},
                {"(counts)": header[0], "(pointers)": header[1]},
            )
        )
        for number, leaf in leaves_of(event):
            other = self._copy.leaf(*at, number)
            if isinstance(other, Hash):
                here: object = {"(hash)": leaf_hash(leaf)}
                there: object = {"(hash)": other}
            elif other is None or other == leaf:
                continue
            else:
                here = leaf_reading(
                    leaf, number=number, counts=counts, pointers=pointers
                )
                there = leaf_reading(
                    other, number=number, counts=header[0], pointers=header[1]
                )
            found += islice(differences(here, there), MAX_FAULTS)
        return found

    # Other entries, and trails.

    def _look_at_others(self) -> Iterator[Fault]:
        """Yield where the copy has another commitment, or another entry."""
        if self._copy is None:
            return
        indexes = [row.log_index for row in self._bundle.commitments]
        indexes += [logged.log_index for logged in self._bundle.entries]
        indexes.append(size_of_note(self._bundle.checkpoint) - 1)
        for index in indexes:
            here, there = self._own.entry(index), self._copy.entry(index)
            if here is not None and there is not None and here != there:
                yield from entry_faults(index, here, self._copy)

    def _look_at_trails(self) -> Iterator[Fault]:
        links = links_of(self._bundle, self._own.events, self._trust.origin)
        held: dict[bytes, bytes] = {}
        found = False
        for shown in self._bundle.trails:
            wrong = ""
            try:
                _, value = verify_trail(shown, links[shown.item])
            except (InvalidProofError, MalformedError) as error:
                wrong, value = str(error), None
            if value is not None:
                held[map_key(shown.item)] = value
            for fault in self._look_at_trail(shown, links[shown.item], wrong):
                found = True
                yield fault
        try:
            root = root_from_many(
                held,
                [map_key(trail.item) for trail in self._bundle.trails],
                self._bundle.map_proof,
            )
        except InvalidProofError as error:
            what = f"the proof in the ledger's map: {error}"
        else:
            if root == self._bundle.committed.map_root:
                return
            what = "they do not lead to the root of the ledger's map"
        if not found:
            yield Fault("trails", what)

    def _look_at_trail(
        self, shown: ProvenTrail, links: Sequence[Link], wrong: str
    ) -> Iterator[Fault]:
        where = f"the trail of {shown.item}"
        size = self._checkpoint.size if self._checkpoint else 0
        others = self._copy.trail(shown.item, size) if self._copy else None
        here = {link.place: _link_text(link) for link in (*links, *shown.rows)}
        if others is None:
            if wrong:
                yield Fault(where, wrong)
            return
        there = {link.place: _link_text(link) for link in others}
        is_whole = len(here) == shown.count
        for place in sorted({*here, *there}):
            if here.get(place) == there.get(place):
                continue
            if place not in here and not is_whole and shown.count == len(there):
                # It shows some of its links alone, and says so.
                continue
            yield replace(
                self._fault(where, "", place[0]),
                what=wrong or f"{self._called} has another link there",
                position=place[1],
                here=here.get(place),
                there=there.get(place),
            )

    # Saying so.

    @property
    def _called(self) -> str:
        return self._copy.name if self._copy else ""

    def _of_event(self, at: Position, what: str) -> Fault:
        where = event_at(at)
        return replace(self._fault(where, what, at[0]), position=at[1])

    def _fault(self, where: str, what: str, log_index: int) -> Fault:
        entry = self._own.entry(log_index)
        issuer = issuer_in(entry) if entry is not None else ""
        if not issuer and self._copy is not None:
            other = self._copy.entry(log_index)
            issuer = issuer_in(other) if other is not None else ""
        return Fault(
            where,
            what,
            log_index,
            issuer=issuer,
            issuer_name=name_of(issuer, self._registry, self._copy, self._own)
            if issuer
            else "",
        )

    def _compared(
        self, fault: Fault, here: object, there: object | None
    ) -> Iterator[Fault]:
        """Yield *fault* for each place where the two copies differ."""
        if there is None:
            if self._copy is not None:
                fault = replace(
                    fault, what=f"{fault.what}; {self._called} does not have it"
                )
            yield fault
            return
        found = list(islice(differences(here, there), MAX_FAULTS))
        if not found:
            yield replace(
                fault, what=f"{fault.what}; it reads the same in {self._called}"
            )
        for place in found:
            yield fault.at(place)


def _link_text(link: Link) -> str:
    return (
        f"event {link.position} of entry {link.log_index},"
        f" {link.event_id.hex()}, time {link.time}, kinds {link.kinds},"
        f" leaves {list(link.leaves)}"
    )


def _lines(note: str | None) -> object | None:
    return None if note is None else {"lines": note.split("\n")}
