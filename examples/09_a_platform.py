"""9. A platform's import: enrolled, killed, streamed, and verified elsewhere.

With a folder as argument it is the writer, which begins with the first unit
whenever it starts; what it said before is known, and logged once.
"""

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import provenance
from provenance.encoding.base64 import encode_base64
from provenance.tlog.note import NoteSigner

ORIGIN = "ledger.example/ninth"
COUNCIL = "did:web:council.example"
CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
ROLES = {"dairy": "producer", "ship": "carrier", "lab": "inspector"}
ROLES |= {"mall": "platform"}
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
UNITS, KILLS, STREAMED, PRICE = 500, 20, 20_000, "example:price"
CAN, DID = "(01)09521001960014(21)K{:05}".format, "did:web:{}.example".format


def said_of(serial: int, step: str, **more: str) -> list[provenance.Event]:
    document = {
        "@context": [CONTEXT, {"example": "https://ns.example/"}],
        "type": "ObjectEvent",
        "action": "ADD" if step == "commissioning" else "OBSERVE",
        "bizStep": step,
        "eventTime": (START + timedelta(seconds=serial)).isoformat(),
        "eventTimeZoneOffset": "+00:00",
        "epcList": [provenance.read_item(CAN(serial))],
        **more,
    }
    return provenance.prepare_document(document, conceal=[f"/{PRICE}"])


def set_up(folder: Path) -> None:
    council, log = provenance.Signer.generate(), provenance.Signer.generate()
    trust = provenance.parse_trust(f"""
origin = "{ORIGIN}"
log_keys = ["{NoteSigner(ORIGIN, log).verifier.vkey}"]
[[authorities]]
id = "{COUNCIL}"
name = "The council"
keys = ["{encode_base64(council.verifier.data)}"]
""")
    create = provenance.create_ledger
    with create(folder, trust=trust, log_signer=log) as ledger:
        for actor, role in ROLES.items():
            key, who = provenance.new_key(folder / f"{actor}.key"), DID(actor)
            acts = [
                provenance.enrol(who, name=actor, signer=key, origin=ORIGIN),
                provenance.grant(who, role, prefixes=["9521001"]),
            ]
            ledger.append(acts, signer=council, issuer=COUNCIL)


def write(folder: Path) -> None:
    key = provenance.load_key(folder / "dairy.key")
    with provenance.open_ledger(folder) as ledger:
        for serial in range(UNITS):
            said = said_of(serial, "commissioning")
            ledger.append(said, signer=key, issuer=DID("dairy"))
            print(serial, flush=True)  # it is on the disk


def kill_and_go_on(folder: Path, chance: random.Random) -> None:
    command = [sys.executable, __file__, str(folder)]
    for _ in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            for _ in range(chance.randrange(UNITS)):
                writer.stdout.readline()
            writer.kill()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def stream(folder: Path) -> Iterator[provenance.Submission]:
    key, who = provenance.load_key(folder / "ship.key"), DID("ship")
    for first in range(0, STREAMED, 100):
        cans = range(first, first + 100)
        events = [event for n in cans for event in said_of(n, "arriving")]
        now = datetime.now(UTC)
        yield provenance.sign_statement(
            events, signer=key, issuer=who, origin=ORIGIN, now=now
        )


def play(folder: Path, seed: int) -> None:
    set_up(folder)
    kill_and_go_on(folder, random.Random(seed))
    with provenance.open_ledger(folder) as ledger:
        counts = {len(ledger.trail(CAN(serial))) for serial in range(UNITS)}
        print(f"killed {KILLS} times (seed {seed}); events a unit: {counts}")
        key = provenance.load_key(folder / "lab.key")
        said = said_of(7, "inspecting", **{PRICE: "31.20 NZD"})
        receipt = ledger.append(said, signer=key, issuer=DID("lab"))
        receipt.verify(trust=ledger.trust, now=datetime.now(UTC))
        verify = [sys.executable, "-m", "provenance", "verify", "-"]
        verify += ["--trust", str(folder / "trust.toml"), "--item", CAN(7)]
        for reveal in [], [f"/{PRICE}"]:  # for everybody; for one holder
            bundle = ledger.prove_item(CAN(7), reveal=reveal)
            subprocess.run(verify, input=bundle, check=True)
        answers = ledger.submit_many(stream(folder), progress=print)
        bad = [a for _, a in answers if not isinstance(a, provenance.Receipt)]
        print(f"{STREAMED} events streamed, refused: {bad}")
    # What to break: START, once some units are in; they become new events.


if len(sys.argv) > 1:
    write(Path(sys.argv[1]))
else:
    with tempfile.TemporaryDirectory() as made:
        play(Path(made), random.SystemRandom().randrange(10**6))
