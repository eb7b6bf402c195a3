"""A database that is moved, removed or replaced beneath whoever writes it.

Whoever has a file open goes on writing it when its name leads elsewhere, and
what is written is gone with the last who had it open.
"""

import os
import pathlib
import shutil
from collections.abc import Callable

import pytest

from provenance.errors import StoreError
from provenance.proof.receipt import Receipt
from provenance.store.protocol import Batch
from provenance.store.sqlite import SQLiteStore
from provenance.store.sqlite_reader import SQLiteReader
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.store_sample import Sample

ORIGIN = "ledger.example/moved"

Moving = Callable[[pathlib.Path], None]


def removed(path: pathlib.Path) -> None:
    path.unlink()


def moved_away(path: pathlib.Path) -> None:
    path.rename(path.with_name("elsewhere"))


def replaced_by_a_copy(path: pathlib.Path) -> None:
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    copy.replace(path)


def folder_replaced(path: pathlib.Path) -> None:
    folder = path.parent
    folder.rename(folder.with_name("before"))
    shutil.copytree(folder.with_name("before"), folder)


def journal_removed(path: pathlib.Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def index_of_journal_replaced(path: pathlib.Path) -> None:
    replaced_by_a_copy(path.with_name(f"{path.name}-shm"))


MOVES = [
    removed,
    moved_away,
    replaced_by_a_copy,
    folder_replaced,
    journal_removed,
    index_of_journal_replaced,
]


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "ledger").mkdir()
    return tmp_path / "ledger" / "ledger.sqlite"


@pytest.mark.parametrize("move", MOVES)
def test_nothing_is_acknowledged_into_a_file_that_is_gone(
    path: pathlib.Path, move: Moving
) -> None:
    store = SQLiteStore.create(path, origin=ORIGIN)
    sample = Sample()
    store.commit(sample.grow(3))
    store.require_in_place()
    move(path)
    said = r"was (removed|replaced) beneath .*nothing .*acknowledged"
    with pytest.raises(StoreError, match=said):
        store.require_in_place()
    with pytest.raises(StoreError, match=said):
        store.commit(sample.grow(1))
    with pytest.raises(StoreError, match=said):
        store.publish(3, "note")
    store.close()


@pytest.mark.parametrize("move", MOVES)
def test_a_file_that_goes_while_a_batch_is_written_is_noticed_before_the_answer(
    path: pathlib.Path, move: Moving
) -> None:
    class Slow(SQLiteStore):
        def commit(self, batch: Batch) -> None:
            self._writer.set_commit_hook(self.go)
            super().commit(batch)

        def go(self) -> bool:
            self._writer.set_commit_hook(None)
            move(path)
            return False

    SQLiteStore.create(path, origin=ORIGIN).close()
    store = Slow.open_writer(path, origin=ORIGIN)
    with pytest.raises(StoreError, match=r"beneath .*submit the same bytes"):
        store.commit(Sample().grow(1))
    with pytest.raises(StoreError, match="failed before: open it again"):
        store.publish(1, "note")
    store.close()


def test_a_link_that_leads_to_another_file_is_noticed(
    path: pathlib.Path,
) -> None:
    link, copy = path.with_name("link"), path.with_name("copy")
    link.symlink_to(path)
    SQLiteStore.create(path, origin=ORIGIN).close()
    shutil.copy(path, copy)
    store = SQLiteStore.open_writer(link, origin=ORIGIN)
    store.require_in_place()
    link.unlink()
    link.symlink_to(copy)
    with pytest.raises(StoreError, match="link was replaced beneath"):
        store.commit(Sample().grow(1))
    store.close()


def test_a_file_that_was_put_back_is_written_on(path: pathlib.Path) -> None:
    store = SQLiteStore.create(path, origin=ORIGIN)
    sample = Sample()
    store.commit(sample.grow(3))
    moved_away(path)
    with pytest.raises(StoreError):
        store.require_in_place()
    path.with_name("elsewhere").rename(path)
    store.commit(sample.grow(2))
    store.close()
    reader = SQLiteReader.open(path, origin=ORIGIN)
    sample.check(reader)
    reader.close()


def test_what_is_written_into_the_same_file_is_no_replacement(
    path: pathlib.Path,
) -> None:
    store = SQLiteStore.create(path, origin=ORIGIN)
    path.chmod(0o640)
    os.utime(path, (0, 0))
    store.commit(Sample().grow(1))
    store.close()


def test_a_ledger_whose_file_was_replaced_acknowledges_nothing(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    (first,) = world.ledger.submit([world.sign(PRODUCER, world.made(can(1)))])
    assert isinstance(first, Receipt)
    replaced_by_a_copy(world.folder / "ledger.sqlite")
    with pytest.raises(StoreError, match="replaced beneath"):
        world.ledger.require_in_place()
    given = world.sign(PRODUCER, world.made(can(2)))
    with pytest.raises(StoreError, match="replaced beneath"):
        world.ledger.submit([given])
    with pytest.raises(StoreError, match="stopped writing"):
        world.ledger.submit([given])
    world.ledger.close()
