"""What an auditor has at hand, and the five questions that one asks."""

import json
import os
import shlex
import shutil
from pathlib import Path

import apsw
import pytest

from provenance.cli.rows import csv_line
from provenance.encoding.digest import sha256
from provenance.proof.trust import MAX_TRUST_SIZE
from provenance.store.keyfile import read_key
from provenance.tlog.checkpoint import Checkpoint, sign_checkpoint
from provenance.tlog.note import NoteSigner, format_note
from tests.support.cli_runs import (
    CAN,
    MAKER,
    ORIGIN,
    Place,
    Run,
    found_ledger,
    ok,
    run,
    write_document,
)
from tests.support.node_world import NodeProcess

AUDIT = ("--processes", "1")


def submit(place: Place, name: str, *serials: str, **members: object) -> None:
    document = write_document(
        place.folder / f"{name}.json", *serials, **members
    )
    ok("submit", document, "--key", place.maker_key, "-C", place.ledger)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A ledger with two cans, exported once, and then grown and backed up."""
    folder = tmp_path_factory.mktemp("auditor")
    place = found_ledger(folder)
    submit(place, "made", "K0000", "K0001")
    ok("export-tiles", folder / "old-tiles", "-C", place.ledger)
    submit(place, "stored", "K0000", action="OBSERVE", bizStep="storing")
    ok("export-tiles", folder / "tiles", "-C", place.ledger)
    ok("backup", folder / "backup", "-C", place.ledger)
    ok("bundle", CAN, "-o", folder / "can.provenance", "-C", place.ledger)
    receipt = ("receipt", 5, "-o", folder / "5.tlog-proof")
    ok(*receipt, "--entry", folder / "5.entry", "-C", place.ledger)
    return place


def judged(place: Place, *arguments: object) -> Run:
    return run("verify", "--trust", place.trust, *arguments)


def changed(place: Place, target: Path, old: bytes, new: bytes) -> Path:
    data = (place.folder / "can.provenance").read_bytes()
    assert old in data
    target.write_bytes(data.replace(old, new))
    return target


# verify takes whatever can be verified.


def test_a_receipts_entry_is_found_beside_it_whatever_its_name(
    place: Place, tmp_path: Path
) -> None:
    shutil.copy(place.folder / "5.tlog-proof", tmp_path / "receipt")
    for number, index in enumerate((7, 5)):
        ok(
            "receipt", index, "-o", tmp_path / "spare", "--entry",
            tmp_path / f"entry{number}", "-C", place.ledger,
        )  # fmt: skip
    (tmp_path / "spare").unlink()
    done = judged(place, tmp_path / "receipt")
    assert done.code == 0
    assert "VERIFIED  entry 5" in done.out


def test_an_entry_of_the_receipts_name_that_does_not_fit_fails(
    place: Place, tmp_path: Path
) -> None:
    shutil.copy(place.folder / "5.tlog-proof", tmp_path / "5.tlog-proof")
    ok(
        "receipt", 7, "-o", tmp_path.parent / "spare", "--entry",
        tmp_path / "5.entry", "-C", place.ledger,
    )  # fmt: skip
    assert judged(place, tmp_path / "5.tlog-proof").code == 1


def test_a_receipt_with_a_proof_too_short_fails_with_its_entry(
    place: Place, tmp_path: Path
) -> None:
    lines = (place.folder / "5.tlog-proof").read_text("utf-8").split("\n")
    (tmp_path / "5.tlog-proof").write_text(
        "\n".join(lines[:2] + lines[3:]), encoding="utf-8"
    )
    shutil.copy(place.folder / "5.entry", tmp_path)
    done = judged(place, tmp_path / "5.tlog-proof")
    assert done.code == 1
    assert "PRV-9032" in done.out


@pytest.mark.parametrize("size", [1, MAX_TRUST_SIZE + 1])
def test_whatever_stands_for_a_ledgers_trust_file_is_told(
    place: Place, tmp_path: Path, size: int
) -> None:
    folder = Path(shutil.copytree(place.folder / "backup", tmp_path / "copy"))
    (folder / "trust.toml").write_bytes(b"\xff" * size)
    done = judged(place, folder)
    assert done.code == 3
    assert "PRV-9010" in done.out
    assert ("more than" if size > 1 else "not UTF-8") in done.out


def test_a_folder_is_verified_file_by_file_and_nothing_is_passed_over(
    place: Place, tmp_path: Path
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    shutil.copy(place.folder / "can.provenance", inner / "no-suffix")
    shutil.copy(place.folder / "5.tlog-proof", tmp_path / "b.bin")
    shutil.copy(place.folder / "5.entry", tmp_path / "c.bin")
    shutil.copy(place.folder / "tiles/checkpoint", tmp_path / "a.txt")
    done = judged(place, tmp_path, "--json")
    assert done.code == 5
    rows = done.json["verdicts"]
    assert [(row["kind"], row["outcome"]) for row in rows] == [
        ("checkpoint", "INCOMPLETE"),
        ("receipt", "VERIFIED"),
        ("bundle", "VERIFIED"),
    ]
    (tmp_path / "readme").write_bytes(b"hello")
    (tmp_path / "way-out").symlink_to(place.folder / "can.provenance")
    (tmp_path / "round").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    done = judged(place, tmp_path, "--jsonl")
    assert done.code == 5
    rows = [json.loads(line) for line in done.out.splitlines()]
    left = [row for row in rows if row["kind"] == "other"]
    assert sorted(Path(row["source"]).name for row in left) == [
        "pipe", "readme", "round", "way-out",
    ]  # fmt: skip
    assert {row["checks"][0]["code"] for row in left} == {"PRV-9334"}
    assert (
        "7 verified or tried: 1 INCOMPLETE, 2 VERIFIED, 4 UNKNOWN" in done.err
    )


def test_a_signed_statement_without_its_receipt_is_named(
    place: Place, tmp_path: Path
) -> None:
    shutil.copy(place.folder / "5.entry", tmp_path / "5.entry")
    done = judged(place, tmp_path)
    assert done.code == 3
    assert "no receipt here proves it logged" in done.out


def test_a_broken_bundle_in_a_folder_is_not_taken_for_something_else(
    place: Place, tmp_path: Path
) -> None:
    changed(place, tmp_path / "x", b"storing", b"loading")
    assert judged(place, tmp_path).code == 1


def test_a_checkpoint_is_verified_by_signature_quorum_and_age(
    place: Place, tmp_path: Path
) -> None:
    note = place.folder / "tiles/checkpoint"
    done = judged(place, note)
    assert done.code == 5
    assert "no cosignature says when" in done.out
    ageless = tmp_path / "trust.toml"
    said = place.trust.read_text(encoding="utf-8").splitlines()
    ageless.write_text(
        "\n".join(
            line.replace("max_age_seconds = 604800", 'max_age_seconds = "any"')
            for line in said
        )
    )
    assert run("verify", note, "--trust", ageless).code == 0
    text = note.read_text(encoding="utf-8")
    (tmp_path / "forged").write_text(
        text.replace("\n9\n", "\n8\n"), encoding="utf-8"
    )
    assert judged(place, tmp_path / "forged").code == 1
    (tmp_path / "other").write_text(
        text.replace(ORIGIN, "other.example"), encoding="utf-8"
    )
    assert judged(place, tmp_path / "other").code == 3


def test_a_ledgers_copy_is_audited_by_the_auditors_own_trust_file(
    place: Place, tmp_path: Path
) -> None:
    done = judged(place, place.folder / "backup")
    assert done.code == 0
    assert "9 entries, 4 events and 3 items" in done.out
    ok("init", tmp_path / "other", "--origin", ORIGIN)
    done = run(
        "verify", place.folder / "backup", "--trust",
        tmp_path / "other/trust.toml",
    )  # fmt: skip
    assert done.code == 1
    assert "PRV-9070" in done.out


# Tiles.


def test_exported_tiles_are_verified(place: Place) -> None:
    done = judged(place, place.folder / "tiles")
    assert done.code == 0
    assert "9 entries lead to the root" in done.out


@pytest.mark.parametrize(
    ("path", "said", "code"),
    [
        ("tile/entries/000.p/9", "entry 5 was changed", 1),
        ("tile/0/000.p/9", "its hash 5 was changed", 1),
    ],
)
def test_a_changed_tile_is_named_with_the_entry(
    place: Place, tmp_path: Path, path: str, said: str, code: int
) -> None:
    copy = tmp_path / "tiles"
    shutil.copytree(place.folder / "tiles", copy)
    data = bytearray((copy / path).read_bytes())
    entry = (place.folder / "5.entry").read_bytes()
    at = data.index(entry) + 200 if "entries" in path else 5 * 32
    data[at] ^= 1
    (copy / path).write_bytes(data)
    done = judged(place, copy, "--against", place.folder / "backup")
    assert done.code == code
    assert said in done.out
    assert "PRV-9332" in done.out
    if "entries" in path:
        assert f"signed by Maker <{MAKER}>" in done.out
        assert "/signature" in done.out


def test_missing_and_extra_tiles_are_named(
    place: Place, tmp_path: Path
) -> None:
    copy = tmp_path / "tiles"
    shutil.copytree(place.folder / "tiles", copy)
    (copy / "tile/0/000.p/9").unlink()
    (copy / "tile/0/001").write_bytes(bytes(8192))
    (copy / "tile/junk").write_bytes(b"")
    done = judged(place, copy)
    assert done.code == 5
    for said in (
        "tile/0/000.p/9: it is not there",
        "tile/0/001: the log of 9 entries has no such tile",
        "tile/junk: it is no tile",
    ):
        assert said in done.out


def test_a_changed_partial_tile_of_an_earlier_size_is_found(
    place: Place, tmp_path: Path
) -> None:
    copy = tmp_path / "tiles"
    shutil.copytree(place.folder / "tiles", copy)
    shutil.copytree(
        place.folder / "old-tiles/tile", copy / "tile", dirs_exist_ok=True
    )
    assert judged(place, copy).code == 0
    earlier = copy / "tile/0/000.p/7"
    earlier.write_bytes(earlier.read_bytes()[:-1] + b"!")
    done = judged(place, copy)
    assert done.code == 1
    assert "does not begin the tile that followed" in done.out


# What differs.


def test_one_changed_word_is_shown_with_its_signer_and_both_readings(
    place: Place, tmp_path: Path
) -> None:
    bad = changed(place, tmp_path / "bad", b"storing", b"loading")
    done = judged(place, bad, "--against", place.folder / "backup")
    assert done.code == 1
    assert (
        "event 0 of entry 7: what is shown of it is not what was signed"
        in done.out
    )
    assert f"signed by Maker <{MAKER}>" in done.out
    lines = [line.strip() for line in done.out.splitlines()]
    at = lines.index("/bizStep")
    assert lines[at + 1 : at + 3] == ['here   "loading"', 'there  "storing"']
    said = judged(place, bad, "--against", place.folder / "can.provenance",
                  "--json").json  # fmt: skip
    (fault,) = said["faults"]
    assert (fault["entry"], fault["event"]) == (7, 0)
    assert fault["pointer"] == "/bizStep"
    assert fault["issuer_name"] == "Maker"


def test_a_word_that_no_book_at_hand_has_is_not_believed_and_shown_all_the_same(
    place: Place, tmp_path: Path
) -> None:
    bad = changed(place, tmp_path / "bad", b"storing", b"stormng")
    copy = ("--against", place.folder / "backup")
    done = judged(place, bad, *copy, "--json")
    assert done.code == 3
    assert done.json["outcome"] == "UNKNOWN"
    assert [row["code"] for row in done.json["checks"]].count("PRV-0803") == 1
    (fault,) = done.json["faults"]
    assert (fault["entry"], fault["event"]) == (7, 0)
    assert (fault["here"], fault["there"]) == ('"stormng"', '"storing"')


def test_without_a_second_copy_the_statement_is_named_all_the_same(
    place: Place, tmp_path: Path
) -> None:
    bad = changed(place, tmp_path / "bad", b"storing", b"loading")
    (fault,) = judged(place, bad, "--json").json["faults"]
    assert (fault["entry"], fault["event"]) == (7, None)
    assert (fault["issuer_name"], fault["here"]) == ("Maker", None)


def test_every_changed_byte_of_a_bundle_fails_and_ends_well(
    place: Place, tmp_path: Path
) -> None:
    data = (place.folder / "can.provenance").read_bytes()
    copy = ("--against", place.folder / "backup")
    for at in range(0, len(data), 97):
        bad = bytearray(data)
        bad[at] ^= 0x41
        (tmp_path / "bad").write_bytes(bad)
        done = judged(place, tmp_path / "bad", *copy, "--json")
        # A trail under another name is merely not there: incomplete.
        assert done.code in {1, 3, 5}, (at, done)
        assert done.code == 5 or done.json["faults"], (at, done)


def test_a_second_copy_changes_no_verdict_and_is_found_out(
    place: Place, tmp_path: Path
) -> None:
    bad = changed(place, tmp_path / "bad", b"storing", b"loading")
    good = place.folder / "can.provenance"
    done = judged(place, good, "--against", bad)
    assert done.code == 0
    assert f"is as it was signed, and {bad} differs" in done.out
    assert judged(place, good, "--against", place.trust).code == 3
    assert (
        "What differs"
        not in judged(place, good, "--against", place.folder / "backup").out
    )


def test_a_damaged_second_copy_changes_no_verdict(
    place: Place, tmp_path: Path
) -> None:
    bad = changed(place, tmp_path / "bad", b"storing", b"loading")
    copy = damaged(place, tmp_path / "copy", "UPDATE links SET previous = 7")
    assert judged(place, bad, "--against", copy).code == 1
    copy = damaged(place, tmp_path / "copy2", "UPDATE events SET data = x'00'")
    done = judged(place, bad, "--against", copy)
    assert done.code == 1
    # It has the statement yet, and so the root of what was signed.
    assert "/events_root" in done.out
    copy = damaged(
        place, tmp_path / "copy3", "DELETE FROM entries WHERE log_index = 7"
    )
    done = judged(place, bad, "--against", copy)
    assert done.code == 1
    assert f"{copy} does not have it" in done.out


def test_a_receipts_entry_is_shown_as_it_reads_in_the_second_copy(
    place: Place, tmp_path: Path
) -> None:
    entry = (place.folder / "5.entry").read_bytes()
    (tmp_path / "5.entry").write_bytes(entry[:-1] + bytes([entry[-1] ^ 1]))
    shutil.copy(place.folder / "5.tlog-proof", tmp_path)
    done = judged(
        place, tmp_path / "5.tlog-proof", "--against", place.folder / "backup"
    )
    assert done.code == 1
    assert "entry 5: it reads differently in" in done.out
    assert "/signature" in done.out


# Audits with a second copy.


def damaged(place: Place, folder: Path, sql: str) -> Path:
    shutil.copytree(place.folder / "backup", folder)
    connection = apsw.Connection(str(folder / "ledger.sqlite"))
    connection.execute(sql)
    connection.close()
    return folder


def test_an_audit_shows_how_a_changed_event_reads_in_the_backup(
    place: Place, tmp_path: Path
) -> None:
    bad = tmp_path / "bad"
    shutil.copytree(place.folder / "backup", bad)
    connection = apsw.Connection(str(bad / "ledger.sqlite"))
    ((number, data),) = [
        row for row in connection.execute("SELECT number, data FROM events")
        if b"storing" in row[1]
    ]  # fmt: skip
    connection.execute(
        "UPDATE events SET data = ? WHERE number = ?",
        (data.replace(b"storing", b"loading"), number),
    )
    connection.close()
    backup = place.folder / "backup"
    done = run(
        "audit", bad, "--trust", place.trust, "--against", backup, *AUDIT
    )
    assert done.code == 1
    assert (
        "event 0 of entry 7: by what was signed, this was changed" in done.out
    )
    assert '"storing"' in done.out
    assert f"signed by Maker <{MAKER}>" in done.out
    done = run(
        "audit", backup, "--trust", place.trust, "--against", bad, "--json",
        *AUDIT,
    )  # fmt: skip
    assert done.code == 1
    (fault,) = done.json["differences"]
    assert fault["what"] == f"by what was signed, {bad} was changed"
    assert (fault["pointer"], fault["here"]) == ("/bizStep", '"storing"')


def test_a_concealed_value_is_compared_by_its_hash_alone(
    tmp_path: Path,
) -> None:
    place = found_ledger(tmp_path)
    document = write_document(
        tmp_path / "a.json", "K0000", **{"example:buyer": "Li Secret"}
    )
    sign = ("--key", place.maker_key, "-C", place.ledger)
    ok("submit", document, *sign, "--conceal", "/example:buyer")
    ok("backup", tmp_path / "backup", "-C", place.ledger)
    connection = apsw.Connection(str(place.ledger / "ledger.sqlite"))
    ((number, data),) = [
        row
        for row in connection.execute("SELECT number, data FROM events")
        if b"Li Secret" in row[1]
    ]
    connection.execute(
        "UPDATE events SET data = ? WHERE number = ?",
        (data.replace(b"Li Secret", b"Wu Secret"), number),
    )
    connection.close()
    done = run("audit", place.ledger, "--against", tmp_path / "backup", *AUDIT)
    assert done.code == 1
    assert "only its hashes are shown" in done.out
    assert "/example:buyer" in done.out
    assert "Secret" not in done.out


def test_a_false_bundle_brings_no_concealed_value_out_of_a_ledger(
    tmp_path: Path,
) -> None:
    place = found_ledger(tmp_path)
    document = write_document(
        tmp_path / "a.json", "K0000", **{"example:buyer": "Li Secret"}
    )
    sign = ("--key", place.maker_key, "-C", place.ledger)
    ok("submit", document, *sign, "--conceal", "/example:buyer")
    shown = tmp_path / "shown.provenance"
    ok(
        "bundle", CAN, "-o", shown, "--reveal", "/example:buyer",
        "-C", place.ledger,
    )  # fmt: skip
    shown.write_bytes(shown.read_bytes().replace(b"Li Secret", b"My guess!"))
    done = judged(place, shown, "--against", place.ledger)
    assert done.code == 1
    assert "what is shown of it is not what was signed" in done.out
    assert "(hash)" in done.out
    assert "Secret" not in done.out


def test_an_audit_against_a_sound_and_older_copy_finds_nothing(
    place: Place,
) -> None:
    done = run(
        "audit", place.ledger, "--against", place.folder / "backup", *AUDIT
    )
    assert done.code == 0
    assert "the same in" in done.out


@pytest.mark.parametrize(
    ("table", "column"),
    [("links", "time"), ("links", "kinds"), ("links", "leaves"),
     ("links", "previous"), ("events", "id"), ("events", "data"),
     ("heads", "link"), ("heads", "leaf"), ("heads", "edge"),
     ("tiles", "hashes"), ("entries", "entry"), ("names", "said"),
     ("map_rows", "hashes")],
)  # fmt: skip
def test_whatever_row_differs_is_named(
    place: Place, tmp_path: Path, table: str, column: str
) -> None:
    bad = tmp_path / "bad"
    shutil.copytree(place.folder / "backup", bad)
    connection = apsw.Connection(str(bad / "ledger.sqlite"))
    found = list(
        connection.execute(
            f"SELECT {column} FROM {table} WHERE length({column}) LIMIT 1"
        )
    )
    for (value,) in found:
        connection.execute(
            f"UPDATE {table} SET {column} = ? WHERE {column} = ?",
            (
                value ^ 1
                if isinstance(value, int)
                else value[:-1] + bytes([value[-1] ^ 1]),
                value,
            ),
        )
    connection.close()
    done = run(
        "audit", bad, "--trust", place.trust, "--against",
        place.folder / "backup", "--json", *AUDIT,
    )  # fmt: skip
    assert bool(done.json["differences"]) == bool(found), (table, column)


# Two checkpoints.


def compared(place: Place, *arguments: object) -> Run:
    return run("compare", "--trust", place.trust, *arguments)


@pytest.mark.parametrize(
    "new", ["tiles", "backup", "can.provenance", "5.tlog-proof", "ledger",
            "tiles/checkpoint"]
)  # fmt: skip
def test_growth_is_proved_from_whatever_holds_a_checkpoint(
    place: Place, new: str
) -> None:
    old = place.folder / "old-tiles/checkpoint"
    done = compared(
        place, old, place.folder / new, "--from", place.folder / "tiles"
    )
    assert done.code == 0
    assert (
        "consistent  ledger.example/test, grown by 2 entries, from 7 to 9"
        in (done.out)
    )
    said = compared(
        place, place.folder / new, old, "--from", place.ledger, "--json"
    ).json
    assert (said["relation"], said["grown_by"]) == ("grown", 2)
    assert said["old"]["size"] == 7
    assert said["proof"]


def test_tiles_of_either_side_are_used(place: Place) -> None:
    old = place.folder / "old-tiles/checkpoint"
    assert compared(place, old, place.folder / "tiles").code == 0
    assert compared(place, old, old).code == 0


def test_without_tiles_it_is_said_which_proof_is_needed(place: Place) -> None:
    old = place.folder / "old-tiles/checkpoint"
    done = compared(place, old, place.folder / "can.provenance")
    assert done.code == 4
    assert "a proof of consistency from 7 to 9 is needed" in done.out
    done = compared(
        place, old, place.folder / "tiles/checkpoint", "--from", "x"
    )
    assert done.code == 4
    done = compared(
        place, old, place.folder / "tiles/checkpoint", "--from",
        place.folder / "old-tiles",
    )  # fmt: skip
    assert done.code == 4


def fork_of(place: Place, target: Path, size: int) -> Path:
    """Write a checkpoint of *size* with another root, by the log's own key."""
    signer = NoteSigner(ORIGIN, read_key(place.ledger / "log.key"))
    other = sign_checkpoint(Checkpoint(ORIGIN, size, sha256(b"other")), signer)
    target.write_text(format_note(other.note), encoding="utf-8")
    return target


