"""Where a bundle is not as it was signed and logged, part by part.

A verdict stops where nothing is left to go on with, and says which step that
was. This looks at every part by itself and names those that do not fit: the
entry, who signed it, the event, the leaf; and with a second copy
(`provenance.proof.copies`) each place where the two read differently.

    entry    leads with its proof to the root that the log signed?  and its
             signature is by the key that it names?
    leaf     leads through its event to what the statement signed?
    trail    its links lead to its head, and that is in the map?

It is told from the bytes alone which part is at fault, so a second copy that
was changed is found out as well. No verdict rests on anything here.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from provenance.claims.event import event_id
from provenance.claims.registry import TrustRegistry
from provenance.claims.statement import Entry, parse_entry
from provenance.claims.trail import Link
from provenance.encoding.difference import Differing, differences
from provenance.encoding.digest import Hash
from provenance.encoding.tree import leaf_hash, root_from_path
from provenance.errors import (
    InvalidProofError,
    MalformedError,
    ProvenanceError,
    QuorumNotMetError,
    UnknownActorError,
    VerificationError,
)
from provenance.keys import signature_is_valid
from provenance.proof.bundle import (
    Bundle,
    LoggedEntry,
    ProvenTrail,
    ShownEvent,
    ShownLeaf,
)
from provenance.proof.copies import (
    BundleCopy,
    Copy,
    issuer_in,
    size_of_note,
)
from provenance.proof.evidence import verify_trail
from provenance.proof.opening import open_trusted
from provenance.proof.readings import entry_reading, leaf_reading
from provenance.proof.salvage import salvage_bundle
from provenance.proof.trust import Trust
from provenance.proof.verdict import Outcome, Step
from provenance.tlog.checkpoint import Checkpoint
from provenance.tlog.commitment import parse_commitment

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
    bundle, losses = salvage_bundle(data)
    faults = [Fault(where, what) for where, what in losses]
    if bundle is not None:
        search = _Search(bundle, trust, copy)
        faults += islice(search.faults(), MAX_FAULTS)
        told = {fault.log_index for fault in faults}
        faults += [
            fault
            for fault in search.blamed(steps)
            if fault.log_index not in told
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
        self._own = BundleCopy(bundle, name="")
        self._registry = trust.registry()
        self._checkpoint: Checkpoint | None = None
        self._statements: dict[int, Entry] = {}

    def faults(self) -> Iterator[Fault]:
        """Yield every fault, in the order of the bundle's parts."""
        yield from self._look_at_checkpoint()
        for logged in (self._bundle.commitment, *self._bundle.times):
            if logged.log_index >= 0:
                yield from self._look_at_entry(logged)
        for logged in self._bundle.statements:
            yield from self._look_at_entry(logged)
        for event in self._bundle.events:
            yield from self._look_at_event(event)
        for trail in self._bundle.items:
            yield from self._look_at_trail(trail)

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

    # The checkpoint.

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

    # Entries.

    def _look_at_entry(self, logged: LoggedEntry) -> Iterator[Fault]:
        index, data = logged.log_index, logged.entry
        with suppress(MalformedError):
            self._statements[index] = parse_entry(data)
        wrong = self._wrong_with(logged)
        other = self._copy.entry(index) if self._copy else None
        if wrong:
            fault = self._fault(f"entry {index}", wrong, index)
            yield from self._compared(
                fault,
                entry_reading(data),
                None if other is None else entry_reading(other),
            )
        elif other is not None and other != data:
            fault = self._fault(
                f"entry {index}",
                f"it is as the log has it, and {self._named} differs",
                index,
            )
            yield from self._compared(
                fault, entry_reading(data), entry_reading(other)
            )

    def _wrong_with(self, logged: LoggedEntry) -> str:
        """Return what is wrong with an entry; "" if nothing is."""
        is_signed = self._is_signed(logged.log_index)
        if self._checkpoint is not None:
            try:
                root = root_from_path(
                    leaf_hash(logged.entry),
                    logged.proof,
                    index=logged.log_index,
                    size=self._checkpoint.size,
                )
            except InvalidProofError as error:
                return f"its proof does not fit its place: {error}"
            if root != self._checkpoint.root:
                return {
                    None: "it does not lead to the root that the log signed",
                    True: "it is as it was signed, but its place or its proof"
                    " in the log was changed",
                    False: "it is neither as it was logged nor as it was"
                    " signed",
                }[is_signed]
        if is_signed is False:
            return "its signature is not by the key that it names"
        return ""

    def _is_signed(self, log_index: int) -> bool | None:
        """Return whether its signature verifies; None if nobody can tell."""
        entry = self._statements.get(log_index)
        if entry is None:
            return None
        key_id = entry.header.key_id
        key = (
            self._registry.public_key(key_id)
            or (self._copy.public_key(key_id) if self._copy else None)
            or self._own.public_key(key_id)
        )
        if key is None:
            return None
        return signature_is_valid(key, entry.signature, entry.header_bytes)

    # Events.

    def _look_at_event(self, event: ShownEvent) -> Iterator[Fault]:
        index, position = event.log_index, event.position
        where = f"event {position} of entry {index}"
        entry = self._statements.get(index)
        if entry is None:
            yield self._fault(where, "its statement is not there", index)
            return
        for shown in event.leaves:
            other = (
                self._copy.leaf(index, position, shown.number)
                if self._copy
                else None
            )
            is_signed = _leads_to(event, shown, entry)
            if is_signed and (other is None or _same(other, shown.leaf)):
                continue
            name = _name_of_leaf(shown.number, event)
            fault = replace(
                self._fault(
                    where,
                    f"{name} is as it was signed, and {self._named} differs"
                    if is_signed
                    else f"{name} is not what its statement signed",
                    index,
                ),
                position=position,
            )
            here = leaf_reading(
                shown.leaf, number=shown.number, item_count=event.item_count
            )
            if other is None:
                yield from self._compared(fault, here, None)
            elif isinstance(other, Hash):
                yield from self._compared(
                    fault, {"(hash)": leaf_hash(shown.leaf)}, {"(hash)": other}
                )
            else:
                there = leaf_reading(
                    other, number=shown.number, item_count=event.item_count
                )
                yield from self._compared(fault, here, there)

    # Trails.

    def _look_at_trail(self, trail: ProvenTrail) -> Iterator[Fault]:
        wrong = self._wrong_with_trail(trail)
        if not wrong:
            return
        fault = Fault(f"the trail of {trail.item}", wrong)
        size = self._checkpoint.size if self._checkpoint else 0
        others = self._copy.trail(trail.item, size) if self._copy else None
        if others is None:
            yield fault
            return
        here = [_link_text(link) for link in trail.links]
        there = [_link_text(link) for link in others]
        if here == there:
            yield replace(
                fault,
                what=f"{wrong}; its links are those of {self._named}, so its"
                " head or its proof was changed",
            )
            return
        known_here, known_there = set(here), set(there)
        for text in here:
            if text not in known_there:
                yield replace(
                    fault, what=f"{wrong}: a link too many", here=text
                )
        for link, text in zip(others, there, strict=True):
            if text not in known_here:
                yield replace(
                    self._fault(fault.where, "", link.log_index),
                    what=f"{wrong}: a link is missing",
                    position=link.position,
                    there=text,
                )

    def _wrong_with_trail(self, trail: ProvenTrail) -> str:
        try:
            root = parse_commitment(self._bundle.commitment.entry).map_root
            verify_trail(trail, root)
        except (VerificationError, MalformedError) as error:
            return str(error)
        return ""

    # Saying so.

    @property
    def _named(self) -> str:
        return self._copy.name if self._copy else ""

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
                    fault, what=f"{fault.what}; {self._named} does not have it"
                )
            yield fault
            return
        found = list(islice(differences(here, there), MAX_FAULTS))
        if not found:
            yield replace(
                fault, what=f"{fault.what}; it reads the same in {self._named}"
            )
        for place in found:
            yield fault.at(place)


def _leads_to(event: ShownEvent, shown: ShownLeaf, entry: Entry) -> bool:
    """Return whether that leaf is one that the statement *entry* signed."""
    try:
        root = root_from_path(
            leaf_hash(shown.leaf),
            shown.proof,
            index=shown.number,
            size=1 + event.item_count + event.concealed_count,
        )
        signed = root_from_path(
            leaf_hash(event_id(event.item_count, event.concealed_count, root)),
            event.proof,
            index=event.position,
            size=entry.header.event_count,
        )
    except InvalidProofError:
        return False
    return signed == entry.header.events_root


def _same(other: bytes | Hash, leaf: bytes) -> bool:
    return other == (leaf_hash(leaf) if isinstance(other, Hash) else leaf)


def _name_of_leaf(number: int, event: ShownEvent) -> str:
    if number == 0:
        return "the body"
    if number <= event.item_count:
        return f"item {number}"
    return f"concealed field {number - event.item_count}"


def _link_text(link: Link) -> str:
    return (
        f"event {link.position} of entry {link.log_index},"
        f" {link.event_id.hex()}"
    )


def _lines(note: str | None) -> object | None:
    return None if note is None else {"lines": note.split("\n")}
