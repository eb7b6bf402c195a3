"""10. Sign with a key that this program never sees.

An HSM, a KMS or another process keeps the key. Whatever has its public key and
a `sign` is taken wherever a Signer is; what it returns is verified at once.
Over PKCS#11, `sign` is `key.sign(message, mechanism=Mechanism.EDDSA)`.
"""

import subprocess
import sys
import tempfile

import provenance
from provenance.encoding.base64 import encode_base64
from provenance.tlog.note import NoteSigner

ORIGIN = "ledger.example/tenth"
DAIRY = "did:web:dairy.example"
CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
CAN = "https://id.gs1.org/01/09521001960014/21/K7Q2M"

# The other side: makes a key, tells its public half, signs line by line.
HOLDER = """
import sys
from provenance import Signer
key = Signer.generate()
print(key.verifier.data.hex(), flush=True)
for line in sys.stdin:
    print(key.sign(bytes.fromhex(line)).hex(), flush=True)
"""


class OtherProcess:
    """Signs with the key of a child process: a provenance.KeyHolder."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        self._to, self._from = child.stdin, child.stdout
        self.verifier = provenance.Verifier(bytes.fromhex(next(self._from)))

    def sign(self, message: bytes) -> bytes:
        print(message.hex(), file=self._to, flush=True)
        return bytes.fromhex(next(self._from))


command, pipe = [sys.executable, "-c", HOLDER], subprocess.PIPE
with (
    tempfile.TemporaryDirectory() as folder,
    subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child,
):
    key, log_key = OtherProcess(child), provenance.Signer.generate()
    trust = provenance.parse_trust(f"""
origin = "{ORIGIN}"
log_keys = ["{NoteSigner(ORIGIN, log_key).verifier.vkey}"]
[[actors]]
id = "{DAIRY}"
name = "A dairy"
keys = ["{encode_base64(key.verifier.data)}"]
grants = [{{ role = "producer", prefixes = ["9521001"] }}]
""")
    filled = {
        "type": "ObjectEvent",
        "action": "ADD",
        "eventTime": "2026-03-01T09:00:00+12:00",
        "eventTimeZoneOffset": "+12:00",
        "epcList": [CAN],
    }
    said = provenance.prepare_document({"@context": CONTEXT, **filled})
    create = provenance.create_ledger
    with create(folder, trust=trust, log_signer=log_key) as ledger:
        index = ledger.append(said, signer=key, issuer=DAIRY).log_index
        print(f"logged as entry {index}, signed by a process with its own key")

        # What to break: a device that signs with another key than it says.
        key.verifier = log_key.verifier
        try:
            ledger.append(said, signer=key, issuer=DAIRY)
        except provenance.InvalidSignatureError as error:
            print(f"another key: {error}")
