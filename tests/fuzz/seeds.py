"""Valid inputs of every kind, made by the code itself or kept in the tests."""

import base64
import functools
import json
import pathlib
import random
from collections.abc import Sequence

from provenance.claims.event import Field, Item, make_event
from provenance.claims.statement import sign_statement
from provenance.claims.versions import book_entry
from provenance.encoding.digest import sha256
from provenance.epcis.page_token import PageEnd, format_token
from provenance.gs1 import read_item
from provenance.gs1.elementstring import (
    ElementString,
    format_bracketed,
    format_raw,
)
from provenance.proof.trust import format_trust
from provenance.rules.book import shipped
from provenance.tlog.policy import format_policy
from provenance.tlog.tile import Tile, format_entries
from tests.support import query_cases
from tests.unit.gs1.test_compressed import TOOLKIT, compress
from tests.vectors.make import FOLDER
from tests.web.questions import _MORE_URIS
from tests.world import LOT, ORIGIN, World, can, signer_of, sscc, story

HERE = pathlib.Path(__file__).parent.parent
QUERY = sha256(b"query")


def _golden(kind: str, member: str) -> list[str]:
    """Return a member of what each good golden case of a format gives."""
    found = []
    for path in sorted((FOLDER / kind).glob("*.json")):
        given = json.loads(path.read_bytes())["given"]
        if member in given and isinstance(given[member], str):
            found.append(given[member])
    return found


@functools.cache
def _worlds() -> tuple[World, ...]:
    plain = story()
    rich = World(witnesses=("w1", "w2", "w3"))
    maker = rich.enrol("maker")
    rich.say(
        maker,
        make_event(
            {"type": "ObjectEvent", "action": "ADD", "bizStep": "commissioning",
             "eventTime": "2026-02-01T09:00:00Z", "ilmd": {"cbvmda:lotNumber": "L7"},
             "eventID": "urn:uuid:1", "after": [[can(1), bytes(32)]]},
            [Item("epcList", can(1), seal=bytes(32)), Item("quantityList", LOT, 1.5, "KGM")],
            [Field("/ext:price", 7), Field("/ext:deep", {"a": [None, True]})],
            secret=bytes(32),
        ),
    )  # fmt: skip
    return plain, rich


@functools.cache
def bundles() -> tuple[bytes, ...]:
    plain, rich = _worlds()
    made = [plain.bundle(can(1)), plain.bundle(sscc(2)), rich.bundle(can(1))]
    golden = _golden("bundle", "bundle")[:40]
    return (
        *(bundle.to_bytes() for bundle in made),
        *map(base64.b64decode, golden),
    )


def trusts() -> list[bytes]:
    worlds = [format_trust(world.trust()) for world in _worlds()]
    return [text.encode() for text in (*worlds, *_golden("trust", "text"))]


def policies() -> list[bytes]:
    return [format_policy(world.trust().policy) for world in _worlds()]


def events() -> list[bytes]:
    mine = [e.data for world in _worlds() for e in world.events.values()]
    golden = [bytes.fromhex(data) for data in _golden("event", "data")]
    return [*mine, *(data for data in golden if len(data) < 20_000)]


def entries() -> list[bytes]:
    return [entry for world in _worlds() for entry in world.entries]


def submissions() -> list[bytes]:
    return [
        sign_statement(
            [world.events[at]],
            signer=signer_of("maker"),
            issuer="did:web:maker.example",
            origin=ORIGIN,
            now=world.now,
        ).to_bytes()
        for world in _worlds()
        for at in world.events
    ]


def versions() -> list[bytes]:
    return list(map(bytes.fromhex, _golden("version", "entry")))


def book_entries() -> list[bytes]:
    return [book_entry(b"\x81\xa6format\xa1x"), book_entry(bytes(300))]


def books() -> list[bytes]:
    return [*shipped().values()]


def notes() -> list[bytes]:
    return [world.bundle(can(1)).checkpoint.encode() for world in _worlds()]


def checkpoints() -> list[bytes]:
    return [note.partition(b"\n\n")[0] + b"\n" for note in notes()]


def commitments() -> list[bytes]:
    for world in _worlds():
        world.commit()
    return [world.entries[-1] for world in _worlds()]


def vkeys() -> list[bytes]:
    return [
        key.vkey.encode()
        for world in _worlds()
        for key in (
            world.log_signer.verifier,
            *(witness.verifier for witness in world.witnesses),
        )
    ]


def base64_texts() -> list[bytes]:
    return [base64.b64encode(bytes(range(size))) for size in range(40)]


