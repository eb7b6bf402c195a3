"""Every parser of what others send: its seeds, its change, its errors, its twin."""

import dataclasses
import io
import json
from collections.abc import Callable, Sequence

from provenance.claims.event import parse_event
from provenance.claims.statement import parse_entry, parse_submission
from provenance.claims.stored import read_stored
from provenance.claims.versions import parse_book_entry, parse_version_entry
from provenance.encoding.base64 import decode_base64
from provenance.encoding.canonical import decode
from provenance.encoding.digest import Hash
from provenance.encoding.strict_json import parse_json
from provenance.epcis.document import parse_document
from provenance.epcis.page_token import parse_token
from provenance.epcis.query_parameters import parse_query, parse_query_text
from provenance.epcis.source import read_events
from provenance.epcis.table.mapping import TableMapping, parse_mapping
from provenance.epcis.table.table import Table, read_group
from provenance.errors import MalformedError, ProvenanceError
from provenance.gs1 import canonical_item, read_item
from provenance.gs1.compressed import decompress
from provenance.gs1.digitallink import parse_digital_link
from provenance.gs1.elementstring import parse_element_string, parse_raw
from provenance.gs1.epcurn import is_epc_urn, parse_epc_urn
from provenance.gs1.scan import parse_scan
from provenance.proof.bundle import parse_bundle
from provenance.proof.trust import parse_trust
from provenance.proof.verify import examine_bundle
from provenance.rules.book import parse_book
from provenance.tlog.checkpoint import parse_checkpoint
from provenance.tlog.commitment import parse_commitment
from provenance.tlog.cosignature import parse_cosigner, parse_log_key
from provenance.tlog.note import parse_note, parse_vkey
from provenance.tlog.policy import parse_policy
from provenance.tlog.proof_file import parse_proof
from provenance.tlog.tile import (
    parse_entries,
    parse_entries_path,
    parse_tile_path,
)
from tests.fuzz import change, seeds
from tests.world import ORIGIN, START, story

Text = Callable[[str], object]


@dataclasses.dataclass(frozen=True)
class Parser:
    """A parser, and how it is asked.

    Attributes:
        name: What it reads.
        read: Reads an input, or raises one of *errors*.
        seeds: Returns valid inputs.
        change: Changes one.
        twin: The kind of question that `answer.js` puts to the same parser
            in JavaScript; empty where there is none.
        errors: What may come out, and nothing else.
    """

    name: str
    read: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]
    change: change.Change
    twin: str = ""
    errors: tuple[type[ProvenanceError], ...] = (MalformedError,)


def text_of(data: bytes) -> str:
    """Return the text that a terminal or a socket would make of *data*."""
    return data.decode(errors="surrogateescape")


def _of_text(read: Text) -> Callable[[bytes], object]:
    return lambda data: read(text_of(data))


def _examine(data: bytes) -> object:
    verdict = examine_bundle(data, trust=_trust, now=START + 10**7)
    return json.dumps(verdict.to_json())


_trust = story().trust()


def _parse_urn(text: str) -> object:
    if not is_epc_urn(text):
        raise MalformedError("this is no EPC URN")
    return parse_epc_urn(text)


def _read_entries(data: bytes) -> object:
    return parse_entries(data[1:], width=data[0] if data else 1)


def _read_table(data: bytes) -> object:
    mapping, _, table = data.partition(b"\x00")
    rows = Table(io.BytesIO(table), _read_mapping(mapping))
    return [read_group(group) for group in rows]


def _read_mapping(data: bytes) -> TableMapping:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        # A file that is no text is refused where it is read.
        raise MalformedError(str(error)) from error
    return parse_mapping(text)


def _read_pairs(data: bytes) -> object:
    return parse_query_text([(name, text) for name, text in json.loads(data)])


def _read_query(data: bytes) -> object:
    document = parse_json(data)
    if not isinstance(document, dict):
        raise MalformedError("a query is an object")
    return parse_query(document)


