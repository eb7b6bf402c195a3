"""5. A witness and a quorum: everybody sees the same history.

A log could show one history to you and another to me. A witness remembers how
far it has come, and cosigns only what extends that; a trust file asks for it.
"""

import tempfile
import time
from pathlib import Path

import provenance
from provenance.encoding.base64 import encode_base64
from provenance.store.witness_memory import WitnessMemory
from provenance.tlog.cosignature import CosignatureSigner
from provenance.tlog.note import NoteSigner

ORIGIN = "ledger.example/fifth"
DAIRY = "did:web:dairy.example"
CAN = "https://id.gs1.org/01/09521001960014/21/K7Q2M"
PRESS = "press.example/witness"

log_key, dairy_key, press_key = (provenance.Signer.generate() for _ in range(3))
trust = provenance.parse_trust(f"""
origin = "{ORIGIN}"
log_keys = ["{NoteSigner(ORIGIN, log_key).verifier.vkey}"]
quorum = "press"            # a group with a threshold makes it k of n
[[witnesses]]
name = "press"
key = "{CosignatureSigner(PRESS, press_key).verifier.vkey}"
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
filled = provenance.new_event(body, [provenance.Item("epcList", CAN)])

with tempfile.TemporaryDirectory() as room:
    witness = provenance.Witness(
        WitnessMemory.create(Path(room, "press.memory")),
        name=PRESS,
        signer=press_key,
        logs={ORIGIN: trust.policy.log_keys},
    )
    for history in ("one", "another"):
        # What to break: the same key signs a second history. The witness
        # refuses it, and without its cosignature the quorum is not met.
        with provenance.create_ledger(
            Path(room, history), trust=trust, log_signer=log_key
        ) as ledger:
            ledger.append([filled], signer=dairy_key, issuer=DAIRY)
            (answer,) = ledger.cosign([witness])
            bundle = ledger.prove_item(CAN)
            now = time.time_ns() // 1_000_000
        print(f"the witness on {history} history: {answer}")
        verdict = provenance.examine_bundle(bundle, trust=trust, now=now)
        print(f"{history}:", verdict.outcome, verdict.steps[3].detail)
