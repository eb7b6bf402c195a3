"""11. Documents handed in: rehearsed, signed, killed, and gone on with."""

import json
import tempfile
from pathlib import Path

import provenance
from provenance.encoding.base64 import encode_base64
from provenance.tlog.note import NoteSigner

ORIGIN, COUNCIL = "ledger.example/eleventh", "did:web:council.example"
DAIRY = "did:web:dairy.example"
CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"


def set_up(folder: Path) -> provenance.Ledger:
    council, log = provenance.Signer.generate(), provenance.Signer.generate()
    trust = provenance.parse_trust(f"""
origin = "{ORIGIN}"
log_keys = ["{NoteSigner(ORIGIN, log).verifier.vkey}"]
[[authorities]]
id = "{COUNCIL}"
name = "The council"
keys = ["{encode_base64(council.verifier.data)}"]
""")
    ledger = provenance.create_ledger(folder, trust=trust, log_signer=log)
    key = provenance.new_key(folder / "dairy.key")
    acts = [
        provenance.enrol(DAIRY, name="Dairy", signer=key, origin=ORIGIN),
        provenance.grant(DAIRY, "producer", prefixes=["9521001"]),
    ]
    ledger.append(acts, signer=council, issuer=COUNCIL)
    return ledger


def write(path: Path, *gtins: str) -> Path:
    event = {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "eventTime": "2026-03-01T09:00:00+13:00",
        "eventTimeZoneOffset": "+13:00",
    }
    links = [f"https://id.gs1.org/01/{gtin}/21/K1" for gtin in gtins]
    document = {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T00:00:00Z",
        "epcisBody": {"eventList": [event | {"epcList": [e]} for e in links]},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def play(folder: Path) -> None:
    set_up(folder / "ledger").close()
    key = provenance.load_key(folder / "ledger" / "dairy.key")
    made = write(folder / "made.json", "09521001960014")
    mixed = write(folder / "mixed.json", "09521001960021", "09529999000002")

    # What would happen: nothing is locked, and others may write meanwhile.
    with provenance.open_reader(folder / "ledger") as reader:
        intake = provenance.Intake(reader, signer=key)
        for outcome in intake.rehearse([made, mixed]):
            print(Path(outcome.source).name, outcome.error or "would be taken")

    # The dairy's own events of both. Killed anywhere, the same call goes on.
    for _ in range(2):
        with provenance.open_ledger(folder / "ledger") as ledger:
            intake = provenance.Intake(ledger, signer=key, only_mine=True)
            for file in intake.submit([made, mixed], journal=folder / "kept"):
                print(file.events, "logged,", file.others.count, "for others")
            print(f"{ledger.size} entries")
    # What to break: mixed.json between the two; the journal is of other files.


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made_here:
        play(Path(made_here))
