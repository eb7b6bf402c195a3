"""1. Append an event to a ledger, and check its receipt.

A ledger is a folder. Its trust file says which key signs the log and who may
say what; readers keep a copy of it, and believe nothing else.
"""

import tempfile
import time

import provenance
from provenance.encoding.base64 import encode_base64
from provenance.tlog.note import NoteSigner

ORIGIN = "ledger.example/first"
DAIRY = "did:web:dairy.example"
CAN = "https://id.gs1.org/01/09521001960014/21/K7Q2M"

log_key, dairy_key = provenance.Signer.generate(), provenance.Signer.generate()
trust = provenance.parse_trust(f"""
origin = "{ORIGIN}"
log_keys = ["{NoteSigner(ORIGIN, log_key).verifier.vkey}"]

[[actors]]
id = "{DAIRY}"
name = "A dairy"
keys = ["{encode_base64(dairy_key.verifier.data)}"]

[[actors.grants]]
role = "producer"
prefixes = ["9521001"]      # the GS1 company prefix of its own goods
""")
filled = provenance.new_event(
    {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "eventTime": "2026-03-01T09:00:00+12:00",
        "eventTimeZoneOffset": "+12:00",
    },
    [provenance.Item("epcList", CAN)],
)
now = time.time_ns() // 1_000_000
folder = tempfile.TemporaryDirectory()
ledger = provenance.create_ledger(folder.name, trust=trust, log_signer=log_key)

# The ten lines. `ledger.append` does the first two steps in one.
with folder, ledger:
    said = provenance.sign_statement(
        [filled], signer=dairy_key, issuer=DAIRY, origin=ORIGIN, now=now
    )
    forged = provenance.sign_statement(
        [filled], signer=log_key, issuer=DAIRY, origin=ORIGIN, now=now
    )
    receipt, refusal = ledger.submit([said, forged])
assert not isinstance(receipt, provenance.ProvenanceError), receipt
provenance.verify_receipt(receipt.text, entry=said.entry, trust=trust, now=now)
print(f"logged as entry {receipt.log_index}; the receipt:\n{receipt.text}")

# What to break: sign with a key that is not the dairy's, and the ledger
# refuses; hold the receipt against another statement, and it proves nothing.
print(f"a stranger's key: {refusal}")
try:
    provenance.verify_receipt(
        receipt.text, entry=forged.entry, trust=trust, now=now
    )
except provenance.ProvenanceError as error:
    print(f"another statement: {error}")
