"""Other people's tools read our logs.

Go programs in `tests/interop` read what we wrote. Two check a log: `verifylog`
over the Go project's sumdb packages and transparency-dev's merkle, which
builds with the Go of Debian 12, and its twin over torchwood and
transparency-dev's formats, which needs a newer Go. Where there is no Go, or
its modules cannot be had, these tests are skipped by name.
"""

import functools
import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from provenance_node.install import Machine, install

from provenance.encoding.digest import sha256
from provenance.encoding.tree import leaf_hash
from provenance.folder import export_folder
from provenance.keys import MLDSASigner, Signer
from provenance.proof.receipt import Receipt
from provenance.tlog import merkle
from provenance.tlog.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    sign_checkpoint,
)
from provenance.tlog.cosignature import (
    CosignatureSigner,
    MLDSACosignatureSigner,
)
from provenance.tlog.note import NoteSigner, format_note
from provenance.tlog.policy import (
    Group,
    Log,
    Policy,
    PolicyWitness,
    format_policy,
)
from provenance.tlog.proof_file import ProofFile, format_proof
from provenance.tlog.tile import (
    append_leaves,
    format_entries,
    nodes_from,
    tiles_of,
)
from tests.ledger_world import ORIGIN as LEDGER_ORIGIN
from tests.ledger_world import PRODUCER, LedgerWorld, can, signer_of
from tests.support.parts import lack
from tests.support.waiting import PATIENCE_SECONDS

INTEROP = pathlib.Path(__file__).parents[1] / "interop"

ORIGIN = "ledger.example/interop"
LOG = NoteSigner(ORIGIN, Signer.from_seed(sha256(b"log")))
TIME = 1_770_000_000
"""2026-02-02, in seconds since 1970."""

# What go says when it needs a module that it can neither find nor fetch.
_UNREACHABLE = re.compile(
    r'Get "https?:|reading https?:|module lookup disabled'
)


def cosigner_called(name: str) -> CosignatureSigner:
    return CosignatureSigner(
        f"witness.example/{name}", Signer.from_seed(sha256(name.encode()))
    )


HARBOUR = cosigner_called("harbour")
UNION = cosigner_called("union")
PRESS = cosigner_called("press")


# The programs.


@dataclass(frozen=True)
class Program:
    """A verifylog that was built."""

    path: pathlib.Path

    def run(
        self, folder: pathlib.Path, *flags: str | pathlib.Path, vkey: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.path, *flags, folder, vkey],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    def accepts(
        self,
        folder: pathlib.Path,
        *flags: str | pathlib.Path,
        vkey: str = LOG.verifier.vkey,
    ) -> str:
        """Return the one line about *folder*, which must be found whole."""
        done = self.run(folder, *flags, vkey=vkey)
        assert (done.returncode, done.stderr) == (0, "")
        (line,) = done.stdout.splitlines()
        return line

    def refuses(
        self,
        folder: pathlib.Path,
        *flags: str | pathlib.Path,
        vkey: str = LOG.verifier.vkey,
    ) -> str:
        """Return the reason why *folder* is refused, as it must be."""
        done = self.run(folder, *flags, vkey=vkey)
        assert (done.returncode, done.stdout) == (1, ""), done
        return done.stderr


