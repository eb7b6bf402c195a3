"""Trust files, good and bad. Other cases name the good ones."""

from collections.abc import Mapping

from provenance.keys import MLDSASigner
from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.names import (
    CARRIER,
    CUSTOMS,
    MAKER,
    ORIGIN,
    OWNER,
    signer_of,
)
from tests.vectors.reference import H, b64, mp
from tests.vectors.words import SHIPPED

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


def books_rows(*rows: tuple[bytes, int]) -> str:
    return "".join(
        f'\n[[books]]\nid = "{book.hex()}"\nfrom = {start}\n'
        for book, start in rows
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
TASTER = (
    PINNED
    + _actor("actors", CARRIER, "Taster", public_key("carrier"))
    + '\n[[actors.grants]]\nrole = "taster"\n'
)
MOST = 'quorum = "most"\n'
NOBODY = 'quorum = "none"\n'

BASELINE = H(mp(SHIPPED))
OTHER_BOOK = mp(
    {
        **SHIPPED,
        "steps": {
            **SHIPPED["steps"],
            "own": sorted([*SHIPPED["steps"]["own"], "tasted"]),
        },
        "roles": {**SHIPPED["roles"], "taster": ["tasted"]},
    }
)
"""A book with a step, and a role that may sign it, that `evidence-1` lacks."""

LATER_FORMAT = mp({"format": "provenance/evidence-book/v2", "steps": []})
"""A book of a format that no verifier of today can read."""

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
    "witnessed-for-nobody": _head() + NOBODY + OPERATOR + _witnesses(),
    "baseline": _head() + OPERATOR + books_rows((BASELINE, 0)),
    "other-book": _head() + PINNED + books_rows((H(OTHER_BOOK), 0)),
    "other-book-later": (
        _head() + PINNED + books_rows((BASELINE, 0), (H(OTHER_BOOK), 2))
    ),
    "other-book-from-5": _head() + PINNED + books_rows((H(OTHER_BOOK), 5)),
    "later-format": _head() + PINNED + books_rows((H(LATER_FORMAT), 0)),
    "taster": (
        _head() + TASTER + books_rows((BASELINE, 0), (H(OTHER_BOOK), 2))
    ),
    "narrow-clock": _head() + "clock_bound_seconds = 300\n" + OPERATOR,
    "wide-clock": _head() + "clock_bound_seconds = 86400\n" + OPERATOR,
    "last-second": (
        _head() + OPERATOR
        + '\n[[authorities.grants]]\nrole = "customs"\n'
        + "from = 1970-01-01T00:00:00Z\nuntil = 9999-12-31T23:59:59.999Z\n"
    ),
    "watched": (
        _head() + 'quorum = "auditor"\n' + OPERATOR
        + _witnesses("auditors", ("auditor",))
    ),
    "everything": (
        _head(log_key(), POST_QUANTUM)
        + 'quorum = "ok"\nmax_age_seconds = 86400\ntrails = []\nthreshold = 1\n'
        + "clock_bound_seconds = 600\n"
        + books_rows((H(OTHER_BOOK), 0), (BASELINE, 0), (BASELINE, 7))
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
    "clock_bound_seconds": 3_600,
    "books": [[BASELINE, 0]],
}
_PLAIN = _SMALLEST | {"authorities": [_person(OWNER, "Operator", OWNER)]}

_GIVES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "plain": ("one authority, no witnesses", _PLAIN),
    "smallest": (
        "an origin and a key; all else by default",
        _SMALLEST,
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
    "witnessed-for-nobody": (
        "witnesses, and it is said that none is asked for",
        _PLAIN | {"witnesses": _cosigners(*WITNESSES)},
    ),
    "baseline": ("the book that everybody has, named", _PLAIN),
    "other-book": (
        "another book, of which this program has nothing but the id",
        _SMALLEST | {"actors": _PINNED, "books": [[H(OTHER_BOOK), 0]]},
    ),
    "other-book-later": (
        "another book from the third entry on",
        _SMALLEST
        | {
            "actors": _PINNED,
            "books": [[BASELINE, 0], [H(OTHER_BOOK), 2]],
        },
    ),
    "other-book-from-5": (
        "another book from the sixth entry on, and none named before",
        _SMALLEST | {"actors": _PINNED, "books": [[H(OTHER_BOOK), 5]]},
    ),
    "later-format": (
        "a book of a format that nobody knows yet",
        _SMALLEST | {"actors": _PINNED, "books": [[H(LATER_FORMAT), 0]]},
    ),
    "taster": (
        "a pinned actor in a role that the book in force at first lacks",
        _SMALLEST
        | {
            "actors": [
                *_PINNED,
                _person(
                    CARRIER, "Taster", "carrier", grants=(_grant("taster"),)
                ),
            ],
            "books": [[BASELINE, 0], [H(OTHER_BOOK), 2]],
        },
    ),
    "narrow-clock": (
        "a log whose clock is to be right to five minutes",
        _PLAIN | {"clock_bound_seconds": 300},
    ),
    "wide-clock": (
        "a log whose clock is to be right to a day",
        _PLAIN | {"clock_bound_seconds": 86_400},
    ),
    "last-second": (
        "the first moment there is, and the last",
        _PLAIN
        | {
            "authorities": [
                _person(
                    OWNER, "Operator", OWNER,
                    grants=(
                        _grant("customs", **{"from": 0}, until=253_402_300_799_999),
                    ),
                )
            ]
        },
    ),
    "watched": (
        "an auditor is the quorum",
        _PLAIN
        | {
            "quorum": "auditor",
            "witnesses": _cosigners("auditor"),
            "auditors": ["auditor"],
        },
    ),
    "everything": (
        "every member there is",
        _SMALLEST
        | {
            "log_keys": [log_key(), POST_QUANTUM],
            "quorum": "ok",
            "max_age_seconds": 86_400,
            "clock_bound_seconds": 600,
            "books": [[H(OTHER_BOOK), 0], [BASELINE, 0], [BASELINE, 7]],
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
        ("no-quorum", "witnesses, and nothing said of a quorum", head + _witnesses()),
        ("no-quorum-of-auditors", "an auditor, and nothing said of a quorum", head + _witnesses("auditors", ("auditor",))),
        ("clock-bound-below-5-minutes", "a clock that is to be right to less than five minutes", head + "clock_bound_seconds = 299\n"),
        ("clock-bound-above-a-day", "a clock that may be wrong by more than a day", head + "clock_bound_seconds = 86401\n"),
        ("clock-bound-is-text", "a bound that is text", head + 'clock_bound_seconds = "3600"\n'),
        ("clock-bound-is-true", "a bound that is true", head + "clock_bound_seconds = true\n"),
        ("age-of-5000-digits", "a number of 5,000 digits", head + f"max_age_seconds = {'9' * 5000}\n"),
        ("age-beyond-2-53", "a number beyond 2^53 - 1", head + f"max_age_seconds = {2**53}\n"),
        ("threshold-of-5000-digits", "a threshold of 5,000 digits", head + OPERATOR.replace("\n[[", f"threshold = {'9' * 5000}\n[[", 1)),
        ("book-of-63-digits", "a book's id a digit too short", head + books_rows((BASELINE, 0)).replace(BASELINE.hex(), BASELINE.hex()[1:])),
        ("book-in-upper-case", "a book's id in capital letters", head + books_rows((BASELINE, 0)).replace(BASELINE.hex(), BASELINE.hex().upper())),
        ("book-without-from", "a book that counts from nowhere", head + books_rows((BASELINE, 0)).replace("from = 0", "")),
        ("book-from-below-0", "a book that counts from before the log", head + books_rows((BASELINE, -1))),
        ("book-from-beyond-2-53", "a book that counts from beyond 2^53 - 1", head + books_rows((BASELINE, 2**53))),
        ("book-with-a-name", "a member that nobody knows", head + books_rows((BASELINE, 0)) + 'name = "evidence-1"\n'),
        ("book-twice", "one book twice from one entry on", head + books_rows((BASELINE, 0), (BASELINE, 0))),
        ("books-turned-round", "the later book first", head + books_rows((H(OTHER_BOOK), 5), (BASELINE, 0))),
        ("time-before-1970", "a grant that ended before 1970", plain + grants + 'role = "customs"\nuntil = 1969-12-31T23:59:59Z\n'),
        ("time-before-year-1", "a date before the calendar's first, in UTC", plain + grants + 'role = "customs"\nfrom = 0001-01-01T00:00:00+14:00\n'),
        ("time-after-year-9999", "a date after the year 9999, in UTC", plain + grants + 'role = "customs"\nuntil = 9999-12-31T23:59:59-14:00\n'),
        ("roles", "a table of roles, which a book has", plain + '\n[roles]\ncustoms = ["holding"]\n'),
        ("group-threshold-0", "none of the members", head + NOBODY + _witnesses() + _group("most", 0, *WITNESSES)),
        ("group-threshold-4", "four of three members", head + NOBODY + _witnesses() + _group("most", 4, *WITNESSES)),
        ("group-member-twice", "one witness counts twice", head + NOBODY + _witnesses() + _group("most", 2, "w1", "w1")),
        ("group-before-its-member", "a group of a later group", head + NOBODY + _witnesses() + _group("a", 1, "b") + _group("b", 1, "w1")),
        ("witness-key-twice", "one key under two names", head + NOBODY + _witnesses(names=("w1",)) + _witnesses(names=("w1",)).replace('"w1"', '"w2"')),
        ("witness-with-a-log-key", "a log's key as a witness's", head + NOBODY + f'[[witnesses]]\nname = "w1"\nkey = "{log_key("w1", "w1.example")}"\n'),
        ("witness-named-none", "the name that means nobody", head + NOBODY + _witnesses(names=("w1",)).replace('"w1"', '"none"')),
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
        ("empty-role", "a grant of a role without a name", plain + grants + 'role = ""\n'),
        ("pinned-may-grant", "a pinned actor that grants", head + PINNED + "may_grant = true\n"),
        ("time-without-zone", "a time without its zone", plain + grants + 'role = "customs"\nuntil = 2027-01-01T00:00:00\n'),
        ("time-is-text", "a time that is text", plain + grants + 'role = "customs"\nuntil = "2027-01-01T00:00:00Z"\n'),
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
