"""FORMATS.md is what the library does: its examples are made again here.

Each example of the page stands under a comment that names it:

    <!-- example map -->
    ```
    …
    ```

and is the text that the function of that name below gives. So a page that
differs from the code fails; whoever has changed a format on purpose writes all
examples anew with

    python -m tests.unit.proof.test_formats_page

The rule book that every verifier has is printed whole (`evidence1json`), and
its forms and roles again as tables, between `<!-- table forms -->` and `<!-- end
forms -->`.

Rules are numbered, and the page's last table names for each the golden vectors
that show it, or says that there is none.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from provenance.claims.event import Field, Item, derive_salt, make_event
from provenance.claims.statement import parse_entry, sign_statement
from provenance.claims.trail import (
    GOES_IN,
    MADE_OR_ENDS,
    WARNS,
    Link,
    chain_hashes,
    head_of,
    map_key,
)
from provenance.claims.versions import (
    parse_version,
    signed_by_roots,
    trust_item,
    version_entry,
    version_hash,
)
from provenance.encoding.base64 import encode_base64
from provenance.encoding.canonical import decode, encode
from provenance.encoding.digest import Hash
from provenance.encoding.edge import push
from provenance.encoding.multiproof import missing, root_from
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import MalformedError
from provenance.gs1.item import canonical_item, owner_key
from provenance.keys import Signer
from provenance.proof.bundle import (
    Bundle,
    Committed,
    ProvenTrail,
    Range,
    ShownEvent,
    ShownItem,
    ShownStatement,
)
from provenance.proof.trust import format_trust, parse_trust
from provenance.proof.verify import examine_bundle
from provenance.rules.book import assessment, baseline
from provenance.rules.reading import read_event
from provenance.tlog.checkpoint import (
    Checkpoint,
    format_checkpoint,
    sign_checkpoint,
)
from provenance.tlog.commitment import Commitment
from provenance.tlog.cosignature import CosignatureSigner
from provenance.tlog.note import NoteSigner, format_note
from provenance.tlog.patricia import (
    MapMultiproof,
    map_root,
    merge,
    prove,
    root_from_many,
)

PROJECT = Path(__file__).resolve().parents[3]
PAGE = PROJECT / "provenance" / "FORMATS.md"
VECTORS = PROJECT / "tests" / "vectors"

ORIGIN = "ledger.example/page"
MAKER = "did:web:maker.example"
PRODUCT = "https://id.gs1.org/01/09521001960014"
CAN = f"{PRODUCT}/21/K7"
CARTON = "https://id.gs1.org/00/095210010000000017"
NOW = 1_772_323_200_000  # 2026-03-01T00:00:00Z

EXAMPLE = re.compile(r"<!-- example (\S+) -->\n```\n(.*?)```\n", re.DOTALL)
TABLE = re.compile(r"<!-- table (\S+) -->\n(.*?)<!-- end \1 -->", re.DOTALL)
RULE = re.compile(r"^\*\*(\d+\.\d+)\*\*", re.MULTILINE)
ROW = re.compile(r"^\| (\d+\.\d+(?: to \d+\.\d+)?) \| (.*) \|$", re.MULTILINE)


def key_of(name: str) -> Signer:
    """Return the key whose seed is the hash of *name*."""
    return Signer.from_seed(sha256(name.encode()).digest())


def hexed(data: bytes, indent: str = "  ") -> Iterator[str]:
    text = data.hex()
    for start in range(0, len(text), 72):
        yield indent + text[start : start + 72]


def named(name: str, data: bytes) -> Iterator[str]:
    yield name
    yield from hexed(data)


# Section 1.


def canonical() -> Iterator[str]:
    values: Sequence[tuple[str, object]] = [
        ("nil", None),
        ("true", True),
        ("12, also 12.0", 12.0),
        ("-33", -33),
        ("128", 128),
        ("2^53 - 1", 2**53 - 1),
        ("12.5", 12.5),
        ("2^53 as float64", 2.0**53),
        ('"é"', "é"),
        ("2 bytes", b"\x00\xff"),
        ('{"b": 1, "a": [12.5, nil]}', {"b": 1, "a": [12.5, None]}),
    ]
    for text, value in values:
        yield f"{text:<28}{encode(value).hex(' ')}"
    yield ""
    yield "refused"
    for text, data in [
        ("7 as uint8", "cc07"),
        ("1.0 as float64", "cb3ff0000000000000"),
        ("-0.0", "cb8000000000000000"),
        ("2^53 as uint64", "cf0020000000000000"),
        ("float32 0.5", "ca3f000000"),
        ("keys out of order", "82a16201a16100"),
        ("a key twice", "82a16101a16102"),
        ("a byte behind", "c0c0"),
        ("timestamp", "d6ff00000000"),
    ]:
        with pytest.raises(MalformedError):
            decode(bytes.fromhex(data))
        yield f"{text:<28}{bytes.fromhex(data).hex(' ')}"


# Section 2.


def items() -> Iterator[str]:
    for text in (
        "urn:epc:id:sgtin:9521001.096001.K7",
        "https://brand.example/x/01/09521001960014/10/L9/21/K7?17=271231",
        "https://brand.example/gtin/9521001960014",
        "urn:epc:class:lgtin:9521001.096001.L%2F9",
        "urn:epc:id:sgln:9521001.00001.0",
        "HTTPS://ID.GS1.ORG/00/095210010000000017/",
        "did:web:maker.example",
    ):
        yield text
        item = canonical_item(text)
        yield f"  {item}"
        yield f"  owner key {owner_key(item) or item}"


# Section 3.


def event() -> Iterator[str]:
    made = make_event(
        {
            "type": "AggregationEvent",
            "action": "ADD",
            "bizStep": "packing",
            "eventTime": "2026-03-01T09:00:00+12:00",
        },
        [Item("childEPCs", CAN), Item("parentID", CARTON)],
        [Field("/x:operator", "Ann")],
        secret=bytes(32),
    )
    yield "secret: 32 bytes 00"
    yield ""
    for number, leaf in enumerate(made.leaves):
        assert leaf is not None, "nothing is withheld"
        yield from named(f"leaf {number}", leaf)
    yield from named("counts", encode(made.counts))
    yield from named("pointers", encode(made.pointers))
    yield from named("root", root_of(made.hashes))
    yield from named("event id", made.id)


# Section 4.


def statement() -> Iterator[str]:
    signer = key_of("maker")
    made = make_event(
        {"type": "ObjectEvent", "eventTime": "2026-03-01T09:00:00+12:00"},
        [Item("epcList", CAN)],
        secret=bytes(32),
    )
    submission = sign_statement(
        [made], signer=signer, issuer=MAKER, origin=ORIGIN, now=NOW
    )
    parts = decode(submission.entry)
    assert isinstance(parts, list), "an entry is an array"
    header = parts[1]
    assert isinstance(header, bytes), "a header is bytes"
    yield from named("event id, the one of the statement", made.id)
    yield from named("header", header)
    yield from named("entry", submission.entry)
    yield from named("statement id", sha256(header).digest())


# Section 5.


def _links() -> list[Link]:
    rows = [(2, 0, MADE_OR_ENDS, (1,)), (5, 3, GOES_IN, (2, 4))]
    rows += [(9, 0, WARNS, (1,))]
    return [
        Link(
            log_index,
            position,
            NOW + 1000 * log_index,
            kinds,
            leaves,
            Hash(bytes([log_index]) * 32),
        )
        for log_index, position, kinds, leaves in rows
    ]


def trail() -> Iterator[str]:
    links = _links()
    hashes = chain_hashes(CAN, links)
    yield f"id  {CAN}"
    yield from named("map key", map_key(CAN))
    for number, link in enumerate(links):
        yield (
            f"link {number}: log index {link.log_index}, position"
            f" {link.position}, time {link.time},"
        )
        yield (
            f"  kinds {link.kinds}, leaves {list(link.leaves)}, event id"
            f" 32 bytes {link.event_id[0]:02x}"
        )
        yield from hexed(hashes[number])
    head = head_of(zip(links, hashes, strict=True))
    yield from named("head", head.root)
    yield from named("warnings head (link 2 alone)", head.warnings_root)
    yield from named("map value", head.value)
    edge = b""
    for count, link_hash in enumerate(hashes):
        edge = push(edge, count, leaf_hash(link_hash))
    yield from named("edge of 3 leaves", edge)


def _pairs() -> list[tuple[bytes, bytes]]:
    return [
        (bytes([first]) + bytes(31), bytes([first]) * 80)
        for first in (0x00, 0x60, 0x80, 0xA0)
    ]


def the_map() -> Iterator[str]:
    pairs = _pairs()
    yield "keys: 00, 60, 80, a0, each with 31 bytes 00 behind;"
    yield "values: 80 bytes like the key's first"
    yield "root: bit 0; left of it bit 1 (00 | 60), right bit 2 (80 | a0)"
    yield from named("root", map_root(pairs))
    yield from named("of the first two alone", map_root(pairs[:2]))
    yield from named("of the first alone", map_root(pairs[:1]))


# Section 6.


def multiproof() -> Iterator[str]:
    leaves = [leaf_hash(bytes([number])) for number in range(7)]
    known = [1, 4]
    subtrees = missing(7, known)
    hashes = [root_of(leaves[start:stop]) for start, stop in subtrees]
    root = root_from(7, [(n, leaves[n]) for n in known], hashes)
    assert root == root_of(leaves), "so the proof is one"
    yield "7 leaves, of the data 00, 01 … 06; known: 1 and 4"
    for (start, stop), digest in zip(subtrees, hashes, strict=True):
        yield from named(f"[{start}, {stop})", digest)
    yield from named("root", root)


def mapproof() -> Iterator[str]:
    pairs = _pairs()
    held, absent = pairs[3][0], bytes([0x90]) + bytes(31)
    proof = merge({key: prove(key, pairs) for key in (held, absent)})
    root = root_from_many({held: pairs[3][1]}, [absent], proof)
    assert root == map_root(pairs), "so the proof is one"
    yield "the map of section 5; queries: a0… with its value, 90… absent"
    yield f"steps   {list(proof.steps)}"
    yield f"others  the leaf of {proof.others[0][0].hex()[:2]}…"
    for number, digest in enumerate(proof.hashes):
        yield from named(f"hash {number}", digest)
    yield from named("root", root)


# Section 7.


def keys() -> Iterator[str]:
    signer = key_of("maker")
    yield 'seed: H("maker")'
    yield from named("public key", signer.verifier.data)
    yield from named("key id", signer.verifier.key_id)
    yield from named('signature over "hello"', signer.sign(b"hello"))


# Section 8.


def note() -> Iterator[str]:
    commitment = Commitment(3, map_root(_pairs()), 4, NOW)
    leaves = [leaf_hash(bytes([n])) for n in range(3)]
    leaves.append(leaf_hash(commitment.to_bytes()))
    checkpoint = Checkpoint(ORIGIN, 4, root_of(leaves))
    log = NoteSigner(ORIGIN, key_of("log"))
    witness = CosignatureSigner("witness.example/w1", key_of("witness"))
    signed = sign_checkpoint(checkpoint, log).with_cosignatures(
        witness.sign(checkpoint, time=NOW // 1000)
    )
    yield from named("the last of four leaves", commitment.to_bytes())
    yield f"vkey of the log (key H({'log'!r}))".replace("'", '"')
    yield f"  {log.verifier.vkey}"
    yield f"vkey of the witness (key H({'witness'!r}))".replace("'", '"')
    yield f"  {witness.verifier.vkey}"
    yield "what the witness signs"
    text = (
        f"cosignature/v1\ntime {NOW // 1000}\n{format_checkpoint(checkpoint)}"
    )
    yield from (f"  {line}" for line in text.splitlines())
    yield "the note"
    yield from (
        f"  {line}".rstrip() for line in _lines(format_note(signed.note))
    )


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")


# Section 9.


def trust() -> Iterator[str]:
    log = NoteSigner(ORIGIN, key_of("log"))
    witness = CosignatureSigner("witness.example/w1", key_of("witness"))
    lines = [
        f'origin = "{ORIGIN}"',
        f'log_keys = ["{log.verifier.vkey}"]',
        'quorum = "w1"',
        "",
        "[[witnesses]]",
        'name = "w1"',
        f'key = "{witness.verifier.vkey}"',
        "",
        "[[authorities]]",
        'id = "did:web:operator.example"',
        'name = "The operator"',
        f"keys = [{json.dumps(_base64(key_of('operator')))}]",
        "",
        "[[actors]]",
        'id = "did:web:customs.example"',
        'name = "Customs"',
        f"keys = [{json.dumps(_base64(key_of('customs')))}]",
        "",
        "[[actors.grants]]",
        'role = "customs"',
        "until = 2027-01-01T00:00:00Z",
        "",
        "[[books]]",
        f'id = "{baseline().id.hex()}"',
        "from = 0",
    ]
    read = parse_trust("\n".join(lines) + "\n")
    assert parse_trust(format_trust(read)) == read, "it is read back"
    yield from lines


def _base64(signer: Signer) -> str:
    return encode_base64(signer.verifier.data)


# Section 13.


def _can_trust() -> str:
    log = NoteSigner(ORIGIN, key_of("log"))
    return "\n".join([
        f'origin = "{ORIGIN}"',
        f'log_keys = ["{log.verifier.vkey}"]',
        "",
        "[[actors]]",
        f'id = "{MAKER}"',
        'name = "The maker"',
        f"keys = [{json.dumps(_base64(key_of('maker')))}]",
        "",
        "[[actors.grants]]",
        'role = "producer"',
        'prefixes = ["9521001"]',
        "",
    ])  # fmt: skip


def _can_bundle() -> bytes:
    """Return the bundle of one can in a log of two entries."""
    made = make_event(
        {
            "type": "ObjectEvent",
            "action": "ADD",
            "bizStep": "commissioning",
            "eventTime": "2026-03-01T09:00:00+12:00",
        },
        [Item("epcList", CAN)],
        [Field("/example:batch", "blue")],
        secret=bytes(32),
    )
    submission = sign_statement(
        [made], signer=key_of("maker"), issuer=MAKER, origin=ORIGIN, now=NOW
    )
    entry = parse_entry(submission.entry)
    reading = read_event(made.body, made.counts, baseline())
    link = Link(0, 0, reading.time, reading.kinds(3), (1,), made.id)
    value = head_of([(link, chain_hashes(CAN, [link])[0])]).value
    commitment = Commitment(1, map_root([(map_key(CAN), value)]), 1, NOW)
    leaves = [leaf_hash(entry.data), leaf_hash(commitment.to_bytes())]
    signed = sign_checkpoint(
        Checkpoint(ORIGIN, 2, root_of(leaves)),
        NoteSigner(ORIGIN, key_of("log")),
    )
    event = ShownEvent(
        position=0,
        counts=made.counts,
        pointers=made.pointers,
        body=made.leaves[0] or b"",
        items=(ShownItem(1, derive_salt(bytes(32), 1), CAN),),
        fields=(),
        hashes=made.hashes[2:],
    )
    bundle = Bundle(
        checkpoint=format_note(signed.note),
        committed=Committed(1, NOW, commitment.map_root),
        statements=(
            ShownStatement(
                log_index=0,
                issuer=MAKER,
                key_id=entry.header.key_id,
                issued_at=NOW,
                event_count=1,
                signature=entry.signature,
                events=(event,),
                hashes=(),
            ),
        ),
        commitments=(),
        entries=(),
        log_hashes=(),
        subject=CAN,
        trails=(
            ProvenTrail(PRODUCT, 0),
            ProvenTrail(CAN, 1, (Range(0, 1),)),
            ProvenTrail(trust_item(ORIGIN), 0),
        ),
        map_proof=MapMultiproof((0,), (), ()),
    )
    return bundle.to_bytes()


def bundle() -> Iterator[str]:
    data = _can_bundle()
    trust_text = _can_trust()
    verdict = examine_bundle(
        data, trust=parse_trust(trust_text), now=NOW, item=CAN
    )
    yield "the trust file"
    yield from (f"  {line}".rstrip() for line in _lines(trust_text))
    yield "the bundle"
    yield from hexed(data)
    yield f"the verdict at {NOW} on {CAN}"
    yield f"  {verdict.outcome.value}"
    codes = [step.code for step in verdict.steps]
    for start in range(0, len(codes), 7):
        yield f"  {' '.join(codes[start : start + 7])}"
    yield f"  notices {' '.join(notice.code for notice in verdict.notices)}"
    for offset in (40, -40):
        changed = bytearray(data)
        changed[offset] ^= 1
        verdict = examine_bundle(
            bytes(changed), trust=parse_trust(trust_text), now=NOW, item=CAN
        )
        (code,) = {
            s.code for s in verdict.steps if s.code not in {*codes, "PRV-0001"}
        }
        at = offset if offset >= 0 else len(data) + offset
        yield f"with the lowest bit of byte {at} changed"
        yield f"  {verdict.outcome.value} {code}"


# Section 17.


def trustversion() -> Iterator[str]:
    root = key_of("root")
    nobody: dict[str, object] = {
        "witnesses": [],
        "groups": [],
        "quorum": None,
    }
    data = encode(
        {
            "format": "provenance/trust/v1",
            "origin": ORIGIN,
            "version": 1,
            "previous": None,
            "roots": {"keys": [root.verifier.data], "threshold": 1},
            "authorities": {"actors": [], "threshold": 1},
            "epochs": [
                {
                    "from": 0,
                    "origin": ORIGIN,
                    "log_keys": [key_of("log").verifier.data],
                    "policy": nobody,
                    "auditors": nobody,
                    "books": [],
                    "clock_bound": 3600,
                    "max_age": 604_800,
                    "ended": None,
                }
            ],
            "critical": [],
            "renew_by": NOW,
        }
    )
    signed = signed_by_roots(parse_version(data))
    signature = root.sign(signed)
    entry = version_entry(data, [(root.verifier.key_id, signature)])
    yield from named("version", data)
    yield from named("H(version)", version_hash(data))
    yield from named('what the root key H("root") signs', signed)
    yield from named("its signature", signature)
    yield f"the entry: {len(entry)} bytes, with the SHA-256"
    yield from hexed(sha256(entry).digest())


def evidence1() -> Iterator[str]:
    yield baseline().id.hex()


BOOK = PROJECT / "provenance" / "rules" / "evidence-1.json"


def evidence1json() -> Iterator[str]:
    text = BOOK.read_text(encoding="utf-8")
    assert sha256(encode(json.loads(text))).digest() == baseline().id
    yield from text.splitlines()


EXAMPLES: dict[str, Callable[[], Iterable[str]]] = {
    "bundle": bundle,
    "canonical": canonical,
    "event": event,
    "evidence1": evidence1,
    "evidence1json": evidence1json,
    "items": items,
    "keys": keys,
    "map": the_map,
    "mapproof": mapproof,
    "multiproof": multiproof,
    "note": note,
    "statement": statement,
    "trail": trail,
    "trust": trust,
    "trustversion": trustversion,
}


# Tables of the rule book.


def forms() -> Iterator[str]:
    yield "| type | action | lists | one at least of | needs one of |"
    yield "|---|---|---|---|---|"
    for kind, action, lists, some, needs in _book()["forms"]:
        named = [
            f"`{relation}` {_bound(least, most)}*{effect}*"
            for relation, least, most, effect in lists
        ]
        yield (
            f"| `{kind}` | {f'`{action}`' if action else ''}"
            f" | {', '.join(named)} | {_sets(some)} | {_sets(needs)} |"
        )


def _bound(least: int, most: int) -> str:
    return f"({least} to {most}) " if most else f"({least}+) " * bool(least)


def _sets(sets: Sequence[Sequence[str]]) -> str:
    return "; ".join(" ".join(f"`{word}`" for word in one) for one in sets)


def roles() -> Iterator[str]:
    yield "| role | kinds |"
    yield "|---|---|"
    for role, kinds in _book()["roles"].items():
        yield f"| `{role}` | {' '.join(kinds)} |"


def _book() -> dict[str, Any]:
    book: dict[str, Any] = json.loads(BOOK.read_bytes())
    return book


TABLES: dict[str, Callable[[], Iterable[str]]] = {
    "forms": forms,
    "roles": roles,
}


def made_anew(page: str) -> str:
    """Return *page* with every example and table as the library makes it."""

    def anew(found: re.Match[str]) -> str:
        lines = "\n".join(EXAMPLES[found[1]]())
        return f"<!-- example {found[1]} -->\n```\n{lines}\n```\n"

    def table(found: re.Match[str]) -> str:
        lines = "\n".join(TABLES[found[1]]())
        return (
            f"<!-- table {found[1]} -->\n\n{lines}\n\n<!-- end {found[1]} -->"
        )

    return TABLE.sub(table, EXAMPLE.sub(anew, page))


def rules_of(page: str) -> list[str]:
    """Return the number of each rule, in order."""
    return RULE.findall(page)


def table_of(page: str) -> dict[str, list[str]]:
    """Return rule → the vectors that show it, by the page's last table."""
    _, _, table = page.partition("## 20. ")
    rules = rules_of(page)
    shown: dict[str, list[str]] = {}
    for row in ROW.finditer(table):
        first, _, last = row[1].partition(" to ")
        start = rules.index(first)
        stop = rules.index(last or first)
        for rule in rules[start : stop + 1]:
            shown.setdefault(rule, []).extend(re.findall(r"`([^`]+)`", row[2]))
    return shown


