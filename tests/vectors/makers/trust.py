"""Trust files, good and bad. Other cases name the good ones."""

from collections.abc import Mapping

from provenance.claims.roles import DEFAULT_ROLES

from provenance.keys import MLDSASigner
from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.names import CUSTOMS, MAKER, ORIGIN, OWNER, signer_of
from tests.vectors.reference import H, b64

OWNERS = [f"did:web:owner{number}.example" for number in range(3)]
WITNESSES = ("w1", "w2", "w3")

PLACE = "https://id.gs1.org/414/9506000134376"


def public_key(name: str) -> bytes:
    return signer_of(name).verifier.data


def log_key(holder: str = "log", name: str = ORIGIN) -> str:
    return reference.vkey(name, 1, public_key(holder))


POST_QUANTUM = reference.vkey(
    ORIGIN, 6, MLDSASigner.from_seed(H(b"pq")).verifier.data
)


def witness_key(name: str) -> str:
    return reference.vkey(f"{name}.example", 4, public_key(name))


def _head(*keys: str) -> str:
    quoted = ", ".join(f'"{key}"' for key in keys or (log_key(),))
    return f'origin = "{ORIGIN}"\nlog_keys = [{quoted}]\n'


def _actor(kind: str, actor: str, name: str, *keys: bytes) -> str:
    quoted = ", ".join(f'"{b64(key)}"' for key in keys)
    return f'\n[[{kind}]]\nid = "{actor}"\nname = "{name}"\nkeys = [{quoted}]\n'


def _witnesses(
    kind: str = "witnesses", names: tuple[str, ...] = WITNESSES
) -> str:
    return "".join(
        f'\n[[{kind}]]\nname = "{name}"\nkey = "{witness_key(name)}"\n'
        for name in names
    )


def _group(name: str, threshold: int, *members: str) -> str:
    quoted = ", ".join(f'"{member}"' for member in members)
    return (
        f'\n[[groups]]\nname = "{name}"\nthreshold = {threshold}\n'
        f"members = [{quoted}]\n"
    )


OPERATOR = _actor("authorities", OWNER, "Operator", public_key(OWNER))
PINNED = (
    _actor("actors", MAKER, "Maker", public_key("maker"))
    + '\n[[actors.grants]]\nrole = "producer"\nprefixes = ["9506000"]\n'
    + _actor("actors", CUSTOMS, "Customs", public_key("customs"))
    + '\n[[actors.grants]]\nrole = "customs"\n'
)
MOST = 'quorum = "most"\n'

TEXTS: Mapping[str, str] = {
    "plain": _head() + OPERATOR,
    "smallest": _head(),
    "witnessed": (
        _head() + MOST + OPERATOR + _witnesses() + _group("most", 2, *WITNESSES)
    ),
    "one-witness": (
        _head()
        + 'quorum = "w1"\nmax_age_seconds = 60\n'
        + OPERATOR
        + _witnesses(names=("w1",))
    ),
    "second-log-key": _head(log_key(), log_key("second log")) + OPERATOR,
    "post-quantum": _head(log_key(), POST_QUANTUM) + OPERATOR,
    "other-ledger": (
        'origin = "other.example"\nlog_keys = ["'
        + log_key("other", "other.example")
        + '"]\n'
        + OPERATOR
    ),
    "two-authorities": (
        _head()
        + "threshold = 2\n"
        + "".join(
            _actor("authorities", owner, f"Owner {n}", public_key(owner))
            for n, owner in enumerate(OWNERS)
        )
    ),
    "pinned": _head() + PINNED,
    "containers-only": _head() + 'trails = ["containers"]\n' + OPERATOR,
    "an-hour": _head() + "max_age_seconds = 3600\n" + OPERATOR,
    "any-age": _head() + 'max_age_seconds = "any"\n' + OPERATOR,
    "other-roles": (
        _head()
        + OPERATOR
        + '\n[roles]\ncourier = []\ncustoms = ["holding"]\npainter = ["*"]\n'
    ),
    "everything": (
        _head(log_key(), POST_QUANTUM)
        + 'quorum = "ok"\nmax_age_seconds = 86400\ntrails = []\nthreshold = 1\n'
        + _witnesses(names=("w1", "w2"))
        + 'url = "https://w2.example/"\n'
        + f'\n[[auditors]]\nname = "auditor"\nkey = "{witness_key("auditor")}"\n'
        + _group("any", 1, "w1", "w2")
        + _group("ok", 2, "any", "auditor")
        + _actor(
            "authorities", OWNER, 'The \\"operator\\"', public_key(OWNER),
            public_key("spare"),
        )
        + '\n[[authorities.grants]]\nrole = "auditor"\nmay_grant = true\n'
        + PINNED
        + f'places = ["{PLACE}"]\nfrom = 2026-01-01T00:00:00Z\n'
        + "until = 2027-01-01T00:00:00.5+01:00\n"
    ),
}  # fmt: skip


def _grant(role: str, **changes: object) -> dict[str, object]:
    return {
        "role": role,
        "prefixes": [],
        "places": [],
        "from": None,
        "until": None,
        "may_grant": False,
    } | changes


