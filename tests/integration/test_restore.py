"""`provenance restore`: a copy goes on only if it has all that was signed."""

import dataclasses
import pathlib
import shutil

import pytest

from provenance.claims.registry import Authority
from provenance.claims.statement import Submission
from provenance.errors import (
    ConflictError,
    ForkError,
    InvalidSignatureError,
    MalformedError,
    NotFoundError,
    VerificationError,
)
from provenance.folder import (
    audit_folder,
    backup_folder,
    open_ledger,
    open_reader,
)
from provenance.proof.receipt import Receipt
from provenance.proof.trust import format_trust
from provenance.restore import (
    SignedHistory,
    read_signed,
    restore_folder,
    why_unsigned,
)
from provenance.store.signer_memory import SignerMemory
from tests.ledger_world import (
    ORIGIN,
    PRODUCER,
    LedgerWorld,
    can,
    signer_of,
)
from tests.support.cli_runs import ok, run
from tests.support.node_world import grow, new_world

Old = tuple[LedgerWorld, pathlib.Path]


@pytest.fixture
def world(tmp_path: pathlib.Path) -> LedgerWorld:
    return new_world(tmp_path)


@pytest.fixture
def old(world: LedgerWorld, tmp_path: pathlib.Path) -> Old:
    """Give a ledger that was backed up, and has grown since."""
    grow(world, 3)
    copy = tmp_path / "old"
    backup_folder(world.folder, copy)
    log(world, 70, 71)
    return world, copy


def made(world: LedgerWorld, *numbers: int) -> list[Submission]:
    return [world.sign(PRODUCER, world.made(can(n))) for n in numbers]


def log(world: LedgerWorld, *numbers: int) -> Receipt:
    """Log statements; return the receipt of the last."""
    world.ledger = open_ledger(world.folder, clock=world.clock)
    answers = world.ledger.submit(made(world, *numbers))
    world.ledger.close()
    assert isinstance(answers[-1], Receipt)
    return answers[-1]


def seen(folder: pathlib.Path, path: pathlib.Path) -> pathlib.Path:
    """Write what the log says now to *path*, as a monitor would keep it."""
    with open_reader(folder) as ledger:
        path.write_text(ledger.checkpoint(), encoding="utf-8")
    return path


def remembered(folder: pathlib.Path) -> int:
    return SignerMemory.read(folder / "signer.memory", origin=ORIGIN)[0]


def size_of(folder: pathlib.Path) -> int:
    with open_reader(folder) as ledger:
        return ledger.size


# A copy that has all that was signed.


