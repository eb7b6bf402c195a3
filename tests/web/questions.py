"""Questions for both languages, the same ones from the same seed.

Bundles are the golden ones with bytes, parts or meaning changed
(`mutations`), and stories told at random (`tales`). Beside them stand changed
receipts, trust files, item ids, msgpack, base64 and texts.
"""

import base64
import functools
import json
import random
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from provenance.encoding.base64 import encode_base64
from provenance.encoding.canonical import decode, encode
from provenance.errors import MalformedError
from provenance.proof.bundle import parse_bundle
from tests.vectors.make import FOLDER
from tests.web import tales
from tests.web.mutations import (
    INTERESTING_TEXTS,
    change_bytes,
    change_inside,
    change_part,
    change_text,
    change_value,
)

Question = Mapping[str, Any]
"""Its `kind`, and what is given."""

# Most bundles are changed many times, and what they hold is not touched.
_decoded = functools.lru_cache(maxsize=1024)(decode)
_parsed = functools.lru_cache(maxsize=1024)(parse_bundle)


class Questions:
    """Makes questions of every kind, the same ones from the same seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._bundles = self._golden("bundle")
        self._receipts = self._golden("receipt")
        self.trusts = {
            name: case["text"]
            for name, case in self.named("trust")
            if name.startswith("good-")
        }
        self._bad_trusts = [case["text"] for _, case in self.named("trust")]
        self._uris = [
            case["uri"] for case in self._golden("item") if "uri" in case
        ]
        self._canonical = [
            bytes.fromhex(case["hex"])
            for case in self._golden("canonical")
            if "hex" in case
        ]

    @staticmethod
    def named(kind: str) -> Iterator[tuple[str, Any]]:
        """Yield the golden cases of a kind, each with its name."""
        for path in sorted((FOLDER / kind).glob("*.json")):
            yield path.stem, json.loads(path.read_bytes())["given"]

    def _golden(self, kind: str) -> list[Any]:
        return [given for _, given in self.named(kind)]

    def bundle(self) -> Question:
        """Return a question about a changed bundle."""
        rng = self.rng
        if rng.random() < 0.45:
            return self._told()
        given, other = rng.choice(self._bundles), rng.choice(self._bundles)
        data = base64.b64decode(given["bundle"])
        others = base64.b64decode(other["bundle"])
        trust = given["trust"] if rng.random() < 0.95 else rng.choice(
            [name.removeprefix("good-") for name in self.trusts]
        )  # fmt: skip
        now = given["now"]
        if rng.random() < 0.1:
            now += rng.choice((-(10**7), -1, 10**6, 10**9, 10**12))
        item = given["item"]
        if rng.random() < 0.1:
            item = rng.choice((None, other["item"], *INTERESTING_TEXTS))
        return {
            "kind": "bundle",
            "bundle": encode_base64(self.changed(data, others)),
            "trust": self.trusts[f"good-{trust}"],
            "now": now,
            "item": item,
        }

    def _told(self) -> Question:
        told = tales.tell(self.rng)
        data = told.bundle
        if self.rng.random() < 0.1:
            data = self.changed(data, data)
        return {
            "kind": "bundle",
            "bundle": encode_base64(data),
            "trust": told.trust,
            "now": told.now,
            "item": told.item,
        }

    def changed(self, data: bytes, other: bytes) -> bytes:
        """Return a bundle with something changed, or taken from *other*."""
        rng = self.rng
        try:
            parts, others = _decoded(data), _decoded(other)
            if rng.random() < 0.5:
                return self._with_other_parts(data, other)
        except MalformedError:
            return change_bytes(rng, data, other)
        if not isinstance(parts, list) or not isinstance(others, list):
            return change_bytes(rng, data, other)
        try:
            return self._with_other_values(parts, others, data, other)
        except MalformedError:
            # Not every number that is near to one can be written.
            return change_bytes(rng, data, other)

    def _with_other_values(
        self, parts: list[Any], others: list[Any], data: bytes, other: bytes
    ) -> bytes:
        rng = self.rng
        match rng.choices(range(6), (3, 6, 6, 3, 2, 1))[0]:
            case 0:
                return change_bytes(rng, data, other)
            case 1:
                for _ in range(rng.choice((1, 1, 2))):
                    changed = change_value(rng, parts, others)
                    parts = changed if isinstance(changed, list) else parts
            case 2:
                parts = change_inside(rng, parts, others)
            case 3:
                parts = list(parts)
                for number in rng.choices(range(len(others) or 1), k=2):
                    parts[number : number + 1] = others[number : number + 1]
            case 4 if len(parts) > 1 < len(others):
                text = change_text(rng, str(parts[1]), str(others[1]))
                parts = [parts[0], text, *parts[2:]]
            case _:
                pass
        return encode(parts)

    def _with_other_parts(self, data: bytes, other: bytes) -> bytes:
        bundle, donor = _parsed(data), _parsed(other)
        for _ in range(self.rng.choice((1, 1, 2))):
            bundle = change_part(self.rng, bundle, donor)
        try:
            return bundle.to_bytes()
        except (TypeError, ValueError, OverflowError, AttributeError):
            # Not everything of the same type can be written.
            return data

    def receipt(self) -> Question:
        """Return a question about a changed receipt or entry."""
        rng = self.rng
        given, other = rng.choice(self._receipts), rng.choice(self._receipts)
        text, entry = given["text"].encode(), bytes.fromhex(given["entry"])
        match rng.randrange(5):
            case 0:
                text = change_bytes(rng, text, other["text"].encode())
            case 1 | 2:
                text = change_text(rng, given["text"], other["text"]).encode()
            case 3:
                entry = change_bytes(rng, entry, entry)
            case _:
                pass
        return {
            "kind": "receipt",
            "text": encode_base64(text),
            "entry": encode_base64(entry),
            "trust": self.trusts[f"good-{given['trust']}"],
            "now": given["now"] + rng.choice((0, 0, -(10**6), 10**6)),
        }

    def small(self) -> Question:
        """Return a question about a msgpack, a text, an id or a trust file."""
        rng = self.rng
        match rng.choice(("canonical", "base64", "item", "quoted", "trust")):
            case "canonical":
                data, other = rng.choices(self._canonical, k=2)
                changed = change_bytes(rng, data, other)
                return {"kind": "canonical", "data": encode_base64(changed)}
            case "base64":
                text = encode_base64(rng.randbytes(rng.randrange(8)))
                if rng.random() < 0.7:
                    text = change_text(rng, text, "A=")
                return {"kind": "base64", "text": text}
            case "item":
                return {"kind": "item", "uri": self._uri()}
            case "quoted":
                codes = [
                    rng.choice((0x7F, 0x2FF, 0xD7FF, 0x10FFFF)) for _ in "abc"
                ]
                letters = [chr(rng.randrange(code)) for code in codes]
                text = "".join(letters) + rng.choice(
                    (*INTERESTING_TEXTS, "'", '"', "'\"")
                )
                # What one's Unicode does not know yet, the other's may.
                if {unicodedata.category(c) for c in text} & {"Cn", "Cs"}:
                    text = "half"
                return {"kind": "quoted", "text": text}
            case _:
                pass
        text, other = rng.choices(self._bad_trusts, k=2)
        return {"kind": "trust", "text": change_text(rng, text, other)}

    def _uri(self) -> str:
        rng = self.rng
        uri: str = rng.choice((*self._uris, *tales.PLACES_SAID, *_MORE_URIS))
        for _ in range(rng.randrange(3)):
            at = rng.randrange(len(uri) + 1)
            part = rng.choice(_PARTS_OF_URIS)
            uri = uri[:at] + part + uri[at + rng.randrange(3) :]
        return uri


_PARTS_OF_URIS = (
    *"0123456789./:%*#?-", "%2F", "%41", "é", "/21/", "/10/L", "?10=x", "",
)  # fmt: skip

_MORE_URIS = (
    "urn:epc:id:sscc:9506000.0134352", "urn:epc:id:sgln:9506000.13437.0",
    "urn:epc:id:grai:9506000.13437.1", "urn:epc:id:giai:9506000.1%2F2",
    "urn:epc:id:gsrn:9506000.0000000017", "urn:epc:id:gsrnp:9506000.0000000018",
    "urn:epc:id:gdti:9506000.13437.5", "urn:epc:id:cpi:9506000.AB%23C.7",
    "urn:epc:id:sgcn:9506000.13437.1", "urn:epc:id:ginc:9506000.x",
    "urn:epc:id:gsin:9506000.000000001", "urn:epc:id:itip:9506000.113435.01.02.x",
    "urn:epc:id:upui:9506000.113435.x", "urn:epc:id:pgln:9506000.13437",
    "urn:epc:idpat:itip:9506000.113435.01.02.*", "urn:epc:class:lgtin:9506000.113435.L",
    "urn:epc:id:gid:1.2.3", "urn:epc:tag:sgtin-96:1.2", "URN:EPC:ID:sscc:9506000.0134352",
    "https://id.gs1.org/8006/095060001343520102/21/a", "https://x.example/8003/09506000134376A",
    "https://x.example/253/9506000134376A", "https://x.example/255/9506000134376",
    "https://x.example/8013/1987654Ad4X4bL5ttr2310c2K", "https://x.example/417/9506000134376",
    "https://x.example/415/9506000134376/8020/1", "https://x.example/8010/9506000AB/8011/1",
    "https://x.example/8018/950600001343520009/8019/1", "https://x.example/402/95060001343520004",
    "http://[::1]:80/01/09506000134352", "https://id.gs1.org./01/9506000134352/22/v/10/l/21/s",
)  # fmt: skip
