"""7. Correct and ask: an event is taken back, and a query finds it.

Its signer says it again with an errorDeclaration, under the same eventID.
"""

import json
import tempfile
import time

import provenance
from provenance.encoding.base64 import encode_base64
from provenance.tlog.note import NoteSigner

ORIGIN = "ledger.example/seventh"
CARRIER = "did:web:carrier.example"
PALLET = "https://id.gs1.org/00/095210010000000017"

wrong: dict[str, object] = {
    "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
    "type": "ObjectEvent",
    "eventID": "urn:uuid:7c0e4f5e-8a43-4a3b-9b6e-1f1f6a1d0001",
    "action": "OBSERVE",
    "bizStep": "arriving",
    "eventTime": "2026-03-01T09:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "epcList": [PALLET],
    "readPoint": {"id": "https://id.gs1.org/414/9521001000017"},
}
right = wrong | {
    "eventID": "urn:uuid:7c0e4f5e-8a43-4a3b-9b6e-1f1f6a1d0002",
    "readPoint": {"id": "https://id.gs1.org/414/9521001000024"},
}
taken_back = wrong | {
    "errorDeclaration": {
        "declarationTime": "2026-03-01T11:00:00Z",
        "correctiveEventIDs": [right["eventID"]],
    }
}

log_key, carrier_key = (provenance.Signer.generate() for _ in range(2))
trust = provenance.parse_trust(f"""
origin = "{ORIGIN}"
log_keys = ["{NoteSigner(ORIGIN, log_key).verifier.vkey}"]
[[actors]]
id = "{CARRIER}"
name = "A carrier"
keys = ["{encode_base64(carrier_key.verifier.data)}"]
[[actors.grants]]
role = "carrier"
""")


def say(ledger: provenance.Ledger, event: dict[str, object]) -> None:
    events = provenance.prepare_document(json.dumps(event).encode())
    ledger.append(events, signer=carrier_key, issuer=CARRIER)


with tempfile.TemporaryDirectory() as folder:
    ledger = provenance.create_ledger(folder, trust=trust, log_signer=log_key)
    with ledger:
        for event in (wrong, taken_back, right):
            say(ledger, event)
        bundle = ledger.prove_item(PALLET)
        # What to break: use the id again for something that is new.
        try:
            say(ledger, wrong | {"bizStep": "departing"})
        except provenance.ProvenanceError as error:
            print(f"the id again: refused, {error}")
    with provenance.open_queries(folder) as queries:
        asked = provenance.parse_query({"EXISTS_errorDeclaration": True})
        for found in queries.run(asked).events:
            print(f"declared an error: {found.event['eventID']}")

now = time.time_ns() // 1_000_000
verdict = provenance.examine_bundle(bundle, trust=trust, now=now)
print(verdict.outcome)
for moment in verdict.timeline:
    why = f" void: {moment.error.corrections}" if moment.error else ""
    print(f"{moment.labels['en']} at {moment.place}{why}")
