"""The trust registry: who may say what, at each index of the log.

It is a state machine over the registry events in log order. The ledger runs
it to admit; a verifier runs it again over the actors' trails in a bundle. An
event takes effect for every entry *after* the one that it stands in, so that
validity hangs on the log index alone, and limits in time on the log's time:
never on the clock of whoever signed.

It starts from the *authorities* that the trust file names. Of these a
*threshold* must say the same thing for it to take effect; each says it in an
event of its own with an equal body, and a voice lapses with its key, or after
the time that the evidence book gives it. An actor may rotate, add and revoke
its own keys; a grant that says so may be passed on within its limits.

What a statement changes counts for later entries: whoever signs it has the
rights that it had before, and no event is heard twice, whoever says it.

In full: `FORMATS.md`, section 10.

Over 500 lines: one state machine; a rule of it in another file would be
overlooked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from provenance.claims.act import Act
from provenance.claims.actor import (
    ENROLLED,
    GRANT_REVOKED,
    GRANTED,
    KEY_ADDED,
    KEY_REVOKED,
    KEY_ROTATED,
    Grant,
    check_registry_body,
    name_key,
    possession_message,
    read_grant,
)
from provenance.claims.event import Item
from provenance.claims.permission import HeldGrant, Roles, grant_for
from provenance.encoding.canonical import Value, encode
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.nearest import suggestion
from provenance.errors import (
    InvalidSignatureError,
    MalformedError,
    ProvenanceError,
    RejectedError,
    RoleNotGrantedError,
    UnknownActorError,
)
from provenance.keys import Verifier


class GrantBounds(Protocol):
    """The one bound of an evidence book that the registry asks for."""

    @property
    def voice(self) -> int:
        """How long an authority's voice waits for the others, in ms."""


class Book(Protocol):
    """What the registry reads of the evidence book in force."""

    @property
    def roles(self) -> Roles:
        """What each role may do."""

    @property
    def bounds(self) -> GrantBounds:
        """Its numbers."""


class RegistryEvent(Protocol):
    """What the registry reads of an event: an `Event`, or one in a bundle."""

    @property
    def id(self) -> Hash:
        """The event id."""

    @property
    def body(self) -> Mapping[str, Value]:
        """What everybody may see."""

    @property
    def items(self) -> Sequence[Item]:
        """The items it names; in a registry event the actor."""


@dataclass(frozen=True, slots=True)
class ActorKey:
    """A public key of an actor, and the log indexes between which it counts.

    Attributes:
        data: The public key, 32 bytes.
        added: The index of the entry that gave it; -1 for the trust file.
        revoked: The index of the entry that took it; None while it counts.
        reason: Why it was revoked; empty while it counts.
    """

    data: bytes
    added: int
    revoked: int | None = None
    reason: str = ""


@dataclass(slots=True)
class Actor:
    """An actor as the registry knows it now.

    Attributes:
        id: Its id.
        name: What people call it, as whoever enrolled it says.
        is_authority: Whether it may enrol and grant.
        enrolled_by: Who signed its enrolment, of several authorities the one
            that completed it; empty for the trust file.
        keys: Its keys by their ids, whether they count or not.
        grants: Its grants by their ids, whether they hold or not.
    """

    id: str
    name: str
    is_authority: bool = False
    enrolled_by: str = ""
    keys: dict[Hash, ActorKey] = field(default_factory=dict)
    grants: dict[Hash, HeldGrant] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Authority:
    """An actor that the trust file itself vouches for.

    Attributes:
        id: The actor's id.
        name: What people call it.
        keys: Its public keys at the beginning, 32 bytes each.
        grants: What it may do besides enrolling and granting.
        is_pinned: True for an actor that may neither enrol nor grant.
    """

    id: str
    name: str
    keys: tuple[bytes, ...]
    grants: tuple[Grant, ...] = ()
    is_pinned: bool = False


