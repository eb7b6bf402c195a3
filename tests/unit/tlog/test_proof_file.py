"""A proof file proves one entry, with keys that are not in it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.base64 import encode_base64
from provenance.encoding.digest import Hash, sha256
from provenance.errors import (
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
    QuorumNotMetError,
)
from provenance.tlog.merkle import MAX_SIZE
from provenance.tlog.policy import parse_policy
from provenance.tlog.proof_file import (
    MAX_EXTRA_SIZE,
    ProofFile,
    format_proof,
    parse_proof,
    verify_proof,
)
from tests.vectors.tlog import make

POLICY = parse_policy((make.FOLDER / "demo.policy").read_bytes())
DEMO = (make.FOLDER / "demo.tlog-proof").read_text(encoding="utf-8")
A, B = sha256(b"a"), sha256(b"b")
LINES = "c2sp.org/tlog-proof@v1\nindex 5\n"


@pytest.mark.parametrize(
    ("proof", "text"),
    [
        (
            ProofFile(5, (A, B), "checkpoint\n"),
            f"{LINES}{encode_base64(A)}\n{encode_base64(B)}\n\ncheckpoint\n",
        ),
        (ProofFile(5, (), "checkpoint\n"), f"{LINES}\ncheckpoint\n"),
        (
            ProofFile(0, (A,), "one\n\ntwo\n", b"more\0"),
            f"c2sp.org/tlog-proof@v1\nextra bW9yZQA=\nindex 0\n{encode_base64(A)}\n\none\n\ntwo\n",
        ),
        (
            ProofFile(MAX_SIZE - 1, (), "", b""),
            f"c2sp.org/tlog-proof@v1\nextra \nindex {MAX_SIZE - 1}\n\n",
        ),
    ],
)
def test_a_proof_file_is_written_as_specified(
    proof: ProofFile, text: str
) -> None:
    assert format_proof(proof) == text
    assert parse_proof(text) == proof
    assert parse_proof(text.encode()) == proof


@given(
    st.integers(0, MAX_SIZE - 1),
    st.lists(st.binary(min_size=32, max_size=32).map(Hash), max_size=63),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.none() | st.binary(max_size=50),
)
def test_every_proof_file_reads_back(
    index: int, hashes: list[Hash], checkpoint: str, extra: bytes | None
) -> None:
    proof = ProofFile(index, tuple(hashes), checkpoint, extra)
    assert parse_proof(format_proof(proof)) == proof


H = encode_base64(A)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\n",
        "c2sp.org/tlog-proof@v1\n\n",
        "c2sp.org/tlog-proof@v1\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v2\nindex 5\n\ncheckpoint\n",
        " c2sp.org/tlog-proof@v1\nindex 5\n\ncheckpoint\n",
        "index 5\n\ncheckpoint\n",
        LINES,
        LINES + "checkpoint\n",
        LINES + H + "\ncheckpoint\n",
        LINES + H[:-1] + "\n\ncheckpoint\n",
        LINES + " " + H + "\n\ncheckpoint\n",
        LINES + H + "\r\n\ncheckpoint\n",
        LINES + encode_base64(A + B) + "\n\ncheckpoint\n",
        LINES + encode_base64(A[:-1]) + "\n\ncheckpoint\n",
        LINES + "!!notbase64!!\n\ncheckpoint\n",
        LINES + (H + "\n") * 64 + "\ncheckpoint\n",
        LINES.replace("5", "05") + "\ncheckpoint\n",
        LINES.replace("5", "-5") + "\ncheckpoint\n",
        LINES.replace("5", "five") + "\ncheckpoint\n",
        LINES.replace("5", "") + "\ncheckpoint\n",
        LINES.replace("index ", "index") + "\ncheckpoint\n",
        LINES.replace("5", str(MAX_SIZE)) + "\ncheckpoint\n",
        LINES + "index 5\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 5\nextra aGk=\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nextra aGk=\nextra aGk=\nindex 5\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nextra aGk\nindex 5\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nextra\nindex 5\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nextra aGk=\n\ncheckpoint\n",
    ],
)
def test_a_malformed_proof_file_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_proof(text)


def test_a_proof_file_over_its_limits_is_refused() -> None:
    extra = bytes(MAX_EXTRA_SIZE)
    most = ProofFile(5, (A,) * 63, "c" * (1 << 20), extra)
    assert parse_proof(format_proof(most)) == most
    with pytest.raises(MalformedError, match="a proof file has up to"):
        parse_proof("c" * 2_500_000)
    with pytest.raises(MalformedError, match="extra data"):
        ProofFile(5, (), "", extra + b"!")
    with pytest.raises(MalformedError, match="up to 63 hashes, not 64"):
        ProofFile(5, (A,) * 64, "")
    with pytest.raises(MalformedError, match="no log has an entry -1"):
        ProofFile(-1, (), "")


def test_bytes_that_are_not_utf8_are_no_proof_file() -> None:
    with pytest.raises(MalformedError, match="not UTF-8"):
        parse_proof(LINES.encode() + b"\n\xff\n")


def test_the_proof_in_our_vectors_verifies_with_the_policy_beside_it() -> None:
    proof = parse_proof(DEMO)
    assert (proof.index, proof.extra) == (1, b"hello")
    cosignatures = verify_proof(proof, leaf=make.LEAVES[1], policy=POLICY)
    assert [c.time for c in cosignatures] == [
        1679315147,
        1679315148,
        1679315149,
    ]


def test_another_entry_index_or_path_is_not_proved() -> None:
    proof = parse_proof(DEMO)
    wrong = replace(proof, index=0)
    short = replace(proof, hashes=proof.hashes[:-1])
    long = replace(proof, hashes=(*proof.hashes, A))
    for claim, leaf in (
        (proof, make.LEAVES[0]),
        (wrong, make.LEAVES[1]),
        (short, make.LEAVES[1]),
        (long, make.LEAVES[1]),
        (replace(proof, index=4), make.LEAVES[1]),
    ):
        with pytest.raises(InvalidProofError):
            verify_proof(claim, leaf=leaf, policy=POLICY)


def test_the_checkpoint_must_be_its_logs_and_meet_the_quorum() -> None:
    proof = parse_proof(DEMO)
    lines = proof.checkpoint.splitlines(keepends=True)
    for kept, error in (
        (lines[:6], QuorumNotMetError),
        (lines[:4] + lines[5:], InvalidSignatureError),
        (lines[:3], MalformedError),
    ):
        poorer = replace(proof, checkpoint="".join(kept))
        with pytest.raises(error):
            verify_proof(poorer, leaf=make.LEAVES[1], policy=POLICY)


def test_the_extra_data_decides_nothing() -> None:
    for extra in (None, b"", b"anything else"):
        changed = replace(parse_proof(DEMO), extra=extra)
        verify_proof(changed, leaf=make.LEAVES[1], policy=POLICY)


@given(st.data())
def test_flipping_any_bit_after_the_extra_line_breaks_the_proof(
    data: st.DataObject,
) -> None:
    text = bytearray(DEMO.encode())
    start = 8 * text.index(b"index")
    bit = data.draw(st.integers(start, 8 * len(text) - 1))
    text[bit // 8] ^= 1 << bit % 8

    def check() -> None:
        proof = parse_proof(bytes(text))
        assert proof.extra == b"hello"
        verified = verify_proof(proof, leaf=make.LEAVES[1], policy=POLICY)
        # A cosigner's name or id can be made a stranger's: then it does not
        # count, and the other two are still enough.
        if len(verified) < 3:
            raise QuorumNotMetError

    with pytest.raises(
        (
            InvalidProofError,
            InvalidSignatureError,
            MalformedError,
            QuorumNotMetError,
        )
    ):
        check()


@given(st.text(alphabet="index extra0159=\n", max_size=80) | st.binary())
def test_hostile_proof_files_raise_only_malformed(data: str | bytes) -> None:
    for prefix in ("", "c2sp.org/tlog-proof@v1\n"):
        text = (
            prefix + data if isinstance(data, str) else prefix.encode() + data
        )
        try:
            proof = parse_proof(text)
        except MalformedError:
            continue
        assert format_proof(proof).encode() == (
            text.encode() if isinstance(text, str) else text
        )