def read_page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_example_is_what_the_library_makes() -> None:
    page = read_page()

    assert sorted(m[1] for m in EXAMPLE.finditer(page)) == sorted(EXAMPLES)
    assert made_anew(page) == page


def test_rules_are_numbered_in_order_and_each_once() -> None:
    rules = [tuple(int(n) for n in r.split(".")) for r in rules_of(read_page())]

    for section in {rule[0] for rule in rules}:
        numbers = [rule[1] for rule in rules if rule[0] == section]
        assert numbers == list(range(1, len(numbers) + 1)), section


def test_every_rule_that_is_referred_to_is_there() -> None:
    page = read_page()
    known = set(rules_of(page))
    text = re.sub(
        r"```.*?```|`[^`]*`|\d+\.\d+\.\d+\S*", "", page, flags=re.DOTALL
    )

    referred = set(
        re.findall(r"(?<![\w.^])(\d{1,2}\.\d{1,2})(?![\w.]*\d)", text)
    )

    assert referred - known <= NO_RULES


NO_RULES = {"12.0", "12.5", "1.0", "2.0"}
"""Numbers in the page's text that are numbers."""


def test_every_rule_has_its_row_and_every_vector_is_there() -> None:
    page = read_page()
    shown = table_of(page)

    assert set(shown) == set(rules_of(page))
    for rule, patterns in shown.items():
        for pattern in patterns:
            assert list(VECTORS.glob(f"{pattern}.json")), (rule, pattern)


def test_what_the_page_says_of_the_books_is_what_is_shipped() -> None:
    page = read_page()

    assert sorted(m[1] for m in TABLE.finditer(page)) == sorted(TABLES)
    assert f"`late_after` of {assessment().late_after:,}" in page


def test_modules_name_sections_that_are_there() -> None:
    sections = re.findall(r"^## (\d+)\. ", read_page(), re.MULTILINE)
    named = [
        (path.name, number)
        for path in (PROJECT / "provenance").rglob("*.py")
        for found in re.finditer(
            r"`FORMATS\.md`, sections? ([\d and]+)",
            path.read_text(encoding="utf-8"),
        )
        for number in re.findall(r"\d+", found[1])
    ]

    assert len(named) > 30
    assert {number for _, number in named} <= set(sections)


def test_a_changed_example_is_found() -> None:
    page = read_page()
    at = page.index("<!-- example map -->")
    changed = page[:at] + page[at:].replace("root\n  ", "root\n  00", 1)

    assert changed != page
    assert made_anew(changed) == page


if __name__ == "__main__":
    PAGE.write_text(made_anew(read_page()), encoding="utf-8")