def tiles() -> list[bytes]:
    return [
        tile.path.encode()
        for tile in (Tile(0, 0, 256), Tile(1, 1_234_067, 256), Tile(2, 5, 17))
    ]


def entries_tiles() -> list[bytes]:
    return [
        tile.entries_path.encode()
        for tile in (Tile(0, 0, 256), Tile(0, 1_234_067, 7))
    ]


def tiles_of_entries() -> list[bytes]:
    return [
        bytes((width,)) + format_entries([b"x" * width] * width)
        for width in (1, 3, 200)
    ]


def proofs() -> list[bytes]:
    return [text.encode() for text in _golden("receipt", "text")]


def packed() -> list[bytes]:
    golden = [bytes.fromhex(text) for text in _golden("canonical", "hex")]
    return [*golden, *entries()]


def labels() -> list[bytes]:
    said = ElementString(
        (("01", "09506000134352"), ("21", "K1"), ("17", "271231"))
    )
    more = ElementString((("00", "095060000000000015"), ("400", "A/1")))
    texts = []
    for label in (said, more):
        texts += [format_raw(label), format_bracketed(label)]
    return [text.encode() for text in texts]


def links() -> list[bytes]:
    return [
        text.encode()
        for text in (
            "https://brand.example/01/09506000134352/21/00042?17=271231",
            "https://id.gs1.org/00/095060000000000015",
            "https://id.gs1.org/414/9506000134376/254/12",
            "http://a.example/x/01/9506000134352/10/L7?3103=001500&s=1#x",
        )
    ]


def compressed() -> list[bytes]:
    return [
        b"DBFKk4XBoAowOfBv0UMG21X4SVqeBgnpw",
        *map(str.encode, _compressed()),
    ]


def _compressed() -> list[str]:
    lot = (("01", "09506000134352"), ("10", "L7"), ("17", "271231"))
    return [compress(*lot), *(text for text, _ in TOOLKIT)]


def urns() -> list[bytes]:
    return [uri.encode() for uri in _MORE_URIS if uri.lower()[:4] == "urn:"]


def scans() -> list[bytes]:
    kinds = ("", "]C1", "]d2", "]Q3", "]E0", "]d1", "]Q1", "\x1d")
    texts = [*labels(), *links(), *urns(), b"9506000134352", b"02345673"]
    return [kind.encode() + text for kind in kinds for text in texts]


def items() -> list[bytes]:
    uris = [uri.encode() for uri in _MORE_URIS]
    ids = [read_item(can(1)).encode(), LOT.encode(), sscc(1).encode()]
    return [*uris, *ids, *links()]


def documents() -> list[bytes]:
    good = sorted((HERE / "faults/good").glob("*.json"))
    bad = sorted((HERE / "faults/json").glob("*.json"))
    # What changes make of a valid one goes further than a fault does.
    paths = [*good * (len(bad) // len(good)), *bad]
    return [*filter(_is_json, (path.read_bytes() for path in paths))]


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def xml_documents() -> list[bytes]:
    good = sorted((HERE / "faults/good").glob("*.xml"))
    bad = sorted((HERE / "faults/xml").glob("*.xml"))
    paths = [*good * (len(bad) // len(good)), *bad]
    return [path.read_bytes() for path in paths]


def json_texts() -> list[bytes]:
    return [*documents(), b'{"a":[1,-2.5e3,null,true,"\\u00e9\\n"],"b":{}}']


def mappings() -> list[bytes]:
    folder = HERE.parent / "examples/mappings"
    return [path.read_bytes() for path in sorted(folder.glob("*.toml"))]


def tables() -> list[bytes]:
    """Return mapping and table of each example, with a NUL between."""
    folder = HERE.parent / "examples/mappings"
    return [
        path.read_bytes() + b"\x00" + path.with_suffix(".csv").read_bytes()
        for path in sorted(folder.glob("*.toml"))
    ]


def queries() -> list[bytes]:
    found: list[Sequence[tuple[str, str]]] = []
    for parameters, _ in query_cases.CASES:
        pairs = []
        for name, value in parameters.items():
            values = value if isinstance(value, list) else [value]
            pairs.append((name, "|".join(map(str, values))))
        found.append(pairs or [("eventType", "ObjectEvent")])
    return [json.dumps(pairs).encode() for pairs in found]


def query_documents() -> list[bytes]:
    return [
        json.dumps(parameters).encode()
        for parameters, _ in query_cases.CASES
        if parameters
    ]


def tokens() -> list[bytes]:
    rng = random.Random(1)
    return [
        format_token(
            PageEnd(*(rng.randrange(2**40) for _ in range(3))),
            query=QUERY,
            origin=ORIGIN,
        ).encode()
        for _ in range(8)
    ]