def _person(
    actor: str, name: str, *keys: str, grants: tuple[object, ...] = ()
) -> dict[str, object]:
    return {
        "id": actor,
        "name": name,
        "keys": [public_key(key) for key in keys],
        "grants": list(grants),
    }


def _cosigners(*names: str) -> list[dict[str, object]]:
    return [
        {"name": name, "key": witness_key(name), "url": None} for name in names
    ]


_PINNED = [
    _person(
        MAKER, "Maker", "maker",
        grants=(_grant("producer", prefixes=["9506000"]),),
    ),
    _person(CUSTOMS, "Customs", "customs", grants=(_grant("customs"),)),
]  # fmt: skip
_SMALLEST: dict[str, object] = {
    "origin": ORIGIN,
    "log_keys": [log_key()],
    "quorum": None,
    "witnesses": [],
    "auditors": [],
    "groups": [],
    "max_age_seconds": 604_800,
    "trails": ["containers", "inputs", "lots"],
    "threshold": 1,
    "authorities": [],
    "actors": [],
    "changed_roles": {},
}
_PLAIN = _SMALLEST | {"authorities": [_person(OWNER, "Operator", OWNER)]}

_GIVES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "plain": ("one authority, no witnesses", _PLAIN),
    "smallest": (
        "an origin and a key; all else by default, with the table of roles",
        _SMALLEST
        | {"roles": {r: sorted(k) for r, k in DEFAULT_ROLES.items()}},
    ),
    "witnessed": (
        "two of three witnesses",
        _PLAIN
        | {
            "quorum": "most",
            "witnesses": _cosigners(*WITNESSES),
            "groups": [["most", 2, list(WITNESSES)]],
        },
    ),
    "one-witness": (
        "a quorum of one witness by its name, and a minute of freshness",
        _PLAIN
        | {
            "quorum": "w1",
            "max_age_seconds": 60,
            "witnesses": _cosigners("w1"),
        },
    ),
    "second-log-key": (
        "two keys, both of which must sign",
        _PLAIN | {"log_keys": [log_key(), log_key("second log")]},
    ),
    "post-quantum": (
        "an Ed25519 and an ML-DSA-44 key of the log",
        _PLAIN | {"log_keys": [log_key(), POST_QUANTUM]},
    ),
    "other-ledger": (
        "another ledger's trust file",
        _PLAIN
        | {
            "origin": "other.example",
            "log_keys": [log_key("other", "other.example")],
        },
    ),
    "two-authorities": (
        "two of three authorities must say the same",
        _SMALLEST
        | {
            "threshold": 2,
            "authorities": [
                _person(owner, f"Owner {n}", owner)
                for n, owner in enumerate(OWNERS)
            ],
        },
    ),
    "pinned": (
        "actors known without a trail, and no authority",
        _SMALLEST | {"actors": _PINNED},
    ),
    "containers-only": (
        "lots and inputs are not asked for",
        _PLAIN | {"trails": ["containers"]},
    ),
    "an-hour": ("an hour of freshness", _PLAIN | {"max_age_seconds": 3_600}),
    "any-age": ("however old", _PLAIN | {"max_age_seconds": None}),
    "other-roles": (
        "one role gone, one replaced, one added",
        _PLAIN
        | {
            "changed_roles": {
                "courier": None,
                "customs": ["holding"],
                "painter": ["*"],
            }
        },
    ),
    "everything": (
        "every member there is",
        _SMALLEST
        | {
            "log_keys": [log_key(), POST_QUANTUM],
            "quorum": "ok",
            "max_age_seconds": 86_400,
            "trails": [],
            "witnesses": [
                *_cosigners("w1"),
                _cosigners("w2")[0] | {"url": "https://w2.example/"},
                *_cosigners("auditor"),
            ],
            "auditors": ["auditor"],
            "groups": [["any", 1, ["w1", "w2"]], ["ok", 2, ["any", "auditor"]]],
            "authorities": [
                _person(
                    OWNER, 'The "operator"', OWNER, "spare",
                    grants=(_grant("auditor", may_grant=True),),
                )
            ],
            "actors": [
                _PINNED[0],
                _person(
                    CUSTOMS, "Customs", "customs",
                    grants=(
                        _grant(
                            "customs",
                            places=[PLACE],
                            # 2026-01-01, and 2026-12-31T23:00:00.5Z
                            **{"from": 1_767_225_600_000},
                            until=1_798_758_000_500,
                        ),
                    ),
                ),
            ],
        },
    ),
}  # fmt: skip


