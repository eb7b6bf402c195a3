"""5. A witness and a quorum: everybody sees the same history.

A log could show one history to you and another to me. A witness remembers how
far it has come, and cosigns only what extends that; a trust file asks for it.
"""

import dataclasses
import tempfile
import time
from pathlib import Path

import provenance
from provenance.encoding.base64 import encode_base64
from provenance.proof.bundle import parse_bundle
from provenance.store.witness_memory import WitnessMemory
from provenance.tlog.cosignature import CosignatureSigner
from provenance.tlog.note import NoteSigner, format_note, parse_note

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
seconds = time.time_ns() // 1_000_000_000

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
            bundle = parse_bundle(ledger.prove_item(CAN))
        try:
            line = witness.add_checkpoint(
                bundle.checkpoint,
                old_size=witness.last_size(ORIGIN),
                proof=(),  # from size 0, or to the same size: nothing to show
                now=seconds,
            )
            note = parse_note(bundle.checkpoint).with_signatures(line)
            bundle = dataclasses.replace(bundle, checkpoint=format_note(note))
        except provenance.ProvenanceError as error:
            print(f"the witness on {history} history: {error}")
        verdict = provenance.examine_bundle(
            bundle.to_bytes(), trust=trust, now=seconds * 1000
        )
        print(f"{history}:", verdict.outcome, verdict.steps[3].detail)
