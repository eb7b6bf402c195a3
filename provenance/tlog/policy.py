"""A policy: which logs are known, and whose cosignatures are enough.

This is c2sp.org/tlog-policy, a text that people write and verifiers pin:

    log      ledger.example/demo+45ace4e1+AZsfhHkc/HZjBFhU04netcqVRJ2HXydqg…
    witness  harbour  witness.example/harbour+73e6c340+BAJL1tJVgCbtsyKzfexO…
    witness  union    union.example/w1+de8c6e8a+BM9njnfVLk0YlVIm9ZQruIn83wF…
    witness  press    press.example/w7+40447f83+BNOIQ59B2bftvK9z/1H04ylc67C…
    group    two-of-three  2  harbour union press
    quorum   two-of-three

Fields stand apart by spaces or tabs; empty lines and lines that start with #
mean nothing. Keys are vkeys (`provenance.tlog.note`). A group has seen a
checkpoint if *k* of its members have (`any` is 1, `all` is all of them), a
witness if it cosigned it. Names mean something inside the file only; members
must be named on earlier lines, and each in one group at most, so that nobody
counts twice. For the same reason no key may stand there twice, under
whichever names. The quorum is one witness or group, or `none`.

That no two quorums see different histories takes an honest witness in every
two: with f liars among n witnesses, 2k - n > f.

In full: `FORMATS.md`, section 8.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from provenance.errors import MalformedError, QuorumNotMetError
from provenance.tlog.checkpoint import SignedCheckpoint
from provenance.tlog.cosignature import (
    Cosignature,
    Cosigner,
    LogKey,
    parse_cosigner,
    parse_log_key,
    read_cosignature,
)
from provenance.tlog.note import KnownKey, Note, check_signatures

MAX_POLICY_SIZE = 1 << 20
"""In bytes. The specification asks for 32 logs, witnesses and groups."""

NONE = "none"
"""The quorum that asks for no cosignature. Nothing else may have this name."""

# The octets that a policy is made of are tab, newline and everything from the
# space on but DEL; what is not ASCII has no meaning to it.
_OTHER_OCTET = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_THRESHOLD = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Log:
    """A log whose checkpoints are accepted. Its key's name is its origin."""

    key: LogKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A cosigner, by the name that it has inside the policy."""

    name: str
    key: Cosigner
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Members, of which *threshold* must have seen a checkpoint.

    Attributes:
        name: Its name inside the policy.
        threshold: 1 up to the number of members.
        members: Names of witnesses and of groups before this one.
    """

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuorumMet:
    """By whom a checkpoint meets a quorum, and at what time.

    Attributes:
        counted: The cosignatures that count: one for each witness that was
            met, its latest, in the order in which the groups name them; none
            if no quorum is asked for.
        witnesses: The names inside the policy of those who gave them.
        time: The greatest time, in ms since 1970, such that the cosignatures
            from then on, and none that is too late to be believed, meet the
            quorum by themselves. None if no quorum is asked for, or if it is
            met only with some that are too late.
        claimed: The same with those that are too late, too.
    """

    counted: tuple[Cosignature, ...] = ()
    witnesses: tuple[str, ...] = ()
    time: int | None = None
    claimed: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Whom a verifier believes. One that contradicts itself cannot be made.

    Attributes:
        logs: The logs; may be empty where the log is known otherwise.
        witnesses: The witnesses.
        groups: The groups, each after its members.
        quorum: The name of a witness or group; None asks for no cosignature.

    Raises:
        MalformedError: A name or a key stands there twice, a member or the
            quorum is not defined, or a threshold cannot be met.
    """

    logs: tuple[Log, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[Group, ...]
    quorum: str | None

    def __post_init__(self) -> None:
        names = _Names()
        for log in self.logs:
            names.add_log(log)
        for witness in self.witnesses:
            names.add_witness(witness)
        for group in self.groups:
            names.add_group(group)
        if self.quorum is not None:
            names.require(self.quorum)

    @property
    def log_keys(self) -> tuple[LogKey, ...]:
        """The keys to open checkpoints with."""
        return tuple(log.key for log in self.logs)

    def check(self, signed: SignedCheckpoint) -> tuple[Cosignature, ...]:
        """Return the cosignatures of *signed* by which it meets the quorum.

        Whatever their times: whoever has a clock asks `examine`.

        Raises:
            QuorumNotMetError: Too few witnesses cosigned it.
            InvalidSignatureError: A cosignature by a witness of this policy
                does not verify.
        """
        return self.examine(signed, until=0).counted

    def examine(self, signed: SignedCheckpoint, *, until: int) -> QuorumMet:
        """Return by whom *signed* meets the quorum, and at what time.

        Args:
            signed: The checkpoint.
            until: The latest time of a cosignature that is believed, in ms.

        Raises:
            QuorumNotMetError: Too few witnesses cosigned it.
            InvalidSignatureError: A cosignature by a witness of this policy
                does not verify.
        """
        given = _cosignatures(signed.note, self.witnesses)
        if self.quorum is None:
            return QuorumMet()
        latest = {
            name: max(its, key=lambda each: each.time)
            for name, its in given.items()
        }
        # Every member is named before its group, so one pass is enough.
        counted = {w.name: [w.name] for w in self.witnesses if w.name in latest}
        for group in self.groups:
            met = [name for name in group.members if name in counted]
            if len(met) >= group.threshold:
                counted[group.name] = [w for name in met for w in counted[name]]
        if self.quorum not in counted:
            raise QuorumNotMetError(
                f"{len(latest)} of {len(self.witnesses)} witnesses cosigned, "
                f"too few for the quorum {self.quorum!r}"
            )
        names = counted[self.quorum]
        times = {
            name: [cosignature.time * 1000 for cosignature in its]
            for name, its in given.items()
        }
        return QuorumMet(
            counted=tuple(latest[name] for name in names),
            witnesses=tuple(names),
            time=self._time(
                {
                    name: max(told)
                    for name, its in times.items()
                    if (told := [time for time in its if time <= until])
                }
            ),
            claimed=self._time({name: max(its) for name, its in times.items()}),
        )

    def _time(self, times: dict[str, int]) -> int | None:
        """Return the greatest time since when the quorum is met; None if not.

        Args:
            times: Each witness's time.
        """
        for group in self.groups:
            told = sorted(
                (times[name] for name in group.members if name in times),
                reverse=True,
            )
            if len(told) >= group.threshold:
                times[group.name] = told[group.threshold - 1]
        return times.get(self.quorum) if self.quorum is not None else None


def parse_policy(data: bytes) -> Policy:
    """Return the policy that *data* spells.

    Raises:
        MalformedError: It is none; the message names the line.
    """
    if len(data) > MAX_POLICY_SIZE:
        raise MalformedError(
            f"a policy has up to {MAX_POLICY_SIZE} bytes, not {len(data)}"
        )
    if data and not data.endswith(b"\n"):
        # A file that was cut off may still read like a policy, a weaker one.
        raise MalformedError("the policy's last line has no newline")
    reader = _Reader()
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            words = _words(line)
            if words:
                reader.read(words)
        except MalformedError as error:
            raise MalformedError(f"line {number}: {error}") from error
    if reader.quorum is None:
        raise MalformedError("the policy has no quorum line")
    return Policy(
        tuple(reader.logs),
        tuple(reader.witnesses),
        tuple(reader.groups),
        None if reader.quorum == NONE else reader.quorum,
    )


def format_policy(policy: Policy) -> bytes:
    """Return *policy* as text, which `parse_policy` reads back."""
    quorum = NONE if policy.quorum is None else policy.quorum
    lines = [
        *(_line("log", log.key.vkey, log.url) for log in policy.logs),
        *(
            _line("witness", w.name, w.key.vkey, w.url)
            for w in policy.witnesses
        ),
        *(
            _line("group", group.name, _threshold(group), *group.members)
            for group in policy.groups
        ),
        _line("quorum", quorum),
    ]
    return b"".join(lines)


def _cosignatures(
    note: Note, witnesses: Sequence[PolicyWitness]
) -> dict[str, list[Cosignature]]:
    """Return each witness's cosignatures, all being verified."""
    names = {(w.key.name, w.key.key_id): w.name for w in witnesses}
    given: dict[str, list[Cosignature]] = {}
    for line in check_signatures(note, [w.key for w in witnesses]):
        name = names[line.name, line.key_id]
        given.setdefault(name, []).append(read_cosignature(line))
    return given


