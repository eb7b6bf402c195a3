"""6. Reading as an auditor: everything derived again from the stored bytes.

An auditor needs a copy of the ledger's folder and a trust file of its own.
The audit plays the log through the rules that admitted it, and compares what
comes out with what is stored, row by row.
"""

import sqlite3
import tempfile
from pathlib import Path

import provenance
from provenance.encoding.base64 import encode_base64
from provenance.folder import audit_folder
from provenance.ledger.audit import Audit
from provenance.tlog.note import NoteSigner

ORIGIN = "ledger.example/sixth"
DAIRY = "did:web:dairy.example"
PRODUCT = "https://id.gs1.org/01/09521001960014"

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
prefixes = ["9521001"]
""")
body = {
    "type": "ObjectEvent",
    "action": "ADD",
    "bizStep": "commissioning",
    "eventTime": "2026-03-01T09:00:00+12:00",
    "eventTimeZoneOffset": "+12:00",
}


def tell(audit: Audit) -> None:
    print(f"{audit.size} entries, {audit.events} events, {audit.items} items")
    for finding in audit.findings:
        print(f"  {finding.where}: {finding.what}")
    print("  sound" if audit.is_sound else "  not sound")


if __name__ == "__main__":  # the audit's worker processes import this file
    with tempfile.TemporaryDirectory() as folder:
        with provenance.create_ledger(
            folder, trust=trust, log_signer=log_key
        ) as ledger:
            for serial in ("K7Q2M", "X93BD", "4ZPWT"):
                can = provenance.Item("epcList", f"{PRODUCT}/21/{serial}")
                filled = provenance.new_event(body, [can])
                ledger.append([filled], signer=dairy_key, issuer=DAIRY)

        # What anybody may read: trails, and who signed each step of them.
        with provenance.open_reader(folder) as reader:
            for step in reader.trail(f"{PRODUCT}/21/X93BD"):
                place = f"entry {step.log_index}"
                print(place, step.event.body["bizStep"], "by", step.issuer)
        tell(audit_folder(folder, trust=trust))

        # What to break: one byte in the database, as its operator could. No
        # signature is touched, and yet the audit names the row.
        database = sqlite3.connect(Path(folder, "ledger.sqlite"))
        with database:
            for number, data in database.execute(
                "SELECT number, data FROM events"
            ):
                database.execute(
                    "UPDATE events SET data = ? WHERE number = ?",
                    (data.replace(b"X93BD", b"X93BE"), number),
                )
        database.close()
        tell(audit_folder(folder, trust=trust))