def _read_token(text: str) -> object:
    return parse_token(text, query=Hash(seeds.QUERY), origin=ORIGIN)


def _read_source(data: bytes) -> object:
    return [*read_events(io.BytesIO(data))]


PARSERS = {
    parser.name: parser
    for parser in (
        Parser("bundle", parse_bundle, seeds.bundles, change.change_packed, "parsed bundle"),
        Parser("verdict", _examine, seeds.bundles, change.change_packed, "bundle", ()),
        Parser("submission", parse_submission, seeds.submissions, change.change_packed, "submission"),
        Parser("event", parse_event, seeds.events, change.change_packed, "event"),
        Parser("stored event", read_stored, seeds.events, change.change_packed),
        Parser("entry", parse_entry, seeds.entries, change.change_packed, "entry"),
        Parser("commitment", parse_commitment, seeds.commitments, change.change_packed, "commitment"),
        Parser("version", parse_version_entry, seeds.versions, change.change_packed, "version"),
        Parser("book entry", parse_book_entry, seeds.book_entries, change.change_packed, "book entry"),
        Parser("rule book", parse_book, seeds.books, change.change_packed, "rule book"),
        Parser("msgpack", decode, seeds.packed, change.change_packed, "msgpack"),
        Parser("entries tile", _read_entries, seeds.tiles_of_entries, change.change_packed, "entries tile"),
        Parser("trust", _of_text(parse_trust), seeds.trusts, change.change_lines, "trust"),
        Parser("policy", parse_policy, seeds.policies, change.change_lines, "policy"),
        Parser("note", parse_note, seeds.notes, change.change_lines, "note"),
        Parser("checkpoint", _of_text(parse_checkpoint), seeds.checkpoints, change.change_lines, "checkpoint"),
        Parser("receipt", parse_proof, seeds.proofs, change.change_lines, "receipt file"),
        Parser("vkey", _of_text(parse_vkey), seeds.vkeys, change.change_line, "vkey"),
        Parser("cosigner", _of_text(parse_cosigner), seeds.vkeys, change.change_line, "cosigner"),
        Parser("log key", _of_text(parse_log_key), seeds.vkeys, change.change_line, "log key"),
        Parser("tile path", _of_text(parse_tile_path), seeds.tiles, change.change_line, "tile path"),
        Parser("entries path", _of_text(parse_entries_path), seeds.entries_tiles, change.change_line, "entries path"),
        Parser("base64", _of_text(decode_base64), seeds.base64_texts, change.change_line, "base64"),
        Parser("item", _of_text(canonical_item), seeds.items, change.change_line, "item"),
        Parser("scan", _of_text(parse_scan), seeds.scans, change.change_line),
        Parser("code", _of_text(read_item), seeds.scans, change.change_line, "code"),
        Parser("link", _of_text(parse_digital_link), seeds.links, change.change_line),
        Parser("compressed link", _of_text(decompress), seeds.compressed, change.change_line),
        Parser("urn", _of_text(_parse_urn), seeds.urns, change.change_line, "urn"),
        Parser("element string", _of_text(parse_element_string), seeds.labels, change.change_line, "element string"),
        Parser("raw string", _of_text(parse_raw), seeds.labels, change.change_line, "raw string"),
        Parser("json", parse_json, seeds.json_texts, change.change_json),
        Parser("epcis json", parse_document, seeds.documents, change.change_json),
        Parser("epcis xml", parse_document, seeds.xml_documents, change.change_xml),
        Parser("epcis json stream", _read_source, seeds.documents, change.change_json),
        Parser("epcis xml stream", _read_source, seeds.xml_documents, change.change_xml),
        Parser("mapping", _read_mapping, seeds.mappings, change.change_lines),
        Parser("table", _read_table, seeds.tables, change.change_lines),
        Parser("query", _read_pairs, seeds.queries, change.change_pairs),
        Parser("query document", _read_query, seeds.query_documents, change.change_json),
        Parser("page token", _of_text(_read_token), seeds.tokens, change.change_line),
    )
}  # fmt: skip
"""Name → parser."""