def test_with_the_newest_checkpoint_the_newest_copy_goes_on(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    grow(world, 3)
    checkpoint = seen(world.folder, tmp_path / "seen")
    backup_folder(world.folder, tmp_path / "copy")
    target = tmp_path / "a/new"

    done = ok(
        "restore", tmp_path / "copy", target,
        "--checkpoint", checkpoint, "--json",
    )  # fmt: skip

    size = size_of(world.folder)
    assert done.json["size"] == done.json["signed"] == size
    assert done.json["known_from"] == str(checkpoint)
    assert done.json["cannot_sign"] == f"no key at {target}/log.key"
    assert sorted(path.name for path in target.iterdir()) == [
        "ledger.sqlite", "ledger.sqlite.lock", "signer.memory",
        "signer.memory.lock", "trust.toml",
    ]  # fmt: skip
    assert target.stat().st_mode & 0o077 == 0
    assert (target / "ledger.sqlite").stat().st_mode & 0o077 == 0
    assert remembered(target) == size
    shutil.copy(world.folder / "log.key", target / "log.key")
    assert why_unsigned(target) is None
    with open_ledger(target, clock=world.clock) as ledger:
        (receipt,) = ledger.submit(made(world, 50))
        assert isinstance(receipt, Receipt)
        assert remembered(target) == ledger.size > size


def test_beside_the_memory_that_survived_nothing_more_is_needed(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    grow(world, 3)
    backup_folder(world.folder, tmp_path / "copy")
    database = world.folder / "ledger.sqlite"
    database.write_bytes(b"damaged")
    memory = (world.folder / "signer.memory").read_bytes()

    refused = run("restore", tmp_path / "copy", world.folder)
    assert refused.code == 3
    assert "which is not overwritten" in refused.err
    assert "leave signer.memory where it is" in refused.err
    assert database.read_bytes() == b"damaged"

    # Another database's write-ahead log would be taken for this one's.
    database.rename(tmp_path / "damaged")
    left = [
        database.with_name(f"ledger.sqlite-{end}") for end in ("wal", "shm")
    ]
    assert [path.exists() for path in left] == [True, True]
    for path in left:
        assert run("restore", tmp_path / "copy", world.folder).code == 3
        path.rename(tmp_path / path.name)
    done = ok("restore", tmp_path / "copy", world.folder)
    assert f"says {world.folder}/signer.memory" in done.out
    assert "newer checkpoint" not in done.err
    assert "cannot sign" not in done.out
    assert (world.folder / "signer.memory").read_bytes() == memory
    log(world, 60)


@pytest.mark.parametrize("kind", ["checkpoint", "receipt", "bundle"])
def test_a_checkpoint_is_read_where_people_keep_one(
    world: LedgerWorld, kind: str
) -> None:
    receipt = log(world, 1)
    with open_reader(world.folder) as ledger:
        kept = {
            "checkpoint": ledger.checkpoint().encode(),
            "receipt": receipt.text.encode(),
            "bundle": ledger.prove_item(can(1)),
        }
    signed = read_signed(kept[kind], trust=world.trust, called="kept")
    size = size_of(world.folder)
    assert (signed.size, signed.known_from) == (size, "kept")
    assert SignerMemory.read(world.folder / "signer.memory", origin=ORIGIN) == (
        signed.size,
        signed.root,
    )


# A copy that does not.


def test_a_copy_that_is_older_than_what_somebody_holds_is_refused(
    old: Old, tmp_path: pathlib.Path
) -> None:
    world, copy = old
    older = seen(copy, tmp_path / "older")
    newer = seen(world.folder, tmp_path / "newer")
    target = tmp_path / "new"

    done = run(
        "restore", copy, target,
        "--checkpoint", newer, "--checkpoint", older,
    )  # fmt: skip

    assert done.code == 1
    had, signed = size_of(copy), size_of(world.folder)
    assert f"has {had} entries, but the log's key has signed {signed}" in (
        done.err
    )
    assert f"says {newer}: the copy is older" in done.err
    assert "PRV-9301" in done.err
    assert "make a ledger with a new origin" in " ".join(
        ok("explain", "PRV-9301").out.split()
    )
    assert not target.exists()


def test_a_copy_that_is_older_than_the_memory_is_refused(old: Old) -> None:
    world, copy = old
    (world.folder / "ledger.sqlite").unlink()
    before = (world.folder / "signer.memory").read_bytes()
    with pytest.raises(ForkError, match="the copy is older"):
        restore_folder(copy, world.folder)
    # What somebody older holds does not outvote it.
    with open_reader(copy) as ledger:
        note = ledger.checkpoint().encode()
    older = read_signed(note, trust=world.trust, called="older")
    with pytest.raises(ForkError, match="the copy is older"):
        restore_folder(copy, world.folder, published=[older])
    assert not (world.folder / "ledger.sqlite").exists()
    assert (world.folder / "signer.memory").read_bytes() == before


def test_a_newer_checkpoint_shows_that_the_memory_is_an_old_one(
    old: Old, tmp_path: pathlib.Path
) -> None:
    world, copy = old
    target = tmp_path / "new"
    earlier = seen(copy, tmp_path / "earlier")
    restore_folder(
        copy,
        target,
        published=[
            read_signed(earlier.read_bytes(), trust=world.trust, called="e")
        ],
    )
    (target / "ledger.sqlite").unlink()
    newer = seen(world.folder, tmp_path / "newer")

    assert run("restore", copy, target, "--checkpoint", newer).code == 1

    backup_folder(world.folder, tmp_path / "newest")
    done = ok("restore", tmp_path / "newest", target, "--checkpoint", newer)
    assert "Before it signs, ask whoever reads the log" in done.err
    assert remembered(target) == size_of(world.folder)


def test_nothing_is_restored_where_nothing_says_how_far_it_was_signed(
    old: Old, tmp_path: pathlib.Path
) -> None:
    _, copy = old
    done = run("restore", copy, tmp_path / "new")
    assert done.code == 1
    assert "nothing says how far the log's key has signed" in done.err
    assert "witnesses, mirrors, monitors and customers" in done.err
    assert not (tmp_path / "new").exists()


def test_another_history_of_the_same_length_is_refused(
    old: Old, tmp_path: pathlib.Path
) -> None:
    world, copy = old
    # The copy was signed on from, and somebody saw that.
    fork = tmp_path / "fork"
    shutil.copytree(copy, fork)
    shutil.copy(world.folder / "log.key", fork / "log.key")
    with open_reader(copy) as ledger:
        note = ledger.checkpoint().encode()
    kept = read_signed(note, trust=world.trust, called="kept")
    SignerMemory.create(
        fork / "signer.memory", origin=ORIGIN, signed=(kept.size, kept.root)
    )
    with open_ledger(fork, clock=world.clock) as ledger:
        ledger.submit(made(world, 80, 81))
    other = seen(fork, tmp_path / "other")
    backup_folder(world.folder, tmp_path / "newest")

    done = run(
        "restore", tmp_path / "newest", tmp_path / "new",
        "--checkpoint", other,
    )  # fmt: skip

    assert done.code == 1
    assert "are not those that its key has signed" in done.err
    assert f"where: {other}" in done.err


def test_what_the_logs_key_did_not_sign_says_nothing(
    old: Old, tmp_path: pathlib.Path
) -> None:
    world, copy = old
    text = seen(copy, tmp_path / "seen").read_text(encoding="utf-8")
    forged = text.replace("\n", "\n1", 1)
    with pytest.raises(InvalidSignatureError):
        read_signed(forged.encode(), trust=world.trust, called="forged")
    for data in (b"", b"\xff", b"c2sp.org/tlog-proof@v1\n", b"{}"):
        with pytest.raises(MalformedError):
            read_signed(data, trust=world.trust, called="nothing")
    (tmp_path / "seen").write_text(forged)
    done = run(
        "restore", copy, tmp_path / "new", "--checkpoint", tmp_path / "seen"
    )
    assert done.code == 1
    assert not (tmp_path / "new").exists()


# What else is in the way.


def known(world: LedgerWorld, folder: pathlib.Path) -> list[SignedHistory]:
    with open_reader(folder) as ledger:
        note = ledger.checkpoint().encode()
    return [read_signed(note, trust=world.trust, called="known")]


def test_a_damaged_copy_is_not_restored(
    old: Old, tmp_path: pathlib.Path
) -> None:
    world, copy = old
    published = known(world, copy)
    with open_reader(copy) as ledger, ledger.moment() as moment:
        (entry,) = moment.reader.entries(1, 2)
    data = bytearray((copy / "ledger.sqlite").read_bytes())
    data[data.index(entry) + len(entry) - 1] ^= 1
    (copy / "ledger.sqlite").write_bytes(data)
    with pytest.raises(VerificationError, match="does not pass the audit"):
        restore_folder(copy, tmp_path / "new", published=published)
    assert not (tmp_path / "new").exists()


def test_another_ledgers_folder_is_not_taken(
    old: Old, tmp_path: pathlib.Path
) -> None:
    world, copy = old
    ok("init", tmp_path / "other", "--origin", "ledger.example/other")
    (tmp_path / "other/ledger.sqlite").unlink()
    with pytest.raises(ConflictError, match="is that of the ledger"):
        restore_folder(copy, tmp_path / "other", published=known(world, copy))
    with pytest.raises(NotFoundError):
        restore_folder(tmp_path / "nothing", tmp_path / "new")


def test_a_copy_is_held_against_the_trust_file_that_survived(
    old: Old, tmp_path: pathlib.Path
) -> None:
    world, copy = old
    published = known(world, copy)
    genuine = (copy / "trust.toml").read_text(encoding="utf-8")
    others = format_trust(
        dataclasses.replace(
            world.trust,
            authorities=(
                Authority(
                    "did:web:crook.example",
                    "A crook",
                    (signer_of(PRODUCER).verifier.data,),
                ),
            ),
        )
    )
    target = tmp_path / "new"
    target.mkdir()
    (target / "trust.toml").write_text(others, encoding="utf-8")
    with pytest.raises(VerificationError, match="does not pass the audit"):
        restore_folder(copy, target, published=published)
    assert not (target / "ledger.sqlite").exists()

    (target / "trust.toml").write_text(genuine, encoding="utf-8")
    (copy / "trust.toml").write_text(others, encoding="utf-8")
    newer = seen(world.folder, tmp_path / "seen")
    done = run("restore", copy, target, "--checkpoint", newer)
    assert "the copy is older" in done.err
    assert restore_folder(copy, target, published=published).size
    assert (target / "trust.toml").read_text(encoding="utf-8") == genuine


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_what_is_left_of_an_old_database_is_not_played_into_the_copy(
    old: Old, tmp_path: pathlib.Path, suffix: str
) -> None:
    world, copy = old
    target = tmp_path / "new"
    target.mkdir()
    (target / f"ledger.sqlite{suffix}").write_bytes(b"old")
    with pytest.raises(ConflictError, match="is not overwritten"):
        restore_folder(copy, target, published=known(world, copy))
    assert [path.name for path in target.iterdir()] == [
        f"ledger.sqlite{suffix}"
    ]


def test_a_restore_that_was_cut_off_is_begun_again(
    old: Old, tmp_path: pathlib.Path
) -> None:
    world, copy = old
    target = tmp_path / "new"
    published = known(world, copy)
    restore_folder(copy, target, published=published)
    # As if the power had failed while the database was copied.
    (target / "ledger.sqlite").rename(target / "ledger.sqlite.copying")
    (target / "trust.toml").unlink()
    with pytest.raises(NotFoundError):
        open_reader(target)

    # The memory is there already, and knows.
    restored = restore_folder(copy, target)

    assert restored.size == size_of(target) == size_of(copy)
    assert not (target / "ledger.sqlite.copying").exists()


def test_a_memory_on_a_disk_that_is_not_there_is_not_made_anew(
    old: Old, tmp_path: pathlib.Path
) -> None:
    world, copy = old
    target = tmp_path / "new"
    target.mkdir()
    (target / "signer.memory").symlink_to("/mnt/not-mounted/signer.memory")
    said = "it points to /mnt/not-mounted/signer.memory, which is not there"
    with pytest.raises(ForkError, match=said):
        restore_folder(copy, target, published=known(world, copy))
    with pytest.raises(ConflictError, match="already"):
        SignerMemory.create(target / "signer.memory", origin=ORIGIN)
    (copy / "signer.memory").symlink_to("/mnt/not-mounted/signer.memory")
    with pytest.raises(NotFoundError, match=said):
        audit_folder(copy)


def test_a_key_that_is_not_there_or_not_the_logs_is_named(
    old: Old, tmp_path: pathlib.Path
) -> None:
    world, copy = old
    target = tmp_path / "new"
    restore_folder(copy, target, published=known(world, copy))
    key = target / "log.key"
    key.symlink_to("/etc/provenance/of-another-machine/log.key")
    said = (
        f"no key at {key}: it points to"
        " /etc/provenance/of-another-machine/log.key, which is not there"
    )
    assert why_unsigned(target) == said
    with pytest.raises(NotFoundError) as caught:
        open_ledger(target)
    assert str(caught.value) == said
    done = ok("backup", tmp_path / "another", "--ledger", target)
    assert said in done.err
    key.unlink()
    key.write_bytes(signer_of("somebody").to_pem())
    key.chmod(0o600)
    assert why_unsigned(target) == (
        f"{key} is not the key that trust.toml names"
    )


def test_a_folder_behind_a_link_that_leads_nowhere_is_named(
    old: Old, tmp_path: pathlib.Path
) -> None:
    world, copy = old
    link = tmp_path / "link"
    link.symlink_to("/mnt/not-mounted")
    said = f"{link} points to /mnt/not-mounted, which is not there"
    for call in (
        ("audit", link),
        ("backup", tmp_path / "x", "--ledger", link),
        ("restore", link / "copy", tmp_path / "x"),
    ):
        done = run(*call)
        assert done.code == 4
        assert said in done.err
    checkpoint = seen(copy, tmp_path / "seen")
    done = run("restore", copy, link / "new", "--checkpoint", checkpoint)
    assert done.code == 3
    assert said in done.err
    del world
