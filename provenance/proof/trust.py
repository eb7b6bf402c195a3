"""The trust file: all that a verifier believes, and on whose word.

A bundle never brings its own keys. Whoever verifies pins this file, which
the ledger's operator publishes once and which anyone may make stricter:

    origin = "ledger.example/demo"
    log_keys = ["ledger.example/demo+6ed3bdff+AazuamBPQo6dW104UNSg9iTdvOIh5…"]
    quorum = "two-of-three"           # "none": no cosignatures are asked for
    max_age_seconds = 604800          # "any": however old a checkpoint is
    clock_bound_seconds = 3600        # by how much clocks may differ
    trails = ["containers", "inputs", "lots"]   # related trails to ask for
    threshold = 1                     # so many authorities must agree

    [[witnesses]]                     # or [[auditors]], which replay the log
    name = "harbour"                  # in this file only
    key = "witness.example/harbour+f0a5b1c2+BGx…"
    url = "https://witness.example/"  # may be left out

    [[groups]]
    name = "two-of-three"
    threshold = 2
    members = ["harbour", "union", "press"]

    [[authorities]]                   # whose grants start the registry
    id = "did:web:operator.example"
    name = "The operator"
    keys = ["9Xn0jBqvUWY…"]           # Ed25519 public keys in base64

    [[actors]]                        # pinned: known without a trail
    id = "did:web:customs.example"
    name = "Customs"
    keys = ["lG3qUp3h0Ww…"]

    [[actors.grants]]                 # authorities may have these too
    role = "customs"
    prefixes = ["9506000"]            # may be left out, as may be places,
    until = 2027-01-01T00:00:00Z      # from and until

    [[books]]                         # the rule books, from which entry on
    id = "13c10ed0fa64b5ca7f…"        # the SHA-256 of one, in hex
    from = 0

Whoever names a witness or an auditor says how many are asked for: without a
quorum line such a file is refused. Log keys, witnesses, groups and quorum are
a C2SP tlog-policy under other names: `provenance.tlog.policy` reads and writes
that form of them.

In full: `FORMATS.md`, section 9.

Over 500 lines: one file format, read, checked and written by the same table.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from provenance.claims.actor import Grant
from provenance.claims.event import check_item_id
from provenance.claims.registry import Authority, TrustRegistry
from provenance.encoding.base64 import decode_base64, encode_base64
from provenance.encoding.canonical import MAX_INT
from provenance.encoding.digest import Hash
from provenance.encoding.instant import to_ms
from provenance.errors import MalformedError
from provenance.rules.books import BASELINE, BookRef, check_refs
from provenance.tlog.cosignature import parse_cosigner, parse_log_key
from provenance.tlog.policy import NONE, Group, Log, Policy, PolicyWitness

RELATED_TRAILS = frozenset({"containers", "inputs", "lots"})
"""The kinds of related trails that a verifier may ask for."""

DEFAULT_MAX_AGE = 7 * 24 * 60 * 60
"""The age in seconds up to which a checkpoint counts as fresh."""

DEFAULT_CLOCK_BOUND = 60 * 60
"""By how many seconds clocks may differ: the log's, and its witnesses'."""

MIN_CLOCK_BOUND = 5 * 60
MAX_CLOCK_BOUND = 24 * 60 * 60

MAX_TRUST_SIZE = 1 << 20
"""How many bytes of a trust file are read."""

ANY_AGE = "any"


@dataclass(frozen=True, slots=True)
class Trust:
    """What a verifier believes.

    Attributes:
        origin: The one ledger that it is about.
        policy: The log's keys, all of which must sign, and the cosignatures
            that are asked for. Auditors are among its witnesses.
        auditors: The names of the witnesses that replay the whole log.
        authorities: The actors whose grants start the registry.
        threshold: How many of them must say the same thing.
        actors: Actors pinned by the verifier, known without a trail.
        books: The rule books, each with the log index from which it counts.
        max_age_seconds: The age up to which a checkpoint counts as fresh;
            None for any.
        clock_bound_seconds: By how much the log's clock and its witnesses'
            may differ where dates are judged.
        trails: Which related trails must be in a bundle.

    Raises:
        MalformedError: The parts contradict each other.
    """

    origin: str
    policy: Policy
    auditors: tuple[str, ...] = ()
    authorities: tuple[Authority, ...] = ()
    threshold: int = 1
    actors: tuple[Authority, ...] = ()
    books: tuple[BookRef, ...] = BASELINE
    max_age_seconds: int | None = DEFAULT_MAX_AGE
    clock_bound_seconds: int = DEFAULT_CLOCK_BOUND
    trails: frozenset[str] = RELATED_TRAILS

    def __post_init__(self) -> None:
        if not self.policy.logs:
            raise MalformedError("a trust file names a key of the log")
        for log in self.policy.logs:
            if log.key.name != self.origin:
                raise MalformedError(
                    f"a key of {self.origin!r} has that name, not"
                    f" {log.key.name!r}"
                )
        if unknown := sorted(self.trails - RELATED_TRAILS):
            raise MalformedError(f"there are no trails of {unknown[0]!r}")
        if not MIN_CLOCK_BOUND <= self.clock_bound_seconds <= MAX_CLOCK_BOUND:
            raise MalformedError(
                f"clock_bound_seconds is from {MIN_CLOCK_BOUND} to"
                f" {MAX_CLOCK_BOUND}, not {self.clock_bound_seconds}"
            )
        if not 1 <= self.threshold <= max(1, len(self.authorities)):
            raise MalformedError(
                f"{self.threshold} of {len(self.authorities)} authorities"
                " cannot agree"
            )
        check_refs(self.books)
        self._check_actors()
        self.registry()

    @property
    def quorum(self) -> str | None:
        """The witness or group that must have cosigned; None for nobody."""
        return self.policy.quorum

    @property
    def clock_bound(self) -> int:
        """By how much clocks may differ, in ms."""
        return self.clock_bound_seconds * 1000

    def registry(self) -> TrustRegistry:
        """Return the registry as it is before the first entry."""
        return TrustRegistry(
            (*self.authorities, *self.actors),
            threshold=self.threshold,
            origin=self.origin,
        )

    def with_policy(self, policy: Policy) -> Self:
        """Return this trust with the witnesses and the quorum of *policy*.

        Of its logs, the keys of this origin count; if it has none, the keys
        stay as they are.
        """
        logs = tuple(log for log in policy.logs if log.key.name == self.origin)
        names = {witness.name for witness in policy.witnesses}
        return replace(
            self,
            policy=replace(policy, logs=logs or self.policy.logs),
            auditors=tuple(name for name in self.auditors if name in names),
        )

    def _check_actors(self) -> None:
        names = {witness.name for witness in self.policy.witnesses}
        for name in self.auditors:
            if name not in names:
                raise MalformedError(f"the auditor {name!r} has no key")
        for actor in (*self.authorities, *self.actors):
            check_item_id(actor.id)
            if not actor.keys:
                raise MalformedError(f"{actor.id} has no key")
            for given in actor.grants:
                if given.actor != actor.id:
                    raise MalformedError(
                        f"{actor.id} has a grant of {given.actor}"
                    )
                if actor.is_pinned and given.may_grant:
                    raise MalformedError(
                        f"{actor.id} is pinned, and so may not grant"
                    )
        if any(a.is_pinned for a in self.authorities) or not all(
            actor.is_pinned for actor in self.actors
        ):
            raise MalformedError("authorities grant, pinned actors do not")


def parse_trust(text: str) -> Trust:
    """Return what the trust file *text* says.

    Raises:
        MalformedError: It is no trust file; the message names the member.
    """
    file = _Table(_read_toml(text), "")
    witnesses = [_read_witness(row) for row in file.tables("witnesses")]
    auditors = [_read_witness(row) for row in file.tables("auditors")]
    quorum = _read_quorum(file, is_needed=bool(witnesses or auditors))
    trust = Trust(
        origin=file.text("origin"),
        policy=Policy(
            logs=tuple(
                Log(parse_log_key(vkey)) for vkey in file.texts("log_keys")
            ),
            witnesses=(*witnesses, *auditors),
            groups=tuple(_read_group(row) for row in file.tables("groups")),
            quorum=None if quorum == NONE else quorum,
        ),
        auditors=tuple(witness.name for witness in auditors),
        authorities=tuple(
            _read_actor(row, is_pinned=False)
            for row in file.tables("authorities")
        ),
        threshold=file.integer("threshold", 1),
        actors=tuple(
            _read_actor(row, is_pinned=True) for row in file.tables("actors")
        ),
        books=tuple(_read_book(row) for row in file.tables("books"))
        or BASELINE,
        max_age_seconds=_read_age(file),
        clock_bound_seconds=file.integer(
            "clock_bound_seconds", DEFAULT_CLOCK_BOUND
        ),
        trails=frozenset(file.texts("trails", sorted(RELATED_TRAILS))),
    )
    file.require_read()
    return trust


def format_trust(trust: Trust) -> str:
    """Return *trust* as a trust file, which `parse_trust` reads back."""
    age = trust.max_age_seconds
    policy = trust.policy
    lines = [
        f"origin = {_quote(trust.origin)}",
        f"log_keys = {_quote_all([log.key.vkey for log in policy.logs])}",
        f"quorum = {_quote(policy.quorum or NONE)}",
        f"max_age_seconds = {_quote(ANY_AGE) if age is None else age}",
        f"clock_bound_seconds = {trust.clock_bound_seconds}",
        f"trails = {_quote_all(sorted(trust.trails))}",
        f"threshold = {trust.threshold}",
    ]
    for witness in policy.witnesses:
        kind = "auditors" if witness.name in trust.auditors else "witnesses"
        lines += _witness_lines(kind, witness)
    for group in policy.groups:
        lines += [
            "",
            "[[groups]]",
            f"name = {_quote(group.name)}",
            f"threshold = {group.threshold}",
            f"members = {_quote_all(group.members)}",
        ]
    for actor in trust.authorities:
        lines += _actor_lines("authorities", actor)
    for actor in trust.actors:
        lines += _actor_lines("actors", actor)
    for ref in trust.books:
        lines += [
            "",
            "[[books]]",
            f"id = {_quote(ref.id.hex())}",
            f"from = {ref.start}",
        ]
    return "\n".join(lines) + "\n"


# Reading.


def _read_toml(text: str) -> Mapping[str, object]:
    import tomllib  # noqa: PLC0415  # who verifies with a `Trust` needs none

    try:
        # Some editors put a byte order mark before a text that they save.
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise MalformedError(f"the trust file is not TOML: {error}") from error
    except RecursionError as error:
        raise MalformedError("the trust file is nested too deep") from error
    except (ValueError, OverflowError) as error:
        # A number of thousands of digits, which Python does not even read.
        line = _HUGE.search(text)
        name = line[1].strip() if line else "a member"
        raise MalformedError(
            f"{name} of the trust file must be a whole number up to {MAX_INT}"
        ) from error


def _read_quorum(file: "_Table", *, is_needed: bool) -> str:
    if is_needed and not file.has("quorum"):
        raise MalformedError(
            "the trust file names witnesses and no quorum: add"
            ' quorum = "NAME", of a witness or a group of them, or'
            f' quorum = "{NONE}" if no cosignature is asked for'
        )
    return file.text("quorum", NONE)


class _Table:
    """A TOML table that is read member by member, and then has none left."""

    def __init__(self, members: Mapping[str, object], path: str) -> None:
        self._members = dict(members)
        self._path = path

    def text(self, name: str, default: str | None = None) -> str:
        value = self._take(name, default)
        if not isinstance(value, str):
            raise self._wrong(name, "text")
        return value

    def word(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise self._wrong(name, "text that is not empty")
        return value

    def texts(
        self, name: str, default: Sequence[str] | None = None
    ) -> list[str]:
        value = self._take(name, default)
        if not isinstance(value, list) or not all(
            isinstance(element, str) for element in value
        ):
            raise self._wrong(name, "a list of texts")
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        value = self._take(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(name, "a whole number")
        if abs(value) > MAX_INT:
            raise self._wrong(name, f"a whole number up to {MAX_INT}")
        return value

    def flag(self, name: str) -> bool:
        value = self._take(name, False)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def time(self, name: str) -> int | None:
        """Return a time in ms since 1970, or None if it is left out."""
        value = self._members.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self._wrong(name, "a time such as 2027-01-01T00:00:00Z")
        time = to_ms(value)
        if not 0 <= time <= _LAST:
            raise self._wrong(name, "a time from 1970 to the year 9999")
        return time

    def tables(self, name: str) -> Iterator["_Table"]:
        """Yield each table of an array; all of each must be read."""
        value = self._take(name, [])
        if not isinstance(value, list):
            raise self._wrong(name, "an array of tables")
        for number, members in enumerate(value):
            path = f"{self._path}{name}[{number}]"
            if not isinstance(members, dict):
                raise MalformedError(f"{path} of the trust file is no table")
            table = _Table(members, f"{path}.")
            yield table
            table.require_read()

    def has(self, name: str) -> bool:
        return name in self._members

    def is_text(self, name: str) -> bool:
        return isinstance(self._members.get(name), str)

    def require_read(self) -> None:
        """Refuse members that nobody asked for: they would be ignored."""
        for name in sorted(self._members):
            raise MalformedError(
                f"a trust file has no member {self._path}{name[:80]}"
            )

    def _take(self, name: str, default: object) -> object:
        value = self._members.pop(name, default)
        if value is None:
            raise MalformedError(
                f"the trust file lacks the member {self._path}{name}"
            )
        return value

    def _wrong(self, name: str, form: str) -> MalformedError:
        return MalformedError(
            f"{self._path}{name} of the trust file must be {form}"
        )


def _read_witness(row: _Table) -> PolicyWitness:
    return PolicyWitness(
        name=row.text("name"),
        key=parse_cosigner(row.text("key")),
        url=row.text("url", "") or None,
    )


def _read_group(row: _Table) -> Group:
    return Group(
        name=row.text("name"),
        threshold=row.integer("threshold"),
        members=tuple(row.texts("members")),
    )


def _read_actor(row: _Table, *, is_pinned: bool) -> Authority:
    actor = row.text("id")
    return Authority(
        id=actor,
        name=row.text("name"),
        keys=tuple(decode_base64(key) for key in row.texts("keys")),
        grants=tuple(
            Grant(
                actor=actor,
                role=given.word("role"),
                prefixes=tuple(given.texts("prefixes", [])),
                places=tuple(given.texts("places", [])),
                start=given.time("from"),
                until=given.time("until"),
                may_grant=given.flag("may_grant"),
            )
            for given in row.tables("grants")
        ),
        is_pinned=is_pinned,
    )


def _read_book(row: _Table) -> BookRef:
    digest = row.text("id")
    if re.fullmatch("[0-9a-f]{64}", digest) is None:
        raise MalformedError(
            "books.id is the SHA-256 of a rule book, in 64 hex digits"
        )
    return BookRef(Hash(bytes.fromhex(digest)), row.integer("from"))


def _read_age(file: _Table) -> int | None:
    if file.is_text("max_age_seconds"):
        if file.text("max_age_seconds") != ANY_AGE:
            raise MalformedError(
                f"max_age_seconds is a number of seconds or {ANY_AGE!r}"
            )
        return None
    age = file.integer("max_age_seconds", DEFAULT_MAX_AGE)
    if age < 1:
        raise MalformedError("max_age_seconds is 1 at least")
    return age


# Writing.


def _witness_lines(kind: str, witness: PolicyWitness) -> list[str]:
    lines = [
        "",
        f"[[{kind}]]",
        f"name = {_quote(witness.name)}",
        f"key = {_quote(witness.key.vkey)}",
    ]
    if witness.url is not None:
        lines.append(f"url = {_quote(witness.url)}")
    return lines


def _actor_lines(kind: str, actor: Authority) -> list[str]:
    lines = [
        "",
        f"[[{kind}]]",
        f"id = {_quote(actor.id)}",
        f"name = {_quote(actor.name)}",
        f"keys = {_quote_all([encode_base64(key) for key in actor.keys])}",
    ]
    for given in actor.grants:
        lines += ["", f"[[{kind}.grants]]", f"role = {_quote(given.role)}"]
        if given.prefixes:
            lines.append(f"prefixes = {_quote_all(given.prefixes)}")
        if given.places:
            lines.append(f"places = {_quote_all(given.places)}")
        if given.start is not None:
            lines.append(f"from = {_format_time(given.start)}")
        if given.until is not None:
            lines.append(f"until = {_format_time(given.until)}")
        if given.may_grant:
            lines.append("may_grant = true")
    return lines


def _format_time(time: int) -> str:
    if not 0 <= time <= _LAST:
        raise MalformedError(f"{time} ms after 1970 is beyond the calendar")
    moment = _EPOCH + timedelta(milliseconds=time)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _quote(text: str) -> str:
    """Return *text* as a basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _CONTROL.sub(_escape, escaped) + '"'


def _escape(control: re.Match[str]) -> str:
    return f"\\u{ord(control[0]):04x}"


def _quote_all(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quote, texts))}]"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = to_ms(datetime.max.replace(tzinfo=UTC))
"""The last ms of the calendar, after which no time can be written."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HUGE = re.compile(r"^([^=\n]*)=[^\n]*[0-9a-fA-F_]{1000}", re.MULTILINE)
"""A line that gives a member a number of more digits than any has."""
