"""8. Over HTTP: a platform hands statements to a node, and believes nothing.

The platform has a trust file and a URL. Receipts are proven before they are
returned, and a bundle is verified here, not by the node.
"""

import subprocess
import sys
import tempfile
import time

import provenance
from provenance.client import Client
from provenance.encoding.base64 import encode_base64
from provenance.tlog.note import NoteSigner

ORIGIN = "ledger.example/eighth"
DAIRY = "did:web:dairy.example"
PRODUCT = "https://id.gs1.org/01/09521001960014"

log_key, dairy_key = (provenance.Signer.generate() for _ in range(2))
log_vkey = NoteSigner(ORIGIN, log_key).verifier.vkey
trust = provenance.parse_trust(f"""
origin = "{ORIGIN}"
log_keys = ["{log_vkey}"]
[[actors]]
id = "{DAIRY}"
name = "A dairy"
keys = ["{encode_base64(dairy_key.verifier.data)}"]
[[actors.grants]]
role = "producer"
prefixes = ["9521001"]
""")
filled = {
    "type": "ObjectEvent",
    "action": "ADD",
    "bizStep": "commissioning",
    "eventTime": "2026-03-01T09:00:00+12:00",
    "eventTimeZoneOffset": "+12:00",
}


def say(serial: int) -> provenance.Submission:
    can = provenance.Item("epcList", f"{PRODUCT}/21/K{serial:04d}")
    said = [provenance.new_event(filled, [can])]
    now = time.time_ns() // 1_000_000
    return provenance.sign_statement(
        said, signer=dairy_key, issuer=DAIRY, origin=ORIGIN, now=now
    )


with tempfile.TemporaryDirectory() as folder:
    provenance.create_ledger(folder, trust=trust, log_signer=log_key).close()
    serve = "-m provenance node serve --quiet --port 0".split()  # noqa: SIM905
    with subprocess.Popen(
        [sys.executable, *serve, folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # its journal
        text=True,
    ) as node:
        assert node.stdout is not None
        url = node.stdout.readline().strip()

        # A stream of any length; what gets no answer is sent again.
        with Client(url, trust=trust) as client:
            said = (say(serial) for serial in range(500))
            *_, (last, receipt) = client.submit_many(said, batch=100)
            assert isinstance(receipt, provenance.Receipt), receipt
            print(receipt.text)
            print("the same again:", client.submit([last]) == [receipt])
            print(client.verify(f"{PRODUCT}/21/K0042").outcome)

        # What to break: the trust file. By the key of another log nothing
        # that this node says is worth anything.
        other = NoteSigner(ORIGIN, dairy_key).verifier.vkey
        lines = provenance.format_trust(trust).replace(log_vkey, other)
        with Client(url, trust=provenance.parse_trust(lines)) as sceptic:
            print("another key:", sceptic.verify(f"{PRODUCT}/21/K0042").outcome)
        node.terminate()