def go(
    *arguments: str, folder: pathlib.Path
) -> subprocess.CompletedProcess[str]:
    compiler = shutil.which("go")
    if compiler is None:
        lack(
            "no Go compiler, so other people's tools cannot be built:"
            " apt-get install golang-go"
        )
    return subprocess.run(
        [compiler, *arguments],
        cwd=folder,
        # The Go at hand and the versions in go.sum, whatever else is set up.
        env=os.environ
        | {
            "CGO_ENABLED": "0",
            "GOFLAGS": "-mod=readonly",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@functools.cache
def go_version() -> tuple[int, int]:
    version = go("env", "GOVERSION", folder=INTEROP).stdout
    found = re.search(r"go([0-9]+)\.([0-9]+)", version)
    assert found, version
    return int(found[1]), int(found[2])


def build(source: pathlib.Path, target: pathlib.Path) -> Program:
    path = target / "verifylog"
    done = go("build", "-buildvcs=false", "-o", str(path), ".", folder=source)
    if _UNREACHABLE.search(done.stderr):
        lack(
            f"the Go modules of {source.name} cannot be fetched; with a network"
            f" once, run go build there: {done.stderr.splitlines()[-1]}"
        )
    assert done.returncode == 0, done.stderr
    return Program(path)


@pytest.fixture(scope="session")
def sumdb(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program over golang.org/x/mod and transparency-dev/merkle."""
    return build(INTEROP, tmp_path_factory.mktemp("sumdb"))


def build_if_new_enough(source: pathlib.Path, target: pathlib.Path) -> Program:
    needed = re.search(
        r"(?m)^go ([0-9]+)\.([0-9]+)", (source / "go.mod").read_text()
    )
    assert needed
    if go_version() < (int(needed[1]), int(needed[2])):
        # Not `lack`: the Go that a system carries may well be older, and the
        # other program has then checked the same files.
        pytest.skip(
            f"{source.name} needs {needed[0]} or newer, this is"
            f" {go_version()[0]}.{go_version()[1]}"
        )
    return build(source, target)


@pytest.fixture(scope="session")
def torchwood(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program over torchwood and transparency-dev/formats."""
    target = tmp_path_factory.mktemp("torchwood")
    return build_if_new_enough(INTEROP / "torchwood", target)


@pytest.fixture(scope="session", params=["sumdb", "torchwood"])
def verifylog(request: pytest.FixtureRequest) -> Program:
    program = request.getfixturevalue(request.param)
    assert isinstance(program, Program)
    return program


# The logs.


@dataclass(frozen=True)
class WrittenLog:
    """A log in a folder, made by `provenance.tlog` alone."""

    folder: pathlib.Path
    entries: Sequence[bytes]
    read: merkle.ReadNodes
    signed: SignedCheckpoint

    def write_proof(self, index: int, folder: pathlib.Path) -> tuple[str, ...]:
        """Write the proof file of an entry; return the flags that name it."""
        size = self.signed.checkpoint.size
        text = format_proof(
            ProofFile(
                index,
                merkle.prove_inclusion(index, size, self.read),
                format_note(self.signed.note),
            )
        )
        proof, entry = folder / f"{index}.tlog-proof", folder / f"{index}.entry"
        proof.write_text(text)
        entry.write_bytes(self.entries[index])
        return "-proof", str(proof), "-entry", str(entry)


def write_log(
    folder: pathlib.Path,
    size: int,
    *cosigners: CosignatureSigner | MLDSACosignatureSigner,
) -> WrittenLog:
    """Write a log of *size* entries, grown in steps of many lengths."""
    entries = [i.to_bytes(4, "big") * (i % 4) for i in range(size)]
    if size > 2:
        entries[2] = bytes(65_535)  # the longest there may be
    tiles: dict[tuple[int, int], bytes] = {}

    def read_tile(level: int, number: int) -> bytes:
        return tiles[level, number]

    start = 0
    for step in (1, 254, 2, 1_000, size):
        leaves = [leaf_hash(entry) for entry in entries[start : start + step]]
        for level, number, hashes in append_leaves(start, leaves, read_tile):
            tiles[level, number] = hashes
        start += len(leaves)
    for tile in tiles_of(size):
        write(folder / tile.path, tiles[tile.level, tile.number])
        if tile.level == 0:
            first = 256 * tile.number
            write(
                folder / tile.entries_path,
                format_entries(entries[first : first + tile.width]),
            )

    read = nodes_from(read_tile)
    signed = sign_checkpoint(
        Checkpoint(ORIGIN, size, merkle.root_hash(size, read)), LOG
    )
    signed = signed.with_cosignatures(
        *(cosigner.sign(signed.checkpoint, time=TIME) for cosigner in cosigners)
    )
    write(folder / "checkpoint", format_note(signed.note).encode())
    return WrittenLog(folder, entries, read, signed)


def write(path: pathlib.Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@contextmanager
def changed(path: pathlib.Path, data: bytes | None) -> Iterator[None]:
    """Let *path* hold *data*, or not exist, for a while."""
    whole = path.read_bytes()
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    try:
        yield
    finally:
        path.write_bytes(whole)


def flipped(data: bytes, position: int) -> bytes:
    """Return *data* with one bit flipped: the one that is a letter's case.

    Whatever base64 character it hits, the bytes that are spelled change; the
    lowest bits of a last character can be ones that Go's decoder ignores.
    """
    position %= len(data)
    bit = bytes([data[position] ^ 0x20])
    return data[:position] + bit + data[position + 1 :]


# Sizes around the edges of tiles of level 0, 1 and 2; at 70,000 there are
# three levels, and above 256,000 the paths get a second part.
@pytest.mark.parametrize(
    "size",
    [
        0,
        1,
        2,
        3,
        255,
        256,
        257,
        511,
        512,
        65_535,
        65_536,
        65_537,
        70_000,
        256_001,
    ],
)
def test_other_tools_read_a_log_of_any_shape(
    verifylog: Program, tmp_path: pathlib.Path, size: int
) -> None:
    log = write_log(tmp_path, size)
    line = verifylog.accepts(log.folder)
    assert line.startswith(f"{ORIGIN}: {size} entries, root ")


def test_tile_paths_are_written_as_other_tools_read_them(
    sumdb: Program, tmp_path: pathlib.Path
) -> None:
    write_log(tmp_path, 256_001)
    assert (tmp_path / "tile/0/x001/000.p/1").exists()
    assert (tmp_path / "tile/entries/x001/000.p/1").exists()
    line = sumdb.accepts(tmp_path)
    assert "1001 bundles and 1006 tiles agree" in line


def test_tiles_left_from_a_smaller_checkpoint_agree_with_a_larger_one(
    verifylog: Program, tmp_path: pathlib.Path
) -> None:
    write_log(tmp_path, 300)
    write_log(tmp_path, 1_000)
    assert (tmp_path / "tile/0/001.p/44").exists()
    verifylog.accepts(tmp_path)


def test_other_tools_verify_a_cosignature(
    verifylog: Program, tmp_path: pathlib.Path
) -> None:
    write_log(tmp_path, 5, HARBOUR, UNION)
    harbour, union = HARBOUR.verifier.vkey, UNION.verifier.vkey
    line = verifylog.accepts(tmp_path, "-witness", harbour, "-witness", union)
    assert "2 cosignatures" in line


def test_other_tools_verify_ml_dsa_cosignatures_of_a_witness_and_of_the_log(
    torchwood: Program, tmp_path: pathlib.Path
) -> None:
    key = MLDSASigner.from_seed(sha256(b"after the quantum computer"))
    witness = MLDSACosignatureSigner("witness.example/future", key)
    itself = MLDSACosignatureSigner(ORIGIN, key)
    write_log(tmp_path, 5, witness, itself)
    flags = [
        "-witness",
        witness.verifier.vkey,
        "-witness",
        itself.verifier.vkey,
    ]
    assert "2 cosignatures" in torchwood.accepts(tmp_path, *flags)

    # The witness's line is the second; this is inside its signature.
    path = tmp_path / "checkpoint"
    data = path.read_bytes()
    for position in (data.rindex(b" ") - 100, -100):
        with changed(path, flipped(data, position)):
            torchwood.refuses(tmp_path, *flags)


def test_other_tools_apply_our_policy_file(
    torchwood: Program, tmp_path: pathlib.Path
) -> None:
    policy = Policy(
        (Log(LOG.verifier),),
        tuple(
            PolicyWitness(name, key.verifier, f"https://{name}.example")
            for name, key in [
                ("harbour", HARBOUR),
                ("union", UNION),
                ("press", PRESS),
            ]
        ),
        (Group("most", 2, ("harbour", "union", "press")),),
        "most",
    )
    path = tmp_path / "policy"
    path.write_bytes(format_policy(policy))
    for cosigners in (
        [HARBOUR, UNION],
        [PRESS, UNION],
        [HARBOUR, UNION, PRESS],
    ):
        write_log(tmp_path, 5, *cosigners)
        torchwood.accepts(tmp_path, "-policy", path)
    for cosigners in ([], [PRESS]):
        write_log(tmp_path, 5, *cosigners)
        torchwood.refuses(tmp_path, "-policy", path)


@pytest.mark.parametrize("size", [1, 2, 7, 256, 257, 70_000])
def test_other_tools_verify_a_proof_file(
    verifylog: Program, tmp_path: pathlib.Path, size: int
) -> None:
    log = write_log(tmp_path / "log", size, HARBOUR)
    for index in {0, size // 2, size - 1}:
        flags = log.write_proof(index, tmp_path)
        verifylog.accepts(log.folder, "-witness", HARBOUR.verifier.vkey, *flags)


def test_a_proof_file_from_before_the_log_grew_still_verifies(
    verifylog: Program, tmp_path: pathlib.Path
) -> None:
    flags = write_log(tmp_path / "log", 300).write_proof(299, tmp_path)
    log = write_log(tmp_path / "log", 1_000)
    verifylog.accepts(log.folder, *flags)


# Controls: what was changed is refused, so what is accepted was looked at.


LARGE = 65_836
"""257 full tiles and one of width 44; one full tile of tiles and one of width
1; one of width 1 above them."""


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return write_log(tmp_path_factory.mktemp("large"), LARGE).folder


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/100",
        "tile/0/257.p/44",
        "tile/1/000",
        "tile/1/001.p/1",
        "tile/2/000.p/1",
        "tile/entries/100",
        "tile/entries/257.p/44",
    ],
)
def test_a_file_that_was_changed_is_refused(
    verifylog: Program, large: pathlib.Path, path: str
) -> None:
    verifylog.accepts(large)
    data = (large / path).read_bytes()
    for position in (0, len(data) // 2, -1):
        with changed(large / path, flipped(data, position)):
            verifylog.refuses(large)
    for other in (data[:-1], data + b"\x00", b"", None):
        with changed(large / path, other):
            verifylog.refuses(large)


def test_entries_that_changed_places_are_refused(
    verifylog: Program, tmp_path: pathlib.Path
) -> None:
    log = write_log(tmp_path, 7)
    first, second, *others = log.entries
    swapped = format_entries([second, first, *others])
    with changed(tmp_path / "tile/entries/000.p/7", swapped):
        verifylog.refuses(tmp_path)


def test_a_leftover_tile_that_contradicts_the_log_is_refused(
    sumdb: Program, tmp_path: pathlib.Path
) -> None:
    write_log(tmp_path, 300)
    leftovers = [
        "tile/0/000.p/9",
        "tile/entries/001.p/1",
        "tile/3/000.p/1",
        "tile/0/2",
    ]
    for path in leftovers:
        write(tmp_path / path, bytes(9 * 32))
        assert path in sumdb.refuses(tmp_path)
        (tmp_path / path).unlink()
    sumdb.accepts(tmp_path)


def test_a_checkpoint_with_any_byte_changed_is_refused(
    verifylog: Program, tmp_path: pathlib.Path
) -> None:
    write_log(tmp_path, 3, HARBOUR)
    path = tmp_path / "checkpoint"
    data = path.read_bytes()
    flags = ["-witness", HARBOUR.verifier.vkey]
    verifylog.accepts(tmp_path, *flags)
    for position in range(len(data)):
        with changed(path, flipped(data, position)):
            verifylog.refuses(tmp_path, *flags)


def test_a_proof_file_with_any_byte_changed_is_refused(
    verifylog: Program, tmp_path: pathlib.Path
) -> None:
    log = write_log(tmp_path / "log", 3)
    flags = log.write_proof(1, tmp_path)
    path = tmp_path / "1.tlog-proof"
    data = path.read_bytes()
    verifylog.accepts(log.folder, *flags)
    for position in range(len(data)):
        with changed(path, flipped(data, position)):
            verifylog.refuses(log.folder, *flags)


def test_a_proof_file_of_another_entry_or_place_is_refused(
    verifylog: Program, tmp_path: pathlib.Path
) -> None:
    log = write_log(tmp_path / "log", 7)
    flags = log.write_proof(5, tmp_path)
    with changed(tmp_path / "5.entry", log.entries[6]):
        verifylog.refuses(log.folder, *flags)
    text = (tmp_path / "5.tlog-proof").read_bytes()
    with changed(
        tmp_path / "5.tlog-proof", text.replace(b"index 5", b"index 4")
    ):
        verifylog.refuses(log.folder, *flags)


def test_a_log_or_witness_that_is_not_known_is_refused(
    verifylog: Program, tmp_path: pathlib.Path
) -> None:
    write_log(tmp_path, 3, HARBOUR)
    impostor = NoteSigner(ORIGIN, Signer.from_seed(sha256(b"impostor")))
    verifylog.refuses(tmp_path, vkey=impostor.verifier.vkey)
    elsewhere = NoteSigner("elsewhere.example", LOG.signer)
    verifylog.refuses(tmp_path, vkey=elsewhere.verifier.vkey)
    verifylog.refuses(tmp_path, "-witness", UNION.verifier.vkey)


# The real thing.


def test_other_tools_read_a_real_ledger_and_verify_its_receipts(
    verifylog: Program, tmp_path: pathlib.Path
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    proofs = []
    for number in range(1, 141):
        submission = world.sign(PRODUCER, world.made(can(number)))
        (receipt,) = world.ledger.submit([submission])
        assert isinstance(receipt, Receipt)
        if number in {1, 70, 140}:
            proof, entry = (
                tmp_path / f"{number}.tlog-proof",
                tmp_path / f"{number}.entry",
            )
            proof.write_text(receipt.text)
            entry.write_bytes(submission.entry)
            proofs.append(("-proof", proof, "-entry", entry))
    world.ledger.close()

    folder = tmp_path / "export"
    size = export_folder(tmp_path / "ledger", folder)
    # 140 statements and three enrolments, a commitment after each and one
    # before them all.
    assert size == 287

    vkey = NoteSigner(LEDGER_ORIGIN, signer_of("log")).verifier.vkey
    for flags in proofs:
        line = verifylog.accepts(folder, *flags, vkey=vkey)
        assert line.startswith(f"{LEDGER_ORIGIN}: {size} entries, root ")

    for path in [
        "checkpoint",
        "tile/0/001.p/31",
        "tile/1/000.p/1",
        "tile/entries/000",
    ]:
        data = (folder / path).read_bytes()
        with changed(folder / path, flipped(data, len(data) // 2)):
            verifylog.refuses(folder, vkey=vkey)


# The files for containers.


def test_the_containers_files_are_read_by_those_who_define_them(
    tmp_path: pathlib.Path,
) -> None:
    """No daemon is there to build or to run them: their parsers are."""
    program = build_if_new_enough(INTEROP / "containers", tmp_path)
    machine = Machine(name="ledger.example", program="/opt/bin/provenance")
    install(machine, tmp_path / "files")
    containerfile = tmp_path / "files/Containerfile"
    compose = tmp_path / "files/compose.yaml"

    def read() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program.path, containerfile, compose],
            capture_output=True,
            text=True,
            check=False,
        )

    done = read()
    assert (done.returncode, done.stderr) == (0, "")
    assert "services [backup node]" in done.stdout
    # Control: they do look.
    text = compose.read_text(encoding="utf-8")
    compose.write_text(text.replace("cap_drop", "cap_dorp"))
    assert "cap_dorp" in read().stderr
    compose.write_text(text)
    text = containerfile.read_text(encoding="utf-8")
    containerfile.write_text(text.replace("EXPOSE", "EXPOES"))
    assert "EXPOES" in read().stderr