@pytest.mark.parametrize("size", [9, 7, 3, 8])
def test_a_fork_is_told_with_both_notes_as_evidence(
    place: Place, tmp_path: Path, size: int
) -> None:
    other = fork_of(place, tmp_path / "other", size)
    evidence = tmp_path / "fork.txt"
    done = compared(
        place, other, place.folder / "tiles", "--evidence", evidence
    )
    assert done.code == 1
    assert done.out.startswith("FORK")
    text = evidence.read_text(encoding="utf-8")
    assert text.count(f"{ORIGIN}\n") == 2
    assert other.read_text(encoding="utf-8") in text
    done = compared(place, other, place.folder / "tiles", "--json")
    assert done.json["relation"] == "fork"
    assert len(done.json["notes"]) == 2


def test_tiles_that_were_changed_are_not_taken_for_a_fork(
    place: Place, tmp_path: Path
) -> None:
    copy = tmp_path / "tiles"
    shutil.copytree(place.folder / "tiles", copy)
    tile = copy / "tile/0/000.p/9"
    data = bytearray(tile.read_bytes())
    data[0] ^= 1
    tile.write_bytes(data)
    old = place.folder / "old-tiles/checkpoint"
    done = compared(place, old, copy)
    assert done.code == 1
    assert done.out.startswith("INCONSISTENT")
    assert "verify the tiles first" in done.out
    # Nothing proves a fork: nobody is told to publish one.
    assert "PRV-9032" in done.out
    assert "publish" not in done.out