def _bad() -> list[tuple[str, str, str]]:
    head, plain = _head(), TEXTS["plain"]
    grants = "\n[[authorities.grants]]\n"
    zero = b64(bytes(32))
    return [
        ("empty", "no text", ""),
        ("not-toml", "no TOML", "origin = "),
        ("key-twice", "a member twice", head + head),
        ("no-origin", "no origin", f'log_keys = ["{log_key()}"]\n'),
        ("no-log-keys", "no keys", f'origin = "{ORIGIN}"\n'),
        ("empty-log-keys", "a list of no keys", f'origin = "{ORIGIN}"\nlog_keys = []\n'),
        ("log-key-of-another", "a key of another log", _head(log_key("log", "other.example"))),
        ("log-key-with-another-id", "a key id that is not the key's", head.replace(log_key()[len(ORIGIN) + 1 :][:8], "00000000")),
        ("log-key-cosigns", "a cosigner's key as the log's", _head(reference.vkey(ORIGIN, 4, public_key("log")))),
        ("log-key-twice", "one key twice", _head(log_key(), log_key())),
        ("log-key-is-text", "keys that are no list", f'origin = "{ORIGIN}"\nlog_keys = "{log_key()}"\n'),
        ("unknown-member", "a member that nobody knows", head + "quorums = 1\n"),
        ("unknown-member-of-an-actor", "a member too many", plain + "pinned = true\n"),
        ("unknown-member-of-a-grant", "a member too many", plain + grants + 'role = "customs"\nprefix = "95"\n'),
        ("origin-is-a-number", "an origin that is a number", head.replace(f'"{ORIGIN}"', "1", 1)),
        ("unknown-quorum", "a quorum that is not defined", head + MOST),
        ("unknown-group-member", "a group of an unknown witness", head + _group("most", 1, "w1")),
        ("group-threshold-0", "none of the members", head + _witnesses() + _group("most", 0, *WITNESSES)),
        ("group-threshold-4", "four of three members", head + _witnesses() + _group("most", 4, *WITNESSES)),
        ("group-member-twice", "one witness counts twice", head + _witnesses() + _group("most", 2, "w1", "w1")),
        ("group-before-its-member", "a group of a later group", head + _witnesses() + _group("a", 1, "b") + _group("b", 1, "w1")),
        ("witness-key-twice", "one key under two names", head + _witnesses(names=("w1",)) + _witnesses(names=("w1",)).replace('"w1"', '"w2"')),
        ("witness-with-a-log-key", "a log's key as a witness's", head + f'[[witnesses]]\nname = "w1"\nkey = "{log_key("w1", "w1.example")}"\n'),
        ("witness-named-none", "the name that means nobody", head + _witnesses(names=("w1",)).replace('"w1"', '"none"')),
        ("threshold-0", "no authority needed", head + "threshold = 0\n" + OPERATOR),
        ("threshold-too-great", "two of one authority", head + "threshold = 2\n" + OPERATOR),
        ("threshold-is-true", "a threshold that is true", head + "threshold = true\n" + OPERATOR),
        ("age-0", "no time at all", head + "max_age_seconds = 0\n"),
        ("age-is-a-word", "another word than any", head + 'max_age_seconds = "never"\n'),
        ("age-is-a-fraction", "half a second", head + "max_age_seconds = 0.5\n"),
        ("unknown-trails", "trails that are none", head + 'trails = ["lots", "boxes"]\n'),
        ("authority-twice", "one authority twice", head + OPERATOR + OPERATOR),
        ("authority-without-keys", "an authority that cannot sign", head + _actor("authorities", OWNER, "Operator")),
        ("authority-not-a-uri", "an id that is no URI", head + _actor("authorities", "operator", "Operator", public_key(OWNER))),
        ("actors-share-a-key", "one key for two actors", head + OPERATOR + _actor("actors", MAKER, "Maker", public_key(OWNER))),
        ("key-of-31-bytes", "a key too short", head + _actor("authorities", OWNER, "Operator", bytes(31))),
        ("key-of-small-order", "a key that anyone can sign for", head + _actor("authorities", OWNER, "Operator", bytes(32))),
        ("key-not-canonical", "a second spelling of base64", head + OPERATOR.replace(b64(public_key(OWNER)), b64(public_key(OWNER))[:-1])),
        ("key-with-stray-bits", "base64 with bits that mean nothing", head + _actor("authorities", OWNER, "Operator", bytes(32)).replace(zero, zero[:-2] + "B=")),
        ("unknown-role", "a grant of no known role", plain + grants + 'role = "painter"\n'),
        ("pinned-may-grant", "a pinned actor that grants", head + PINNED + "may_grant = true\n"),
        ("time-without-zone", "a time without its zone", plain + grants + 'role = "customs"\nuntil = 2027-01-01T00:00:00\n'),
        ("time-is-text", "a time that is text", plain + grants + 'role = "customs"\nuntil = "2027-01-01T00:00:00Z"\n'),
        ("roles-are-text", "a role's kinds that are text", plain + '\n[roles]\ncustoms = "holding"\n'),
        ("authorities-are-a-table", "one table where a list must be", head + f'[authorities]\nid = "{OWNER}"\n'),
    ]  # fmt: skip


def cases() -> list[Case]:
    good = [
        Case(f"good-{name}", desc, {"text": TEXTS[name]}, gives=gives)
        for name, (desc, gives) in _GIVES.items()
    ]
    assert len(good) == len(TEXTS), "each trust file is a case"
    return good + [
        Case(f"bad-{name}", desc, {"text": text}, "MalformedError")
        for name, desc, text in _bad()
    ]