@dataclass(slots=True)
class _Names:
    """What has been defined so far: names, members and keys."""

    defined: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    public_keys: set[bytes] = field(default_factory=set)
    places: set[tuple[str, bytes]] = field(default_factory=set)

    def add_log(self, log: Log) -> None:
        self._add_key(log.key)
        _check_url(log.url)

    def add_witness(self, witness: PolicyWitness) -> None:
        self._define(witness.name)
        self._add_key(witness.key)
        _check_url(witness.url)

    def add_group(self, group: Group) -> None:
        for member in group.members:
            self.require(member)
            if member in self.members:
                raise MalformedError(f"{member!r} is a member twice")
            self.members.add(member)
        if not 1 <= group.threshold <= len(group.members):
            raise MalformedError(
                f"{group.threshold} of the {len(group.members)} members of "
                f"{group.name!r} cannot be asked for"
            )
        self._define(group.name)

    def require(self, name: str) -> None:
        if name not in self.defined:
            raise MalformedError(f"no witness or group {name!r} is defined")

    def _define(self, name: str) -> None:
        _check_word(name)
        if name == NONE or name in self.defined:
            raise MalformedError(f"the name {name!r} is taken")
        self.defined.add(name)

    def _add_key(self, key: KnownKey) -> None:
        if key.key.data in self.public_keys:
            raise MalformedError(f"the public key of {key.name} is there twice")
        self.public_keys.add(key.key.data)
        # Four bytes of hash can be made to collide; no line could then tell
        # the two keys apart.
        place = (key.name, key.key_id)
        if place in self.places:
            raise MalformedError(f"two keys of {key.name} have the same id")
        self.places.add(place)