def test_a_checkpoint_that_the_log_did_not_sign_is_not_compared(
    place: Place, tmp_path: Path
) -> None:
    note = (place.folder / "tiles/checkpoint").read_text(encoding="utf-8")
    (tmp_path / "forged").write_text(note.replace("\n9\n", "\n8\n"))
    done = compared(place, tmp_path / "forged", place.folder / "tiles")
    assert done.code == 1
    assert "PRV-9031" in done.err


# What was signed.


def signed(place: Place, *arguments: object) -> Run:
    return run("statements", "-C", place.ledger, *arguments)


def key_id(place: Place) -> str:
    said = ok("key", "show", place.maker_key, "--json").json
    return str(said["key_id"])


def test_a_key_is_known_by_how_it_begins_and_whose_it_is_is_told(
    place: Place,
) -> None:
    done = signed(place, "--key", key_id(place)[:8])
    assert done.code == 0
    assert done.out.startswith(f"{MAKER}  Maker\n  key {key_id(place)[:16]}  ")
    assert "since entry 1, not revoked" in done.out
    assert "2 statements, 2 events" in done.out
    assert signed(place, "--issuer", MAKER).out == done.out
    said = signed(place, "--issuer", MAKER, "--json").json
    assert [row["entry"] for row in said["rows"]] == [5, 7]


