"""The trust registry: who may say what, at each index of the log.

It is a state machine over the registry events in log order. The ledger runs
it to admit; a verifier runs it again over the actors' trails in a bundle. An
event takes effect for every entry *after* the one that it stands in, so that
validity hangs on the log index alone, and limits in time on the log's time:
never on the clock of whoever signed.

It starts from the *authorities* that the trust file names. Of these a
*threshold* must say the same thing for it to take effect; each says it in an
event of its own with an equal body. An actor may rotate, add and revoke its
own keys; a grant that says so may be passed on within its limits.

In full: `FORMATS.md`, section 10.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

from provenance.claims.act import Act, Need
from provenance.claims.actor import (
    ENROLLED,
    GRANT_REVOKED,
    GRANTED,
    KEY_ADDED,
    KEY_REVOKED,
    KEY_ROTATED,
    Grant,
    check_registry_body,
    possession_message,
    read_grant,
)
from provenance.claims.event import Item
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

ANY_KIND = "*"
"""Among a role's kinds: every kind."""

Roles: TypeAlias = Mapping[str, frozenset[str]]
"""Role → the kinds of event that it may sign, as the rule book has them."""


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


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A grant with its history.

    Attributes:
        id: The id of the event that granted it.
        grant: What it gives.
        granted_by: The actor that signed it.
        parent: The id of the grant it was passed on from; None if the
            authorities gave it.
        added: The index of the entry where it took effect.
        revoked: The index of the entry that ended it; None while it holds.
        depth: How often it was passed on; 0 if the authorities gave it.
    """

    id: Hash
    grant: Grant
    granted_by: str
    parent: Hash | None
    added: int
    revoked: int | None = None
    depth: int = 0


@dataclass(slots=True)
class Actor:
    """An actor as the registry knows it now."""

    id: str
    name: str
    is_authority: bool = False
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


@dataclass(frozen=True, slots=True)
class _Before:
    """What `apply_all` puts back when one of its events is refused."""

    actors: Mapping[str, Actor | None]
    said: dict[Hash, set[str]]
    owners: set[Hash]


def _always(given: Grant) -> bool:
    """Return True: the dates of a grant do not matter."""
    del given
    return True


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
        self._said: dict[Hash, set[str]] = {}
        self._owners: dict[Hash, str] = {}
        self._given: list[bytes] = []
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
            )
        if key.revoked is not None:
            raise UnknownActorError(
                f"key {key_id.hex()[:16]} of {issuer!r} was revoked by entry"
                f" {key.revoked}: {key.reason}"
            )
        return key

    def require_act(
        self,
        issuer: str,
        act: Act,
        *,
        roles: Roles,
        holds: Callable[[Grant], bool],
    ) -> tuple[HeldGrant, ...]:
        """Return the grants that let *issuer* do *act*, one for each need.

        Args:
            issuer: Who signed.
            act: What the event does.
            roles: Those of the book in force.
            holds: Whether a grant's dates admit the time of the entry.

        Raises:
            UnknownActorError: No such actor.
            RoleNotGrantedError: No grant meets one of the needs.
        """
        actor = self.actor(issuer)
        live = [
            held
            for held in actor.grants.values()
            if self._is_live(held) and holds(held.grant)
        ]
        return tuple(
            _grant_for(actor, need, act.places, live, roles)
            for need in act.needs
        )

    def apply(
        self,
        event: RegistryEvent,
        *,
        issuer: str,
        log_index: int,
        roles: Roles,
        holds: Callable[[Grant], bool] = _always,
    ) -> None:
        """Let a registry event take effect.

        A body that too few authorities have said so far is remembered.

        Args:
            event: The event; its statement's signature was checked.
            issuer: The actor that signed the statement.
            log_index: The index of the statement's entry.
            roles: Those of the book in force.
            holds: Whether the dates of a grant that is passed on admit the
                time of the entry. What was admitted once needs no such look.

        Raises:
            MalformedError: It is no well-formed registry event.
            RejectedError: *issuer* may not say this, or it contradicts what
                the registry holds; nothing was changed.
        """
        body = event.body
        check_registry_body(body, event.items)
        kind, subject = str(body["type"]), str(body["actor"])
        signer = self.actor(issuer)
        _CHECKS[kind](self, event, subject)
        if kind == GRANTED:
            _require_role(str(body["role"]), roles)
        parent: Hash | None = None
        if not (kind in _OWN and issuer == subject):
            parent = self._delegation(event, signer, subject, holds)
            if parent is None and not self._agreed(event, signer):
                return
        _EFFECTS[kind](self, event, issuer, parent, log_index)
        self.version += 1

    def apply_all(
        self,
        events: Sequence[RegistryEvent],
        *,
        issuer: str,
        log_index: int,
        roles: Roles,
        holds: Callable[[Grant], bool] = _always,
    ) -> None:
        """Let a statement's registry events take effect, all or none.

        The arguments are those of `apply`.

        Raises:
            MalformedError: One of them is no well-formed registry event.
            RejectedError: One of them is not *issuer*'s to say; nothing was
                changed.
        """
        before = self._copy_of(
            {str(event.body.get("actor")) for event in events}
        )
        try:
            for event in events:
                self.apply(
                    event,
                    issuer=issuer,
                    log_index=log_index,
                    roles=roles,
                    holds=holds,
                )
        except ProvenanceError:
            self._restore(before)
            raise

    def _copy_of(self, subjects: set[str]) -> "_Before":
        return _Before(
            actors={
                subject: replace(
                    actor, keys=dict(actor.keys), grants=dict(actor.grants)
                )
                if (actor := self._actors.get(subject)) is not None
                else None
                for subject in subjects
            },
            said={said: set(voices) for said, voices in self._said.items()},
            owners={
                key_id
                for subject in subjects
                if subject in self._actors
                for key_id in self._actors[subject].keys
            },
        )

    def _restore(self, before: "_Before") -> None:
        for subject, actor in before.actors.items():
            now = self._actors.get(subject)
            for key_id in set(now.keys if now else ()) - before.owners:
                del self._owners[key_id]
            if actor is None:
                self._actors.pop(subject, None)
            else:
                self._actors[subject] = actor
        self._said = before.said
        self.version += 1

    # The rules for signing a registry event.

    def _delegation(
        self,
        event: RegistryEvent,
        signer: Actor,
        subject: str,
        holds: Callable[[Grant], bool],
    ) -> Hash | None:
        """Return the grant that lets a plain actor say this.

        None means that it takes the authorities, of which *signer* is one.
        """
        if signer.is_authority:
            return None
        body = event.body
        kind = str(body["type"])
        passing_on = [
            held
            for held in signer.grants.values()
            if held.grant.may_grant and self._is_live(held)
        ]
        if kind == GRANTED:
            wanted = read_grant(body)
            # Chosen without a look at its dates: whoever replays the log does
            # not know them to the minute, and must find the same parent.
            passing_on = [
                held for held in passing_on if held.grant.contains(wanted)
            ][:1]
        if kind in _PASSED_ON and any(holds(h.grant) for h in passing_on):
            return passing_on[0].id
        if kind == GRANT_REVOKED:
            held_by = self._actors[subject].grants[Hash(_bytes(body["grant"]))]
            if held_by.granted_by == signer.id:
                return held_by.id
        raise RoleNotGrantedError(
            f"{signer.id!r} is no authority and has no grant to pass on that"
            f" lets it sign this {kind} for {subject!r}"
        )

    def _agreed(self, event: RegistryEvent, signer: Actor) -> bool:
        """Note that *signer* says this; return whether enough now have."""
        said = sha256(encode(dict(event.body)))
        voices = self._said.setdefault(said, set())
        if signer.id in voices:
            raise RejectedError(
                f"{signer.id!r} has said this already; {self._threshold} of"
                " the authorities must, each once"
            )
        voices.add(signer.id)
        if len(voices) < self._threshold:
            return False
        del self._said[said]
        return True

    # What each kind needs of the registry, before anything changes.

    def _check_enrolled(self, event: RegistryEvent, subject: str) -> None:
        if subject in self._actors:
            raise RejectedError(f"actor {subject!r} is enrolled already")
        self._check_new_key(event, subject)

    def _check_granted(self, event: RegistryEvent, subject: str) -> None:
        # Said again, it would change hands, come back after its revocation,
        # or stand under itself.
        if event.id in self.actor(subject).grants:
            raise RejectedError(
                f"{subject!r} was given the grant {event.id.hex()[:16]}"
                " before, and each is given once: grant anew, in an event with"
                " salts of its own"
            )

    def _check_grant_revoked(self, event: RegistryEvent, subject: str) -> None:
        granted_by = Hash(_bytes(event.body["grant"]))
        held = self.actor(subject).grants.get(granted_by)
        if held is None or held.revoked is not None:
            raise RejectedError(
                f"{subject!r} holds no grant {granted_by.hex()[:16]}"
            )

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
            ) from error
        if verifier.key_id in self._owners:
            raise RejectedError(
                "that key is in use; one key serves one actor, once"
            )

    def _check_key_added(self, event: RegistryEvent, subject: str) -> None:
        self.actor(subject)
        self._check_new_key(event, subject)

    def _check_key_rotated(self, event: RegistryEvent, subject: str) -> None:
        self.require_key(subject, Hash(_bytes(event.body["old"])))
        self._check_new_key(event, subject)

    def _check_key_revoked(self, event: RegistryEvent, subject: str) -> None:
        self.require_key(subject, Hash(_bytes(event.body["old"])))

    # What each kind changes.

    def _enrol(
        self,
        event: RegistryEvent,
        issuer: str,
        parent: Hash | None,
        log_index: int,
    ) -> None:
        del issuer, parent
        subject = str(event.body["actor"])
        self._actors[subject] = Actor(subject, str(event.body["name"]))
        self._put_key(subject, _bytes(event.body["key"]), log_index)

    def _grant(
        self,
        event: RegistryEvent,
        issuer: str,
        parent: Hash | None,
        log_index: int,
    ) -> None:
        given = read_grant(event.body)
        depth = 0
        if parent is not None:
            depth = 1 + self._actors[issuer].grants[parent].depth
        self._actors[given.actor].grants[event.id] = HeldGrant(
            event.id, given, issuer, parent, log_index, depth=depth
        )

    def _revoke_grant(
        self,
        event: RegistryEvent,
        issuer: str,
        parent: Hash | None,
        log_index: int,
    ) -> None:
        del issuer, parent
        grants = self._actors[str(event.body["actor"])].grants
        granted_by = Hash(_bytes(event.body["grant"]))
        grants[granted_by] = replace(grants[granted_by], revoked=log_index)

    def _change_key(
        self,
        event: RegistryEvent,
        issuer: str,
        parent: Hash | None,
        log_index: int,
    ) -> None:
        del issuer, parent
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

    # Looking a permission up.

    def _is_live(self, held: HeldGrant) -> bool:
        """Return whether it is unrevoked, and so is what it came from.

        Takes as many steps as it was passed on, whatever the grants name.
        """
        for _ in range(held.depth):
            if held.revoked is not None:
                return False
            assert held.parent is not None, "it was passed on from there"
            held = self._actors[held.granted_by].grants[held.parent]
        return held.revoked is None


def _require_role(role: str, roles: Roles) -> None:
    if role not in roles:
        known = suggestion(role, roles) or (
            f"; its roles are {', '.join(sorted(roles))}"
        )
        raise RejectedError(f"this ledger has no role {role!r}{known}")


def _grant_for(
    actor: Actor,
    need: Need,
    places: tuple[str, ...],
    live: Sequence[HeldGrant],
    roles: Roles,
) -> HeldGrant:
    """Return the first of the grants that meets *need*."""
    kinds = " or ".join(map(repr, sorted(need.kinds)))
    able = [held for held in live if _role_says(held, need.kinds, roles)]
    if not able:
        held_roles = sorted({held.grant.role for held in live}) or ["no role"]
        raise RoleNotGrantedError(
            f"{actor.id!r} may not sign {kinds} events: it holds"
            f" {', '.join(held_roles)}"
        )
    here = [
        held
        for held in able
        if not held.grant.places
        or (places and set(places) <= set(held.grant.places))
    ]
    if not here:
        raise RoleNotGrantedError(
            f"{actor.id!r} may not sign {kinds} events at"
            f" {', '.join(places) or 'an unnamed place'}"
        )
    for held in here:
        if all(map(held.grant.lets_create, need.keys)):
            return held
    # One grant must cover all; name what no grant covers, if anything.
    foreign = next(
        (
            key
            for key in need.keys
            if not any(held.grant.lets_create(key) for held in here)
        ),
        need.keys[0],
    )
    raise RoleNotGrantedError(
        f"{actor.id!r} may not sign {kinds} events of items under"
        f" {foreign!r}: its grants name other prefixes"
    )


def _role_says(held: HeldGrant, kinds: frozenset[str], roles: Roles) -> bool:
    may = roles.get(held.grant.role, frozenset())
    return ANY_KIND in may or not kinds.isdisjoint(may)


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