def _always(given: Grant) -> bool:
    """Return True: the dates of a grant do not matter."""
    del given
    return True


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who says something to the registry, where and when, and by which book.

    Attributes:
        issuer: The actor that signed the statement; its signature was checked.
        key_id: The key that it signed with.
        log_index: The index of the statement's entry.
        book: The evidence book in force there.
        when: The earliest and the latest time at which it was logged, in ms;
            an earliest of 0 says that nothing shows it.
        holds: Whether the dates of a grant that is passed on admit the time
            of the entry. What was admitted once needs no such look.
    """

    issuer: str
    key_id: Hash
    log_index: int
    book: Book
    when: tuple[int, int]
    holds: Callable[[Grant], bool] = _always


class _Voice(NamedTuple):
    """That an authority has said something that others must say as well."""

    key_id: Hash
    log_index: int
    earliest: int


@dataclass(frozen=True, slots=True)
class _Before:
    """What `apply_all` puts back when one of its events is refused."""

    actors: Mapping[str, Actor | None]
    said: dict[Hash, dict[str, _Voice]]
    owners: set[Hash]
    heard: set[Hash]
    subjects: set[str]


class TrustRegistry:
    """The actors, keys and grants at one point of a log.

    Attributes:
        version: Grows with every change, for whoever caches answers.
    """

    def __init__(
        self,
        authorities: Iterable[Authority],
        *,
        threshold: int,
        origin: str,
    ) -> None:
        self._actors: dict[str, Actor] = {}
        self._threshold = threshold
        self._origin = origin
        self._said: dict[Hash, dict[str, _Voice]] = {}
        self._owners: dict[Hash, str] = {}
        self._given: list[bytes] = []
        self._heard: set[Hash] = set()
        self._subjects: set[str] = set()
        self._names: dict[str, str] = {}
        self._live: dict[str, list[HeldGrant]] = {}
        self._live_version = 0
        self.version = 0
        for authority in authorities:
            self._found(authority)

    def actors(self) -> list[Actor]:
        """Return every actor, in order of enrolment."""
        return list(self._actors.values())

    def actor(self, actor_id: str) -> Actor:
        """Return that actor.

        Raises:
            UnknownActorError: None with that id is enrolled.
        """
        try:
            return self._actors[actor_id]
        except KeyError:
            raise UnknownActorError(
                f"no actor {actor_id!r} is enrolled"
            ) from None

    def knows(self, actor_id: str) -> bool:
        """Return whether that actor is enrolled."""
        return actor_id in self._actors

    def is_subject(self, item: str) -> bool:
        """Return whether *item* is an actor, or was spoken of as of one.

        Its trail is that of an actor, even where too few authorities have
        said so far that it is enrolled.
        """
        return item in self._actors or item in self._subjects

    def holder_of_name(self, name: str) -> str | None:
        """Return the first actor that people know by that name, or None."""
        return self._names.get(name_key(name))

    @property
    def is_shared(self) -> bool:
        """Whether it takes more than one authority to change something."""
        return self._threshold > 1

    def named_by(self, actor_id: str) -> str:
        """Return on whose word alone that actor has its name.

        The actor that enrolled it if that is no authority; else, and of an
        actor that is not known, empty.
        """
        actor = self._actors.get(actor_id)
        signer = self._actors.get(actor.enrolled_by) if actor else None
        return "" if signer is None or signer.is_authority else signer.id

    def sponsor(self, actor_id: str) -> str:
        """Return whom the authorities enrolled so that *actor_id* could be.

        It is that actor itself if an authority or the trust file named it, or
        if it is not known; else whoever enrolled the one who enrolled it, and
        so on.
        """
        while by := self.named_by(actor_id):
            actor_id = by
        return actor_id

    def owner(self, key_id: Hash) -> str | None:
        """Return the actor whose key that is, or was; None for nobody's."""
        return self._owners.get(key_id)

    def public_key(self, key_id: bytes) -> bytes | None:
        """Return the public key with that id, valid or revoked, or None."""
        owner = self._owners.get(key_id)  # type: ignore[call-overload]  # a Hash is bytes and hashes alike
        return None if owner is None else self._actors[owner].keys[key_id].data  # type: ignore[index]  # the same

    def public_keys(self, start: int = 0) -> list[bytes]:
        """Return every public key there ever was, from the *start*th on.

        In the order in which they were given, so that who knows some can ask
        for the rest. Whether a key counts is for `require_key` to say.
        """
        return self._given[start:]

    def require_key(self, issuer: str, key_id: Hash) -> ActorKey:
        """Return *issuer*'s key with that id, if it counts now.

        Raises:
            UnknownActorError: No such actor, not its key, or revoked.
        """
        key = self.actor(issuer).keys.get(key_id)
        if key is None:
            raise UnknownActorError(
                f"key {key_id.hex()[:16]} is not one of {issuer!r}"
            ).under("permission.signer")
        if key.revoked is not None:
            raise UnknownActorError(
                f"key {key_id.hex()[:16]} of {issuer!r} was revoked by entry"
                f" {key.revoked}: {key.reason}"
            ).under("permission.signer")
        return key

    def require_act(
        self,
        issuer: str,
        act: Act,
        *,
        book: Book,
        holds: Callable[[Grant], bool],
    ) -> tuple[HeldGrant, ...]:
        """Return the grants that let *issuer* do *act*, one for each need.

        Args:
            issuer: Who signed.
            act: What the event does.
            book: The evidence book in force.
            holds: Whether a grant's dates admit the time of the entry.

        Raises:
            UnknownActorError: No such actor.
            RoleNotGrantedError: No grant meets one of the needs.
        """
        live = self.live_grants(issuer)
        return tuple(
            grant_for(
                need, act, live, roles=book.roles, holds=holds, actor=issuer
            )
            for need in act.needs
        )

    def live_grants(self, actor_id: str) -> Sequence[HeldGrant]:
        """Return the grants of that actor that nobody has ended.

        In the order of the log, whatever their dates.

        Raises:
            UnknownActorError: No such actor.
        """
        if self._live_version != self.version:
            self._live.clear()
            self._live_version = self.version
        found = self._live.get(actor_id)
        if found is None:
            found = [
                held
                for held in self.actor(actor_id).grants.values()
                if self._holds_before(held, _NEVER)
            ]
            self._live[actor_id] = found
        return found

    def apply(
        self, event: RegistryEvent, occasion: Occasion
    ) -> tuple[int, ...]:
        """Let a registry event take effect.

        A body that too few authorities have said so far is remembered.

        Args:
            event: The event.
            occasion: Who says it, where and when.

        Returns:
            The log indexes of the voices that were counted although nothing
            shows when they were given.

        Raises:
            MalformedError: It is no well-formed registry event.
            RejectedError: The issuer may not say this, it was said before, or
                it contradicts what the registry holds; nothing was changed.
        """
        body = event.body
        check_registry_body(body, event.items)
        kind, subject = str(body["type"]), str(body["actor"])
        signer = self.actor(occasion.issuer)
        # Said again, it would change hands, come back after it was ended, or
        # stand under itself.
        if event.id in self._heard:
            raise RejectedError(
                f"the registry was told the event {event.id.hex()[:16]}"
                " before, and hears each once: say it anew, in an event with"
                " salts of its own"
            ).under("identity.grant")
        _CHECKS[kind](self, event, subject, occasion)
        parent: Hash | None = None
        undated: tuple[int, ...] = ()
        is_agreed = True
        if not (kind in _OWN and signer.id == subject):
            parent = self._delegation(event, signer, subject, occasion)
            if parent is None:
                is_agreed, undated = self._agreed(event, signer, occasion)
        self._heard.add(event.id)
        self._subjects.add(subject)
        if not is_agreed:
            return ()
        _EFFECTS[kind](self, event, occasion, parent)
        self.version += 1
        return undated

    def apply_all(
        self, events: Sequence[RegistryEvent], occasion: Occasion
    ) -> tuple[int, ...]:
        """Let a statement's registry events take effect, all or none.

        Arguments and result are those of `apply`.

        Raises:
            MalformedError: One of them is no well-formed registry event.
            RejectedError: One of them is not the issuer's to say; nothing was
                changed.
        """
        before = self._copy_of(events)
        undated: list[int] = []
        try:
            for event in events:
                undated += self.apply(event, occasion)
        except ProvenanceError:
            self._restore(before, events)
            raise
        return tuple(undated)

    def _copy_of(self, events: Sequence[RegistryEvent]) -> _Before:
        subjects = {str(event.body.get("actor")) for event in events}
        return _Before(
            actors={
                subject: replace(
                    actor, keys=dict(actor.keys), grants=dict(actor.grants)
                )
                if (actor := self._actors.get(subject)) is not None
                else None
                for subject in subjects
            },
            said={said: dict(voices) for said, voices in self._said.items()},
            owners={
                key_id
                for subject in subjects
                if subject in self._actors
                for key_id in self._actors[subject].keys
            },
            heard={event.id for event in events} & self._heard,
            subjects=subjects & self._subjects,
        )

    def _restore(
        self, before: _Before, events: Sequence[RegistryEvent]
    ) -> None:
        self._heard -= {event.id for event in events} - before.heard
        self._subjects -= before.actors.keys() - before.subjects
        for subject, actor in before.actors.items():
            now = self._actors.get(subject)
            for key_id in set(now.keys if now else ()) - before.owners:
                del self._owners[key_id]
            if actor is None:
                gone = self._actors.pop(subject, None)
                if gone and self._names.get(name_key(gone.name)) == subject:
                    del self._names[name_key(gone.name)]
            else:
                self._actors[subject] = actor
        self._said = before.said
        self.version += 1

    def passed_on(
        self, event: RegistryEvent, issuer: str, log_index: int
    ) -> list[HeldGrant]:
        """Return the grants by which *issuer* may enrol or grant like this.

        One of which the dates hold is enough. None for an authority, which
        needs no grant, and for events of other kinds.

        Args:
            event: A registry event.
            issuer: Who signs it.
            log_index: The entry that it stands in.

        Raises:
            UnknownActorError: No such actor.
        """
        signer = self.actor(issuer)
        kind = event.body["type"]
        if signer.is_authority or kind not in _PASSED_ON:
            return []
        able = [
            held
            for held in signer.grants.values()
            if held.grant.may_grant and self._holds_before(held, log_index)
        ]
        if kind == GRANTED:
            wanted = read_grant(event.body)
            # Chosen without a look at its dates: whoever replays the log does
            # not know them to the minute, and must find the same parent.
            able = [held for held in able if held.grant.contains(wanted)][:1]
        return able

    # The rules for signing a registry event.

    def _delegation(
        self,
        event: RegistryEvent,
        signer: Actor,
        subject: str,
        occasion: Occasion,
    ) -> Hash | None:
        """Return the grant that lets a plain actor say this.

        None means that it takes the authorities, of which *signer* is one.
        """
        if signer.is_authority:
            return None
        body = event.body
        kind = str(body["type"])
        passed_on = self.passed_on(event, signer.id, occasion.log_index)
        if any(occasion.holds(held.grant) for held in passed_on):
            return passed_on[0].id
        if kind == GRANT_REVOKED:
            held_by = self._actors[subject].grants[Hash(_bytes(body["grant"]))]
            if held_by.granted_by == signer.id:
                return held_by.id
        raise RoleNotGrantedError(
            f"{signer.id!r} is no authority and has no grant to pass on that"
            f" lets it sign this {kind} for {subject!r}"
        ).under("permission.registry")

    def _agreed(
        self, event: RegistryEvent, signer: Actor, occasion: Occasion
    ) -> tuple[bool, tuple[int, ...]]:
        """Note that *signer* says this.

        Returns:
            Whether enough have said it now; and the log indexes of those who
            were counted although nothing shows when they said it.
        """
        said = sha256(encode(dict(event.body)))
        voices = {
            actor: voice
            for actor, voice in self._said.get(said, {}).items()
            if self._still_counts(actor, voice, occasion)
        }
        if signer.id in voices:
            raise RejectedError(
                f"{signer.id!r} has said this already; {self._threshold} of"
                " the authorities must, each once"
            ).under("identity.voice")
        undated = tuple(
            voice.log_index for voice in voices.values() if not voice.earliest
        )
        voices[signer.id] = _Voice(
            occasion.key_id, occasion.log_index, occasion.when[0]
        )
        if len(voices) < self._threshold:
            self._said[said] = voices
            return False, ()
        self._said.pop(said, None)
        return True, undated

    def _still_counts(
        self, actor: str, voice: _Voice, occasion: Occasion
    ) -> bool:
        """Return whether a voice has not lapsed: by its key, or by time."""
        key = self._actors[actor].keys[voice.key_id]
        if key.revoked is not None and key.revoked < occasion.log_index:
            return False
        waited = occasion.when[1] - voice.earliest
        return not voice.earliest or waited <= occasion.book.bounds.voice

    # What each kind needs of the registry, before anything changes.

    def _check_enrolled(
        self, event: RegistryEvent, subject: str, occasion: Occasion
    ) -> None:
        del occasion
        if subject in self._actors:
            raise RejectedError(f"actor {subject!r} is enrolled already").under(
                "permission.registry"
            )
        self._check_new_key(event, subject)

    def _check_granted(
        self, event: RegistryEvent, subject: str, occasion: Occasion
    ) -> None:
        self.actor(subject)
        role = str(event.body["role"])
        roles = occasion.book.roles
        if role not in roles:
            known = suggestion(role, roles) or (
                f"; its roles are {', '.join(sorted(roles))}"
            )
            raise RejectedError(
                f"this ledger has no role {role!r}{known}"
            ).under("permission.role")

    def _check_grant_revoked(
        self, event: RegistryEvent, subject: str, occasion: Occasion
    ) -> None:
        del occasion
        granted_by = Hash(_bytes(event.body["grant"]))
        held = self.actor(subject).grants.get(granted_by)
        if held is None or held.revoked is not None:
            raise RejectedError(
                f"{subject!r} holds no grant {granted_by.hex()[:16]}"
            ).under("permission.registry")

    def _check_new_key(self, event: RegistryEvent, subject: str) -> None:
        key = _bytes(event.body["key"])
        try:
            verifier = Verifier(key)
            verifier.verify(
                _bytes(event.body["proof"]),
                possession_message(self._origin, subject, key),
            )
        except InvalidSignatureError as error:
            raise RejectedError(
                f"the new key of {subject!r} did not sign its own enrolment"
            ).under("identity.key") from error
        if verifier.key_id in self._owners:
            raise RejectedError(
                "that key is in use; one key serves one actor, once"
            ).under("identity.key")

    def _check_key_added(
        self, event: RegistryEvent, subject: str, occasion: Occasion
    ) -> None:
        del occasion
        self.actor(subject)
        self._check_new_key(event, subject)

    def _check_key_rotated(
        self, event: RegistryEvent, subject: str, occasion: Occasion
    ) -> None:
        del occasion
        self.require_key(subject, Hash(_bytes(event.body["old"])))
        self._check_new_key(event, subject)

    def _check_key_revoked(
        self, event: RegistryEvent, subject: str, occasion: Occasion
    ) -> None:
        del occasion
        self.require_key(subject, Hash(_bytes(event.body["old"])))

    # What each kind changes.

    def _enrol(
        self,
        event: RegistryEvent,
        occasion: Occasion,
        parent: Hash | None,
    ) -> None:
        del parent
        subject, name = str(event.body["actor"]), str(event.body["name"])
        self._actors[subject] = Actor(
            subject, name, enrolled_by=occasion.issuer
        )
        self._names.setdefault(name_key(name), subject)
        self._put_key(subject, _bytes(event.body["key"]), occasion.log_index)

    def _grant(
        self,
        event: RegistryEvent,
        occasion: Occasion,
        parent: Hash | None,
    ) -> None:
        issuer = occasion.issuer
        given = read_grant(event.body)
        depth = 0
        if parent is not None:
            depth = 1 + self._actors[issuer].grants[parent].depth
        self._actors[given.actor].grants[event.id] = HeldGrant(
            event.id, given, issuer, parent, occasion.log_index, depth=depth
        )

    def _revoke_grant(
        self,
        event: RegistryEvent,
        occasion: Occasion,
        parent: Hash | None,
    ) -> None:
        del parent
        grants = self._actors[str(event.body["actor"])].grants
        granted_by = Hash(_bytes(event.body["grant"]))
        grants[granted_by] = replace(
            grants[granted_by], revoked=occasion.log_index
        )

    def _change_key(
        self,
        event: RegistryEvent,
        occasion: Occasion,
        parent: Hash | None,
    ) -> None:
        del parent
        log_index = occasion.log_index
        body, subject = event.body, str(event.body["actor"])
        if "old" in body:
            old = Hash(_bytes(body["old"]))
            keys = self._actors[subject].keys
            reason = str(body.get("reason", "rotated"))
            keys[old] = replace(keys[old], revoked=log_index, reason=reason)
        if "key" in body:
            self._put_key(subject, _bytes(body["key"]), log_index)

    def _put_key(self, subject: str, key: bytes, log_index: int) -> None:
        key_id = sha256(key)
        self._actors[subject].keys[key_id] = ActorKey(key, log_index)
        self._owners[key_id] = subject
        self._given.append(key)

    def _found(self, authority: Authority) -> None:
        if authority.id in self._actors:
            raise MalformedError(f"{authority.id!r} is named twice")
        actor = Actor(
            authority.id, authority.name, is_authority=not authority.is_pinned
        )
        self._actors[authority.id] = actor
        self._names.setdefault(name_key(authority.name), authority.id)
        for key in authority.keys:
            key_id = Verifier(key).key_id
            if key_id in self._owners:
                raise MalformedError("two actors have the same key")
            self._put_key(authority.id, key, -1)
        for given in authority.grants:
            grant_id = sha256(encode([authority.id, len(actor.grants)]))
            actor.grants[grant_id] = HeldGrant(
                grant_id, given, authority.id, None, -1
            )

    def _holds_before(self, held: HeldGrant, log_index: int) -> bool:
        """Return whether it held, with all it came from, before that entry.

        What the entry itself gives or takes counts after it. Takes as many
        steps as it was passed on, whatever the grants name.
        """
        for _ in range(held.depth):
            if not _is_valid(held, log_index):
                return False
            assert held.parent is not None, "it was passed on from there"
            held = self._actors[held.granted_by].grants[held.parent]
        return _is_valid(held, log_index)


