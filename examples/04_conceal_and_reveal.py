"""4. Conceal and reveal: on record, but not for everybody to read.

A concealed field is a salted leaf of the event: it is signed and logged with
all the rest, and a bundle shows it only when it is asked to.
"""

import json
import tempfile
import time

import provenance
from provenance.encoding.base64 import encode_base64
from provenance.tlog.note import NoteSigner

ORIGIN = "ledger.example/fourth"
SHOP = "did:web:shop.example"
CAN = "https://id.gs1.org/01/09521001960014/21/K7Q2M"
BUYER = "/example:buyer/name"
PHONE = "/example:buyer/telephone"

ordered = {
    "@context": [
        "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    ],
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "bizStep": "urn:provenance:step:order_bound",
    "eventTime": "2026-03-01T09:00:00+08:00",
    "eventTimeZoneOffset": "+08:00",
    "epcList": [CAN],
    "example:buyer": {"name": "王小测", "telephone": "+86 000 0000 0000"},
}
events = provenance.prepare_document(
    json.dumps(ordered).encode(), conceal=[BUYER, PHONE]
)

log_key, shop_key = (provenance.Signer.generate() for _ in range(2))
trust = provenance.parse_trust(f"""
origin = "{ORIGIN}"
log_keys = ["{NoteSigner(ORIGIN, log_key).verifier.vkey}"]
[[actors]]
id = "{SHOP}"
name = "A shop"
keys = ["{encode_base64(shop_key.verifier.data)}"]
[[actors.grants]]
role = "platform"
""")
with (
    tempfile.TemporaryDirectory() as folder,
    provenance.create_ledger(folder, trust=trust, log_signer=log_key) as ledger,
):
    ledger.append(events, signer=shop_key, issuer=SHOP)
    # Whoever holds the ledger reads all of it; nobody else does.
    for field in ledger.reveal(CAN):
        print(f"the ledger keeps {field.pointer}: {field.value!r}")
    for_all = ledger.prove_item(CAN)
    for_customs = ledger.prove_item(CAN, reveal=[BUYER])

now = time.time_ns() // 1_000_000
for name, bundle in (("everybody", for_all), ("customs", for_customs)):
    verdict = provenance.examine_bundle(bundle, trust=trust, now=now)
    print(f"{name}: {verdict.outcome}, sees {dict(verdict.timeline[0].fields)}")

# What to break: put another name in the place of the one revealed. The leaf
# no longer leads to the event that was signed, and the bundle has FAILED.
forged = for_customs.replace("王小测".encode(), "李小测".encode())
verdict = provenance.examine_bundle(forged, trust=trust, now=now)
worst = max(verdict.steps, key=lambda step: step.outcome.gravity)
print(f"another name: {verdict.outcome} {worst.code} {worst.detail}")