@dataclass(slots=True)
class _Reader:
    """Reads a policy line by line, knowing only the lines before."""

    names: _Names = field(default_factory=_Names)
    logs: list[Log] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorum: str | None = None

    def read(self, words: Sequence[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                self._add_log(vkey, *url)
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._add_witness(name, vkey, *url)
            case ["group", name, threshold, *members] if members:
                self._add_group(name, threshold, members)
            case ["quorum", name]:
                self._set_quorum(name)
            case _:
                raise MalformedError(
                    f"no policy line starts with {words[0]!r} "
                    f"and has {len(words) - 1} more fields"
                )

    def _add_log(self, vkey: str, url: str | None = None) -> None:
        log = Log(parse_log_key(vkey), url)
        self.names.add_log(log)
        self.logs.append(log)

    def _add_witness(
        self, name: str, vkey: str, url: str | None = None
    ) -> None:
        witness = PolicyWitness(name, parse_cosigner(vkey), url)
        self.names.add_witness(witness)
        self.witnesses.append(witness)

    def _add_group(
        self, name: str, threshold: str, members: Sequence[str]
    ) -> None:
        count = _parse_threshold(threshold, members)
        group = Group(name, count, tuple(members))
        self.names.add_group(group)
        self.groups.append(group)

    def _set_quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise MalformedError("there is a second quorum line")
        if name != NONE:
            self.names.require(name)
        self.quorum = name


def _words(line: bytes) -> list[str]:
    """Return the fields of *line*; none if it is empty or a comment."""
    other = _OTHER_OCTET.search(line)
    if other:
        raise MalformedError(f"octet {other[0][0]:#04x} cannot be in a policy")
    # Of what `split` splits at, only the space and the tab are left.
    words = line.split()
    if words and words[0].startswith(b"#"):
        return []
    return [_decode(word) for word in words]


def _parse_threshold(text: str, members: Sequence[str]) -> int:
    if text == "any":
        return 1
    if text == "all":
        return len(members)
    if not _THRESHOLD.fullmatch(text):
        raise MalformedError(f"{text!r} is not all, any or a number")
    return int(text)


def _line(*words: str | None) -> bytes:
    return b" ".join(_encode(w) for w in words if w is not None) + b"\n"


def _threshold(group: Group) -> str:
    if group.threshold == len(group.members):
        return "all"
    return "any" if group.threshold == 1 else str(group.threshold)


# Names and URLs are octets to the policy. As text they are UTF-8 where they
# can be, and what cannot be is kept in lone surrogates, which no vkey has.


def _decode(word: bytes) -> str:
    return word.decode("utf-8", "surrogateescape")


def _encode(word: str) -> bytes:
    return word.encode("utf-8", "surrogateescape")


def _check_url(url: str | None) -> None:
    if url is not None:
        _check_word(url)


def _check_word(word: str) -> None:
    try:
        data = _encode(word)
    except UnicodeEncodeError as error:
        raise MalformedError(f"{word!r} has no octets") from error
    if data.split() != [data] or _OTHER_OCTET.search(data):
        raise MalformedError(f"{word!r} is not one word")