def _is_valid(held: HeldGrant, log_index: int) -> bool:
    return held.added < log_index and (
        held.revoked is None or held.revoked >= log_index
    )


_NEVER = 2**64
"""The index of an entry that comes after every other."""


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes), "check_registry_body saw to it"
    return value


_PASSED_ON = frozenset({ENROLLED, GRANTED})
"""What a grant that may be passed on lets its holder sign."""

_OWN = frozenset({KEY_ADDED, KEY_ROTATED, KEY_REVOKED})
"""What an actor may say of itself."""

_CHECKS = {
    ENROLLED: TrustRegistry._check_enrolled,  # noqa: SLF001  # its own table
    GRANTED: TrustRegistry._check_granted,  # noqa: SLF001
    GRANT_REVOKED: TrustRegistry._check_grant_revoked,  # noqa: SLF001
    KEY_ADDED: TrustRegistry._check_key_added,  # noqa: SLF001
    KEY_ROTATED: TrustRegistry._check_key_rotated,  # noqa: SLF001
    KEY_REVOKED: TrustRegistry._check_key_revoked,  # noqa: SLF001
}

_EFFECTS = {
    ENROLLED: TrustRegistry._enrol,  # noqa: SLF001  # its own table
    GRANTED: TrustRegistry._grant,  # noqa: SLF001
    GRANT_REVOKED: TrustRegistry._revoke_grant,  # noqa: SLF001
    KEY_ADDED: TrustRegistry._change_key,  # noqa: SLF001
    KEY_ROTATED: TrustRegistry._change_key,  # noqa: SLF001
    KEY_REVOKED: TrustRegistry._change_key,  # noqa: SLF001
}
