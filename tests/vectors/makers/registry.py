"""The trust registry: enrolments, grants and keys, entry by entry.

Each case is a row of statements; all but the last take effect, and the last
one's outcome is the case's. What the registry then holds is what it gives.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from provenance.keys import Signer
from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.makers.item import UNIT
from tests.vectors.makers.trust import OWNERS, PLACE
from tests.vectors.names import CUSTOMS, MAKER, ORIGIN, OWNER, signer_of
from tests.vectors.reference import Event, Row

REJECTED = "RejectedError"
UNKNOWN = "UnknownActorError"
NOT_GRANTED = "RoleNotGrantedError"
BAD = "MalformedError"

Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class Said:
    """A statement that was logged: who signed it, and its events.

    Its key has the name of its issuer's first, and it was logged *at* that
    time, of which everybody knows.
    """

    issuer: str
    events: tuple[Event, ...]
    at: int = 0

    @property
    def key_id(self) -> bytes:
        name = self.issuer
        if name not in {OWNER, *OWNERS}:
            name = name.split(":")[2].split(".", maxsplit=1)[0]
        return key_id(name)


def tell(body: Body, *items: Row, secret: int = 0) -> Event:
    """Return the event of *body*, about its actor unless *items* say else."""
    rows = items or (("actor", str(body["actor"])),)
    return reference.event(body, rows, secret=bytes([secret]) * 32)


def says(issuer: str, *bodies: Body, at: int = 0, secret: int = 0) -> Said:
    """Return a statement; of another *secret* its events are others."""
    told = tuple(tell(body, secret=secret) for body in bodies)
    return Said(issuer, told, at)


def proven(
    actor: str,
    signer: Signer,
    *,
    origin: str = ORIGIN,
    prover: Signer | None = None,
) -> Body:
    """Return a new key, and the proof that its holder signs for *actor*."""
    key = signer.verifier.data
    message = reference.possession(origin, actor, key)
    return {"key": key, "proof": (prover or signer).sign(message)}


def enrolled(actor: str, name: str, **proof: object) -> Body:
    body = proof or proven(actor, signer_of(name))
    return {"type": "ActorEnrolled", "actor": actor, "name": name, **body}


def granted(actor: str, role: str, **limits: object) -> Body:
    body = {"type": "RoleGranted", "actor": actor, "role": role}
    return {**body, "may_grant": False, **limits}


def key_id(name: str) -> bytes:
    return bytes(signer_of(name).verifier.key_id)


def revoked(actor: str, old: str, reason: str = "lost") -> Body:
    return {
        "type": "KeyRevoked",
        "actor": actor,
        "old": key_id(old),
        "reason": reason,
    }


def added(actor: str, name: str, **proof: object) -> Body:
    body = proof or proven(actor, signer_of(name))
    return {"type": "KeyAdded", "actor": actor, **body}


def rotated(actor: str, old: str, new: str) -> Body:
    return {
        "type": "KeyRotated",
        "actor": actor,
        "old": key_id(old),
        **proven(actor, signer_of(new)),
    }


def taken(actor: str, grant: Body, reason: str = "fraud") -> Body:
    return {
        "type": "GrantRevoked",
        "actor": actor,
        "grant": tell(grant).id,
        "reason": reason,
    }


AGENT = "did:web:agent.example"
PARTY = "https://id.gs1.org/417/9506000134376"
VOICE = 30 * 24 * 60 * 60 * 1000
START, END = 1_770_000_000_000, 1_780_000_000_000
MAKER_GRANT = granted(MAKER, "producer", prefixes=["9506000"])
MAKER_JOINS = says(OWNER, enrolled(MAKER, "maker"), MAKER_GRANT)
DELEGATE = granted(
    AGENT,
    "producer",
    prefixes=["9506000", "421"],
    places=[PLACE],
    until=END,
    may_grant=True,
)
AGENT_JOINS = says(OWNER, enrolled(AGENT, "agent"), DELEGATE)
LIMITED = granted(
    MAKER, "producer", prefixes=["9506000"], places=[PLACE], until=END
)
PASSED_ON = says(AGENT, enrolled(MAKER, "maker"), LIMITED)


def _key(
    name: str, added: int, revoked: int | None = None, reason: str = ""
) -> list[object]:
    return [key_id(name), added, revoked, reason]


def _actor(
    actor: str,
    name: str,
    keys: Sequence[object],
    grants: Sequence[object] = (),
    by: str = OWNER,
) -> list[object]:
    return [actor, name, by, list(keys), list(grants)]


_OWNER = _actor(OWNER, "Operator", [_key(OWNER, -1)], by="")


def _asks(
    issuer: str,
    kind: str,
    *,
    creates: Sequence[str] = (),
    places: Sequence[str] = (),
    at: int = START,
    granted: bool,
) -> list[object]:
    return [issuer, [[[kind], list(creates)]], list(places), at, granted]


def _case(
    name: str,
    desc: str,
    *said: Said,
    trust: str = "plain",
    outcome: str = "ok",
    actors: Sequence[object] | None = None,
    asks: Sequence[object] = (),
) -> Case:
    """Return a case whose statements are the entries 1, 3, 5 …"""
    given = {
        "trust": trust,
        "statements": [
            [
                2 * n + 1,
                one.issuer,
                one.key_id,
                one.at or START + n,
                [event.data for event in one.events],
            ]
            for n, one in enumerate(said)
        ],
    }
    if outcome != "ok":
        return Case(f"bad-{name}", desc, given, outcome)
    return Case(
        f"good-{name}",
        desc,
        given,
        gives={"actors": list(actors or ()), "asks": list(asks)},
    )


def cases() -> list[Case]:
    return [*_good(), *_refused(), *_malformed()]


def _good() -> list[Case]:
    held = [tell(MAKER_GRANT).id, "producer", 1, None]
    maker = _actor(MAKER, "maker", [_key("maker", 1)], [held])
    limited = [tell(LIMITED).id, "producer", 3, None]
    delegate = [tell(DELEGATE).id, "producer", 1, None]
    agent = _actor(AGENT, "agent", [_key("agent", 1)], [delegate])
    dated = granted(MAKER, "customs", **{"from": START, "until": END})
    placed = granted(MAKER, "customs", places=[PLACE])
    anything = granted(MAKER, "producer", prefixes=["*"])
    owners = [
        _actor(owner, f"Owner {n}", [_key(owner, -1)], by="")
        for n, owner in enumerate(OWNERS)
    ]
    enrol = enrolled(MAKER, "maker")
    return [
        _case("beginning", "the authorities of the trust file", actors=[_OWNER]),
        _case(
            "enrolled",
            "an enrolment gives a name and a key, and lets do nothing yet",
            says(OWNER, enrol),
            actors=[_OWNER, _actor(MAKER, "maker", [_key("maker", 1)])],
            asks=[_asks(MAKER, "inspecting", granted=False)],
        ),
        _case(
            "granted",
            "a producer makes things under its own prefix, and no others",
            MAKER_JOINS,
            actors=[_OWNER, maker],
            asks=[
                _asks(MAKER, "inspecting", granted=True),
                _asks(MAKER, "customs_released", granted=False),
                _asks(MAKER, "commissioning", creates=["9506000134352"], granted=True),
                _asks(MAKER, "commissioning", creates=["4012345111118"], granted=False),
                _asks(MAKER, "commissioning", creates=["9506000134352", "4012345111118"], granted=False),
                _asks(MAKER, "transforming", creates=["950600"], granted=False),
                _asks(OWNER, "inspecting", granted=False),
                _asks(CUSTOMS, "inspecting", granted=False),
            ],
        ),
        _case(
            "any-prefix",
            "a grant for any prefix",
            says(OWNER, enrol, anything),
            actors=[
                _OWNER,
                _actor(MAKER, "maker", [_key("maker", 1)], [[tell(anything).id, "producer", 1, None]]),
            ],
            asks=[_asks(MAKER, "commissioning", creates=["4012345111118"], granted=True)],
        ),
        _case(
            "dated",
            "a grant holds from its first to its last millisecond",
            says(OWNER, enrol, dated),
            actors=[
                _OWNER,
                _actor(MAKER, "maker", [_key("maker", 1)], [[tell(dated).id, "customs", 1, None]]),
            ],
            asks=[
                _asks(MAKER, "customs_released", at=START - 1, granted=False),
                _asks(MAKER, "customs_released", at=START, granted=True),
                _asks(MAKER, "customs_released", at=END, granted=True),
                _asks(MAKER, "customs_released", at=END + 1, granted=False),
            ],
        ),
        _case(
            "placed",
            "a grant for one place does not hold elsewhere, nor nowhere",
            says(OWNER, enrol, placed),
            actors=[
                _OWNER,
                _actor(MAKER, "maker", [_key("maker", 1)], [[tell(placed).id, "customs", 1, None]]),
            ],
            asks=[
                _asks(MAKER, "customs_released", places=[PLACE], granted=True),
                _asks(MAKER, "customs_released", granted=False),
                _asks(MAKER, "customs_released", places=[PLACE, "urn:x:y"], granted=False),
            ],
        ),
        _case(
            "grant-revoked",
            "a revoked grant lets do nothing more",
            MAKER_JOINS,
            says(OWNER, taken(MAKER, MAKER_GRANT)),
            actors=[_OWNER, _actor(MAKER, "maker", [_key("maker", 1)], [[*held[:3], 3]])],
            asks=[_asks(MAKER, "inspecting", granted=False)],
        ),
        _case(
            "key-added",
            "an actor gives itself a second key",
            MAKER_JOINS,
            says(MAKER, added(MAKER, "spare")),
            actors=[_OWNER, _actor(MAKER, "maker", [_key("maker", 1), _key("spare", 3)], [held])],
        ),
        _case(
            "key-rotated",
            "an actor puts a new key in an old one's place",
            MAKER_JOINS,
            says(MAKER, rotated(MAKER, "maker", "spare")),
            actors=[
                _OWNER,
                _actor(MAKER, "maker", [_key("maker", 1, 3, "rotated"), _key("spare", 3)], [held]),
            ],
        ),
        _case(
            "key-revoked",
            "the authority takes an actor's key; its grants stay",
            MAKER_JOINS,
            says(OWNER, revoked(MAKER, "maker", "stolen")),
            actors=[_OWNER, _actor(MAKER, "maker", [_key("maker", 1, 3, "stolen")], [held])],
            asks=[_asks(MAKER, "inspecting", granted=True)],
        ),
        _case(
            "passed-on",
            "a grant is passed on within its limits",
            AGENT_JOINS,
            PASSED_ON,
            actors=[_OWNER, agent, _actor(MAKER, "maker", [_key("maker", 3)], [limited], by=AGENT)],
            asks=[
                _asks(MAKER, "commissioning", creates=["9506000134352"], places=[PLACE], granted=True),
                _asks(MAKER, "commissioning", creates=["4210000000000"], places=[PLACE], granted=False),
            ],
        ),
        _case(
            "passed-on-and-taken-back",
            "who passed a grant on may revoke it",
            AGENT_JOINS,
            PASSED_ON,
            says(AGENT, taken(MAKER, LIMITED)),
            actors=[
                _OWNER,
                agent,
                _actor(MAKER, "maker", [_key("maker", 3)], [[*limited[:3], 5]], by=AGENT),
            ],
        ),
        _case(
            "passed-on-from-a-revoked-grant",
            "a grant ends with the one that it came from",
            AGENT_JOINS,
            PASSED_ON,
            says(OWNER, taken(AGENT, DELEGATE)),
            actors=[
                _OWNER,
                _actor(AGENT, "agent", [_key("agent", 1)], [[*delegate[:3], 5]]),
                _actor(MAKER, "maker", [_key("maker", 3)], [limited], by=AGENT),
            ],
            asks=[_asks(MAKER, "inspecting", places=[PLACE], granted=False)],
        ),
        _case(
            "one-of-two-authorities",
            "one voice of two changes nothing",
            says(OWNERS[0], enrol),
            trust="two-authorities",
            actors=owners,
        ),
        _case(
            "two-of-two-authorities",
            "two authorities say the same, each in an event of its own",
            says(OWNERS[0], enrol),
            says(OWNERS[2], enrol, secret=1),
            trust="two-authorities",
            actors=[*owners, _actor(MAKER, "maker", [_key("maker", 3)], by=OWNERS[2])],
        ),
        _case(
            "voice-of-30-days",
            "the second authority says it 30 days after the first",
            says(OWNERS[0], enrol, at=START),
            says(OWNERS[2], enrol, at=START + VOICE, secret=1),
            trust="two-authorities",
            actors=[*owners, _actor(MAKER, "maker", [_key("maker", 3)], by=OWNERS[2])],
        ),
        _case(
            "voice-lapsed",
            "the second authority says it a millisecond too late, and is the first",
            says(OWNERS[0], enrol, at=START),
            says(OWNERS[2], enrol, at=START + VOICE + 1, secret=1),
            trust="two-authorities",
            actors=owners,
        ),
        _case(
            "voice-lapsed-and-raised-again",
            "an authority whose voice lapsed says it once more",
            says(OWNERS[0], enrol, at=START),
            says(OWNERS[0], enrol, at=START + VOICE + 1, secret=1),
            says(OWNERS[2], enrol, at=START + VOICE + 2, secret=2),
            trust="two-authorities",
            actors=[*owners, _actor(MAKER, "maker", [_key("maker", 5)], by=OWNERS[2])],
        ),
        _case(
            "voice-of-a-revoked-key",
            "the key that said it was revoked before the second said it",
            says(OWNERS[0], enrol),
            says(OWNERS[0], {**added(OWNERS[0], "spare"), "type": "KeyRotated", "old": key_id(OWNERS[0])}),
            says(OWNERS[2], enrol, secret=1),
            trust="two-authorities",
            actors=[
                _actor(OWNERS[0], "Owner 0", [_key(OWNERS[0], -1, 3, "rotated"), _key("spare", 3)], by=""),
                *owners[1:],
            ],
        ),
        _case(
            "party-gln",
            "an actor by its party GLN, with a name of other letters",
            says(OWNER, enrolled(PARTY, "中国海关", **proven(PARTY, signer_of("party")))),
            actors=[_OWNER, _actor(PARTY, "中国海关", [_key("party", 1)])],
        ),
        _case(
            "name-of-200-characters",
            "a name as long as there may be",
            says(OWNER, enrolled(MAKER, "名" * 200, **proven(MAKER, signer_of("maker")))),
            actors=[_OWNER, _actor(MAKER, "名" * 200, [_key("maker", 1)])],
        ),
        _case(
            "name-that-is-no-space",
            "a name of a character that looks like nothing, and is no white space",
            says(OWNER, enrolled(MAKER, "\ufeff", **proven(MAKER, signer_of("maker")))),
            actors=[_OWNER, _actor(MAKER, "\ufeff", [_key("maker", 1)])],
        ),
        _case(
            "needs",
            "each need is met by a grant of its own, and one grant covers all of its keys",
            MAKER_JOINS,
            actors=[_OWNER, maker],
            asks=[
                [MAKER, [[["observing"], []], [["transforming"], ["9506000134352"]]], [], START, True],
                [MAKER, [[["recalled"], ["9506000134352"]]], [], START, True],
                [MAKER, [[["recalled"], ["4012345111118"]]], [], START, False],
                [MAKER, [[["customs_held", "packing"], []]], [], START, True],
                [MAKER, [[["customs_held", "tax_paid"], []]], [], START, False],
                [MAKER, [[["observing"], []], [["customs_held"], []]], [], START, False],
                [MAKER, [], [], START, True],
            ],
        ),
        _case(
            "pinned",
            "actors that the trust file names need no enrolment",
            trust="pinned",
            actors=[
                _actor(MAKER, "Maker", [_key("maker", -1)], [[None, "producer", -1, None]], by=""),
                _actor(CUSTOMS, "Customs", [_key("customs", -1)], [[None, "customs", -1, None]], by=""),
            ],
            asks=[
                _asks(MAKER, "commissioning", creates=["9506000134352"], granted=True),
                _asks(CUSTOMS, "customs_released", granted=True),
                _asks(CUSTOMS, "commissioning", creates=["9506000134352"], granted=False),
            ],
        ),
    ]  # fmt: skip


def _refused() -> list[Case]:
    other = "did:web:other.example"
    forged = proven(MAKER, signer_of("maker"), prover=signer_of("thief"))
    elsewhere = proven(MAKER, signer_of("maker"), origin="other.example")
    for_another = proven(other, signer_of("maker"))
    enrol = enrolled(MAKER, "maker")
    rows: list[tuple[str, str, str, tuple[Said, ...]]] = [
        ("enrolled-twice", "an actor that is enrolled already", REJECTED, (MAKER_JOINS, says(OWNER, enrolled(MAKER, "spare")))),
        ("enrolled-twice-at-once", "one statement with the same enrolment twice", REJECTED, (says(OWNER, enrol, enrol),)),
        ("key-in-use", "another actor's key", REJECTED, (MAKER_JOINS, says(OWNER, enrolled(other, "other", **proven(other, signer_of("maker")))))),
        ("authoritys-key", "the authority's own key", REJECTED, (says(OWNER, enrolled(MAKER, "maker", **proven(MAKER, signer_of(OWNER)))),)),
        ("proof-by-another-key", "who enrols does not hold the key", REJECTED, (says(OWNER, enrolled(MAKER, "maker", **forged)),)),
        ("proof-for-another-ledger", "the key's holder joined another ledger", REJECTED, (says(OWNER, enrolled(MAKER, "maker", **elsewhere)),)),
        ("proof-for-another-actor", "the key's holder is somebody else", REJECTED, (says(OWNER, enrolled(MAKER, "maker", **for_another)),)),
        ("enrolled-by-a-plain-actor", "a producer enrols nobody", NOT_GRANTED, (MAKER_JOINS, says(MAKER, enrolled(other, "other")))),
        ("enrolled-by-a-stranger", "nobody knows who signed", UNKNOWN, (says(other, enrol),)),
        ("granted-by-itself", "nobody grants itself a role", NOT_GRANTED, (MAKER_JOINS, says(MAKER, granted(MAKER, "customs")))),
        ("granted-to-a-stranger", "a grant before an enrolment", UNKNOWN, (says(OWNER, MAKER_GRANT),)),
        ("role-unknown", "a role that the ledger does not have", REJECTED, (MAKER_JOINS, says(OWNER, granted(MAKER, "painter")))),
        ("passed-on-another-role", "only the same role is passed on", NOT_GRANTED, (AGENT_JOINS, says(AGENT, enrol, LIMITED | {"role": "customs"}))),
        ("passed-on-a-wider-prefix", "a shorter prefix covers more", NOT_GRANTED, (AGENT_JOINS, says(AGENT, enrol, LIMITED | {"prefixes": ["950600"]}))),
        ("passed-on-any-prefix", "any prefix is more than some", NOT_GRANTED, (AGENT_JOINS, says(AGENT, enrol, LIMITED | {"prefixes": ["*"]}))),
        ("passed-on-everywhere", "everywhere is more than one place", NOT_GRANTED, (AGENT_JOINS, says(AGENT, enrol, {k: v for k, v in LIMITED.items() if k != "places"}))),
        ("passed-on-another-place", "another place than its own", NOT_GRANTED, (AGENT_JOINS, says(AGENT, enrol, LIMITED | {"places": ["urn:x:y"]}))),
        ("passed-on-for-longer", "a millisecond longer", NOT_GRANTED, (AGENT_JOINS, says(AGENT, enrol, LIMITED | {"until": END + 1}))),
        ("passed-on-for-ever", "without an end", NOT_GRANTED, (AGENT_JOINS, says(AGENT, enrol, {k: v for k, v in LIMITED.items() if k != "until"}))),
        ("passed-on-after-its-end", "what is revoked is not passed on", NOT_GRANTED, (AGENT_JOINS, says(OWNER, taken(AGENT, DELEGATE)), PASSED_ON)),
        ("passed-on-again", "a grant that may not be passed on", NOT_GRANTED, (AGENT_JOINS, PASSED_ON, says(MAKER, enrolled(other, "other")))),
        ("granted-again", "an authority says a grant that holds again", REJECTED, (MAKER_JOINS, says(OWNER, MAKER_GRANT))),
        ("said-again", "a key given once more by the very same event", REJECTED, (MAKER_JOINS, says(MAKER, added(MAKER, "spare")), says(MAKER, added(MAKER, "spare")))),
        ("revoked-again", "a revocation of what is revoked, by the very same event", REJECTED, (MAKER_JOINS, says(OWNER, taken(MAKER, MAKER_GRANT)), says(OWNER, taken(MAKER, MAKER_GRANT)))),
        ("granted-by-competitor", "a delegate repeats the grant of another, to become its grantor", REJECTED, (AGENT_JOINS, says(OWNER, enrol, LIMITED), says(AGENT, LIMITED))),
        ("granted-again-at-once", "one statement with the same grant twice", REJECTED, (says(OWNER, enrol, MAKER_GRANT, MAKER_GRANT),)),
        ("granted-again-after-its-end", "a grant that was revoked does not come back", REJECTED, (MAKER_JOINS, says(OWNER, taken(MAKER, MAKER_GRANT)), says(OWNER, MAKER_GRANT))),
        ("granted-again-by-another", "a grant does not change hands", REJECTED, (AGENT_JOINS, says(OWNER, enrol, LIMITED), says(AGENT, LIMITED))),
        ("granted-again-by-its-holder", "a grant would come from itself", REJECTED, (AGENT_JOINS, says(AGENT, DELEGATE))),
        ("granted-again-in-a-circle", "a grant would come from one that came from it", REJECTED, (AGENT_JOINS, says(AGENT, enrol, DELEGATE | {"actor": MAKER}), says(MAKER, DELEGATE))),
        ("grant-unknown", "a grant that was never given", REJECTED, (MAKER_JOINS, says(OWNER, taken(MAKER, DELEGATE)))),
        ("grant-revoked-twice", "a grant that was revoked already", REJECTED, (MAKER_JOINS, says(OWNER, taken(MAKER, MAKER_GRANT)), says(OWNER, taken(MAKER, MAKER_GRANT, "again")))),
        ("grant-revoked-by-another", "who did not give cannot take", NOT_GRANTED, (AGENT_JOINS, MAKER_JOINS, says(AGENT, taken(MAKER, MAKER_GRANT)))),
        ("key-added-by-another", "no actor gives another a key", NOT_GRANTED, (AGENT_JOINS, MAKER_JOINS, says(AGENT, added(MAKER, "spare")))),
        ("key-revoked-by-another", "no actor takes another's key", NOT_GRANTED, (AGENT_JOINS, MAKER_JOINS, says(AGENT, revoked(MAKER, "maker")))),
        ("key-revoked-twice", "a key that was revoked already", UNKNOWN, (MAKER_JOINS, says(OWNER, revoked(MAKER, "maker")), says(OWNER, revoked(MAKER, "maker", "again")))),
        ("key-rotated-from-anothers", "another actor's key in one's own place", UNKNOWN, (AGENT_JOINS, MAKER_JOINS, says(AGENT, rotated(AGENT, "maker", "spare")))),
        ("key-rotated-to-itself", "a key in its own place", REJECTED, (MAKER_JOINS, says(MAKER, rotated(MAKER, "maker", "maker")))),
        ("key-comes-back", "a revoked key is never given again", REJECTED, (MAKER_JOINS, says(OWNER, revoked(MAKER, "maker")), says(OWNER, added(MAKER, "maker")))),
        ("key-of-a-stranger", "a key for an actor that nobody knows", UNKNOWN, (says(OWNER, added(MAKER, "maker")),)),
        ("one-bad-of-two", "a good enrolment beside a grant of no role", REJECTED, (says(OWNER, enrol, granted(MAKER, "painter")),)),
    ]  # fmt: skip
    voices = says(OWNERS[0], enrol)
    return [
        *(_case(n, d, *said, outcome=o) for n, d, o, said in rows),
        _case(
            "one-authority-twice",
            "one authority's voice counts once",
            voices,
            voices,
            trust="two-authorities",
            outcome=REJECTED,
        ),
        _case(
            "pinned-enrols",
            "a pinned actor enrols nobody",
            says(MAKER, enrolled(other, "other")),
            trust="pinned",
            outcome=NOT_GRANTED,
        ),
    ]


def _malformed() -> list[Case]:
    enrol = enrolled(MAKER, "maker")
    revoke = revoked(MAKER, "maker")
    take = taken(MAKER, MAKER_GRANT)

    def without(body: Body, member: str) -> Body:
        return {k: v for k, v in body.items() if k != member}

    bodies: list[tuple[str, str, Body]] = [
        ("no-name", "an enrolment without a name", without(enrol, "name")),
        ("empty-name", "a name of no letters", enrol | {"name": ""}),
        ("name-of-201-characters", "a name too long", enrol | {"name": "n" * 201}),
        ("name-of-spaces", "a name of spaces alone", enrol | {"name": " \u3000\u00a0"}),
        ("name-with-a-newline", "a name of two lines", enrol | {"name": "a\nb"}),
        ("name-turned-round", "a name that is read from right to left", enrol | {"name": "a\u202eb"}),
        ("name-with-a-mark", "a name with a mark of direction", enrol | {"name": "a\u200fb"}),
        ("no-proof", "an enrolment without its proof", without(enrol, "proof")),
        ("proof-of-63-bytes", "a proof too short", enrol | {"proof": bytes(63)}),
        ("key-of-31-bytes", "a key too short", enrol | {"key": bytes(31)}),
        ("key-in-hex", "a key that is text", enrol | {"key": bytes(32).hex()}),
        ("key-of-small-order", "a key that anyone can sign for", enrol | {"key": bytes(32)}),
        ("key-not-canonical", "a key whose number is not below the prime", enrol | {"key": b"\xff" * 31 + b"\x7f"}),
        ("enrolment-with-a-role", "a member that it cannot have", enrol | {"role": "customs"}),
        ("no-role", "a grant of no role", without(MAKER_GRANT, "role")),
        ("no-may-grant", "a grant that does not say whether it may be passed on", without(MAKER_GRANT, "may_grant")),
        ("may-grant-is-1", "a number for a yes", MAKER_GRANT | {"may_grant": 1}),
        ("no-prefixes", "a list of no prefixes", MAKER_GRANT | {"prefixes": []}),
        ("empty-prefix", "a prefix of no digits, which all ids start with", MAKER_GRANT | {"prefixes": [""]}),
        ("prefix-is-a-number", "a prefix that is a number", MAKER_GRANT | {"prefixes": [9506000]}),
        ("prefixes-are-text", "prefixes that are no list", MAKER_GRANT | {"prefixes": "9506000"}),
        ("places-are-nil", "places that are nil", MAKER_GRANT | {"places": None}),
        ("until-is-text", "a time that is text", MAKER_GRANT | {"until": "2027-01-01"}),
        ("until-is-negative", "a time before 1970", MAKER_GRANT | {"until": -1}),
        ("until-is-true", "a time that is true", MAKER_GRANT | {"until": True}),
        ("until-with-a-fraction", "half a millisecond", MAKER_GRANT | {"until": 0.5}),
        ("revocation-without-a-reason", "a key revoked for no reason", without(revoke, "reason")),
        ("revocation-of-a-short-key-id", "a key id of 31 bytes", revoke | {"old": bytes(31)}),
        ("grant-of-31-bytes", "a grant's id too short", take | {"grant": bytes(31)}),
        ("actor-not-a-uri", "an actor that is no URI", enrolled("maker", "maker") | {"actor": 1}),
    ]  # fmt: skip
    events = [
        ("no-items-but-others", "the item is not the actor", tell(enrol, ("actor", CUSTOMS))),
        ("two-items", "the actor and one more", tell(enrol, ("actor", MAKER), ("actor", CUSTOMS))),
        ("actor-in-a-list", "the actor in a list of things", tell(enrol, ("epcList", MAKER))),
        ("a-thing", "a thing enrolled as the actor's item", tell(enrol, ("actor", UNIT))),
    ]  # fmt: skip
    return [
        *(
            _case(
                f"malformed-{name}",
                desc,
                Said(OWNER, (tell(body, ("actor", MAKER)),)),
                outcome=BAD,
            )
            for name, desc, body in bodies
        ),
        *(
            _case(f"malformed-{n}", d, Said(OWNER, (event,)), outcome=BAD)
            for n, d, event in events
        ),
    ]