def test_an_unknown_actor_or_key_names_the_nearest(place: Place) -> None:
    done = signed(place, "--issuer", "did:web:makr.example")
    assert done.code == 4
    assert f"did you mean {MAKER}?" in done.err
    wrong = f"{key_id(place)[:7]}{'0' if key_id(place)[7] != '0' else '1'}"
    done = signed(place, "--key", wrong)
    assert done.code == 4
    assert f"the nearest is {key_id(place)[:16]} of {MAKER}" in done.err
    assert signed(place, "--key", key_id(place)[:4]).code == 4
    assert signed(place).code == 2


def test_statements_are_told_by_index_and_by_the_logs_time(
    place: Place,
) -> None:
    of = ("--issuer", MAKER, "--json")

    def entries(*more: object) -> list[int]:
        return [row["entry"] for row in signed(place, *of, *more).json["rows"]]

    assert entries("--after-index", 5) == [7]
    assert entries("--before-index", 7) == [5]
    assert entries("--after-index", 4, "--before-index", 6) == [5]
    assert entries("--after-index", 7) == []
    assert entries("--from", "2020-01-01T00:00:00Z") == [5, 7]
    assert entries("--to", "2020-01-01T00:00:00Z") == []
    assert entries("--from", "2099-01-01T00:00:00Z") == []
    assert signed(place, "--issuer", MAKER, "--after-index", 7).code == 4


