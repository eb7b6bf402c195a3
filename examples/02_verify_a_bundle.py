"""2. Verify a bundle: a thing's whole story in one file, with no server.

The five lines stand after `make_bundle`, which makes the file.
"""

import tempfile
import time

import provenance
from provenance.encoding.base64 import encode_base64
from provenance.tlog.note import NoteSigner

ORIGIN = "ledger.example/second"
DAIRY = "did:web:dairy.example"
CAN = "https://id.gs1.org/01/09521001960014/21/K7Q2M"
OTHER = "https://id.gs1.org/01/09521001960014/21/X93BD"


def make_bundle() -> tuple[bytes, provenance.Trust]:
    """Return the bundle of a can that was filled and shipped, and the trust."""
    log_key, dairy_key = (provenance.Signer.generate() for _ in range(2))
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
    folder = tempfile.TemporaryDirectory()
    ledger = provenance.create_ledger(
        folder.name, trust=trust, log_signer=log_key
    )
    with folder, ledger:
        for hour, action, step in (
            ("09", "ADD", "commissioning"),
            ("15", "OBSERVE", "shipping"),
        ):
            body = {
                "type": "ObjectEvent",
                "action": action,
                "bizStep": step,
                "eventTime": f"2026-03-01T{hour}:00:00+12:00",
                "eventTimeZoneOffset": "+12:00",
            }
            cans = [provenance.Item("epcList", can) for can in (CAN, OTHER)]
            said = provenance.new_event(body, cans)
            ledger.append([said], signer=dairy_key, issuer=DAIRY)
        return ledger.prove_item(CAN), trust


bundle, trust = make_bundle()
now = time.time_ns() // 1_000_000

verdict = provenance.examine_bundle(bundle, trust=trust, now=now, item=CAN)
print(verdict.outcome)
for moment in verdict.timeline:
    print(moment.time, moment.labels["en"], "by", moment.issuer_name)

# What to break: any byte of the bundle, or the can that you hold against it.
# The outcome is never VERIFIED, and the step that did not pass says why.
for name, data, item in (
    ("a bit", bundle[:500] + bytes([bundle[500] ^ 1]) + bundle[501:], CAN),
    ("cut off", bundle[:-1], CAN),
    ("another can", bundle, OTHER),
):
    verdict = provenance.examine_bundle(data, trust=trust, now=now, item=item)
    worst = max(verdict.steps, key=lambda step: step.outcome.gravity)
    print(f"{name}: {verdict.outcome} {worst.code} {worst.detail}")
