"""3. Actors and roles: who may say what, where, and until when.

An authority of the trust file enrols actors and grants them roles. These are
events like any other, so everybody can see who let whom in, and when.
"""

import tempfile

import provenance
from provenance import Event, Signer
from provenance.encoding.base64 import encode_base64
from provenance.tlog.note import NoteSigner

ORIGIN = "ledger.example/third"
COUNCIL = "did:web:council.example"
COURIER = "did:web:courier.example"
DEPOT = "https://id.gs1.org/414/9521010000015"
OTHER = "https://id.gs1.org/414/9521007000011"
PARCEL = "https://id.gs1.org/00/395210070000401185"

log_key, council_key, courier_key = (Signer.generate() for _ in range(3))
trust = provenance.parse_trust(f"""
origin = "{ORIGIN}"
log_keys = ["{NoteSigner(ORIGIN, log_key).verifier.vkey}"]
threshold = 1               # with 2, two authorities must say the same

[[authorities]]
id = "{COUNCIL}"
name = "The council"
keys = ["{encode_base64(council_key.verifier.data)}"]
""")
enrolled = provenance.enrol(
    COURIER, name="Courier", signer=courier_key, origin=ORIGIN
)
granted = provenance.grant(COURIER, "courier", places=[DEPOT])
stolen = courier_key.verifier.key_id
revoked = provenance.revoke_key(COURIER, old=stolen, reason="lost")


def seen(step: str, place: str = DEPOT) -> Event:
    body = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": step,
        "eventTime": "2026-03-01T09:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "readPoint": {"id": place},
    }
    return provenance.new_event(body, [provenance.Item("epcList", PARCEL)])


folder = tempfile.TemporaryDirectory()
ledger = provenance.create_ledger(folder.name, trust=trust, log_signer=log_key)
with folder, ledger:

    def try_it(what: str, event: Event, key: Signer, actor: str) -> None:
        try:
            receipt = ledger.append([event], signer=key, issuer=actor)
            print(f"{what}: logged as entry {receipt.log_index}")
        except provenance.ProvenanceError as error:
            print(f"{what}: refused, {error}")

    try_it("enrolment", enrolled, council_key, COUNCIL)
    try_it("grant of a role at one place", granted, council_key, COUNCIL)
    try_it("arrival", seen("arriving"), courier_key, COURIER)

    # What to break: step, place, or key. The ledger refuses each; so does the
    # verifier of a bundle, should an operator log it anyway.
    try_it("customs' step", seen("inspecting"), courier_key, COURIER)
    try_it("another place", seen("arriving", OTHER), courier_key, COURIER)
    try_it("the key is lost", revoked, courier_key, COURIER)
    try_it("who finds it", seen("arriving"), courier_key, COURIER)