def test_the_items_touched_are_each_told_once(place: Place) -> None:
    done = signed(place, "--issuer", MAKER, "--items", "--json")
    assert [
        (row["item"][-5:], row["events"], row["first_entry"], row["last_entry"])
        for row in done.json["items"]
    ] == [("K0000", 2, 5, 7), ("K0001", 1, 5, 5)]
    done = signed(place, "--issuer", MAKER, "--items", "--format", "csv")
    assert done.out.splitlines()[1] == f'"{CAN}","2","5","7"'


def test_statements_as_csv_and_lines(place: Place, tmp_path: Path) -> None:
    done = signed(place, "--issuer", MAKER, "--format", "csv")
    head, *rows = done.out.splitlines()
    assert head.startswith('"entry","event","logged"')
    assert len(rows) == 2
    file = tmp_path / "out.jsonl"
    done = signed(place, "--issuer", MAKER, "--format", "jsonl", "-o", file)
    assert done.code == 0
    read = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["step"] for row in read] == ["commissioning", "storing"]
    assert signed(place, "--issuer", MAKER, "-o", file).code == 2
    assert (
        signed(place, "--issuer", MAKER, "--format", "csv", "--json").code == 2
    )


def test_csv_runs_no_formula_that_a_signer_wrote() -> None:
    assert csv_line(["=1+1", "@x", 7]) == b'"\'=1+1","\'@x","7"\r\n'


