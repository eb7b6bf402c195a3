"""The proof file: one entry's proof, and the checkpoint it leads to.

This is c2sp.org/tlog-proof, a file with the suffix `.tlog-proof` that is
verified without any server:

    c2sp.org/tlog-proof@v1
    extra aGVsbG8=                                   may be left out
    index 1
    dziFphNIniTOLPdhmdakI/BC5LvxLX7s7pEu8nbGVwE=     leaf's sibling first
    3b3oD8zesxmO9puOHwk0+84pbGur+3OFdKT2KXImZ5M=     root's child last

    ledger.example/demo
    4
    l5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=

    — ledger.example/demo Razk4Y2TScq1GvDTFA0pJDJiMeQqIfBxtb4uh/raUHL924w0W+…

The checkpoint is there as it was signed, with its cosignatures. The extra
data is authenticated by nothing; it is for whoever needs more to make the
leaf. The file does not hold the entry, nor any key: whoever verifies brings
both.

In full: `FORMATS.md`, section 15.
"""

from dataclasses import dataclass

from provenance.encoding.base64 import decode_base64, encode_base64
from provenance.encoding.digest import Hash
from provenance.errors import MalformedError
from provenance.tlog.checkpoint import open_checkpoint, parse_decimal
from provenance.tlog.cosignature import Cosignature
from provenance.tlog.merkle import MAX_SIZE, verify_inclusion
from provenance.tlog.note import MAX_NOTE_SIZE
from provenance.tlog.policy import Policy

MAX_HASHES = 63
MAX_EXTRA_SIZE = 1 << 20
"""In bytes, before base64."""

PROOF_START = "c2sp.org/tlog-proof@"
"""How a proof file of any version begins."""

_FIRST_LINE = PROOF_START + "v1"
_EXTRA = "extra "
_INDEX = "index "
_MAX_SIZE = MAX_NOTE_SIZE + MAX_EXTRA_SIZE // 3 * 4 + 64 * MAX_HASHES


@dataclass(frozen=True, slots=True)
class ProofFile:
    """The proof that one entry is in a log, not verified yet.

    Attributes:
        index: The entry's place in the log, from 0.
        hashes: Its inclusion proof, at most 63 hashes, lowest first.
        checkpoint: A signed note, as it was signed.
        extra: Unauthenticated data; None if there is none.
    """

    index: int
    hashes: tuple[Hash, ...]
    checkpoint: str
    extra: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.index < MAX_SIZE:
            raise MalformedError(f"no log has an entry {self.index}")
        if len(self.hashes) > MAX_HASHES:
            raise MalformedError(
                f"a proof has up to {MAX_HASHES} hashes, not {len(self.hashes)}"
            )
        if self.extra is not None and len(self.extra) > MAX_EXTRA_SIZE:
            raise MalformedError(
                f"a proof has up to {MAX_EXTRA_SIZE} bytes of extra data, "
                f"not {len(self.extra)}"
            )


def format_proof(proof: ProofFile) -> str:
    """Return *proof* as text, which `parse_proof` reads back."""
    lines = [_FIRST_LINE]
    if proof.extra is not None:
        lines.append(_EXTRA + encode_base64(proof.extra))
    lines.append(f"{_INDEX}{proof.index}")
    lines += [encode_base64(digest) for digest in proof.hashes]
    return "\n".join([*lines, "", proof.checkpoint])


def parse_proof(data: str | bytes) -> ProofFile:
    """Return the proof that *data* spells, with nothing verified.

    Raises:
        MalformedError: It is no proof file. The checkpoint in it is only
            read when it is verified.
    """
    head, found, checkpoint = _decode(data).partition("\n\n")
    lines = head.split("\n")
    if not found or lines.pop(0) != _FIRST_LINE:
        raise MalformedError(
            f"a proof file starts with {_FIRST_LINE} "
            f"and has an empty line before its checkpoint"
        )
    extra = None
    if lines and lines[0].startswith(_EXTRA):
        extra = decode_base64(lines.pop(0).removeprefix(_EXTRA))
    if not lines or not lines[0].startswith(_INDEX):
        raise MalformedError("the proof file has no index line in its place")
    index = parse_decimal(lines.pop(0).removeprefix(_INDEX))
    if len(lines) > MAX_HASHES:
        raise MalformedError(
            f"a proof has up to {MAX_HASHES} hashes, not {len(lines)}"
        )
    hashes = tuple(Hash(decode_base64(line)) for line in lines)
    return ProofFile(index, hashes, checkpoint, extra)


def verify_proof(
    proof: ProofFile, *, leaf: Hash, policy: Policy
) -> tuple[Cosignature, ...]:
    """Return the cosignatures by which *proof* shows *leaf* to be logged.

    Their times say how old the checkpoint is; what is too old is the
    caller's to say.

    Raises:
        MalformedError: The checkpoint is not one.
        InvalidSignatureError: No log of *policy* signed it, or a signature
            by a known key does not verify.
        QuorumNotMetError: Too few witnesses cosigned it.
        InvalidProofError: The log does not hold *leaf* there.
    """
    signed = open_checkpoint(proof.checkpoint, policy.log_keys)
    cosignatures = policy.check(signed)
    verify_inclusion(
        proof.hashes,
        index=proof.index,
        size=signed.checkpoint.size,
        leaf=leaf,
        root=signed.checkpoint.root,
    )
    return cosignatures


def _decode(data: str | bytes) -> str:
    if len(data) > _MAX_SIZE:
        raise MalformedError(
            f"a proof file has up to {_MAX_SIZE} bytes, not {len(data)}"
        )
    if isinstance(data, str):
        return data
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(f"the proof is not UTF-8: {error}") from error