# The five questions.


def test_each_of_an_auditors_questions_is_answered_by_one_command(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("backup", "tiles"):
        shutil.copytree(place.folder / name, tmp_path / name)
    shutil.copy(place.trust, tmp_path / "trust.toml")
    shutil.copy(
        place.folder / "old-tiles/checkpoint", tmp_path / "old-checkpoint"
    )
    (tmp_path / "evidence").mkdir()
    shutil.copy(place.folder / "can.provenance", tmp_path / "evidence")
    changed(place, tmp_path / "changed.provenance", b"storing", b"loading")
    changed(place, tmp_path / "evidence/changed", b"storing", b"loading")
    monkeypatch.chdir(tmp_path)
    answers = []
    for command in ok("help", "auditors", "--json").json["rows"].values():
        program, *words = shlex.split(command)
        assert program == "provenance"
        words = [key_id(place)[:8] if w == "3f9a01c2" else w for w in words]
        answers.append(run(*words))
    whose, touched, differs, grew, case = answers
    assert whose.out.startswith(f"{MAKER}  Maker\n  key {key_id(place)[:16]}")
    assert "2 statements, 2 events" in whose.out
    assert touched.code == 0
    items = (tmp_path / "items.csv").read_text(encoding="utf-8").splitlines()
    assert items[1] == f'"{CAN}","2","5","7"'
    assert differs.code == 1
    for said in ("event 0 of entry 7", f"signed by Maker <{MAKER}>",
                 "/bizStep", '"loading"', '"storing"'):  # fmt: skip
        assert said in differs.out
    assert grew.code == 0
    assert "grown by 2 entries, from 7 to 9" in grew.out
    assert case.code == 1
    assert "case.html: 1 VERIFIED, 1 FAILED" in case.out
    assert (tmp_path / "case.html").stat().st_size > 5_000
    assert (tmp_path / "case.csv").stat().st_size > 1_000


def test_growth_is_proved_from_a_nodes_tiles(
    place: Place, tmp_path: Path
) -> None:
    old = place.folder / "old-tiles/checkpoint"
    served = Path(shutil.copytree(place.ledger, tmp_path / "ledger"))
    with NodeProcess(served) as node:
        done = compared(
            place, old, place.folder / "tiles/checkpoint", "--from", node.url
        )
    assert done.code == 0, done
    assert "grown by 2 entries, from 7 to 9" in done.out
    assert "proof of consistency" in done.out
