import json
from pathlib import Path

import pytest

from provenance.cli.verify.inspect import BANNER
from provenance.decode import decode_file
from provenance.demo.no_network import no_network
from provenance.epcis.document import parse_document
from provenance.errors import MalformedError, UnknownKindError
from provenance.folder import open_reader
from provenance.ledger.read import read_entry
from provenance.proof.verdict import STEPS
from tests.support.bombs import VALUES, peak_of
from tests.support.cli_runs import (
    CAN,
    CAN_AS_URN,
    MAKER,
    ORIGIN,
    Place,
    Run,
    found_ledger,
    ok,
    run,
    spawn,
    write_document,
)

OTHER = "https://id.gs1.org/01/09421902960017/21/K9999"
IN_2025 = "2025-06-01T00:00:00Z"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A ledger with one can's story, its bundle, receipt and entry."""
    folder = tmp_path_factory.mktemp("place")
    place = found_ledger(folder)
    document = write_document(
        folder / "a.json", "K0000", **{"example:buyer": "Li\x1b[2J"}
    )
    ok(
        "submit", document, "--key", place.maker_key, "-C", place.ledger,
        "--conceal", "/example:buyer", "--save", folder / "saved",
    )  # fmt: skip
    stored = write_document(
        folder / "b.json", "K0000", action="OBSERVE", bizStep="storing"
    )
    ok("submit", stored, "--key", place.maker_key, "-C", place.ledger)
    ok("bundle", CAN, "-o", bundle_of(place), "-C", place.ledger)
    ok(
        "receipt", 5, "-o", receipt_of(place), "--entry", entry_of(place),
        "-C", place.ledger,
    )  # fmt: skip
    return place


def bundle_of(place: Place) -> Path:
    return place.folder / "can.provenance"


def receipt_of(place: Place) -> Path:
    return place.folder / "5.tlog-proof"


def entry_of(place: Place) -> Path:
    return place.folder / "5.entry"


def verify(place: Place, *arguments: object) -> Run:
    return run("verify", "--trust", place.trust, *arguments)


def test_a_genuine_bundle_is_verified_and_every_check_is_told(
    place: Place,
) -> None:
    done = verify(place, bundle_of(place), "--item", CAN_AS_URN)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("notice PRV-0403")
    # On whose word it rests that nothing was left out is said above all else.
    assert lines[1].startswith("notice PRV-1007")
    assert lines[2].startswith(f"VERIFIED  {CAN}  ")
    assert lines[3] == "The following checks were performed:"
    assert [line.split()[1] for line in lines[4:-1]] == list(STEPS)
    assert lines[-1].startswith("Not shown by this: ")


def test_verifying_opens_no_socket(place: Place) -> None:
    with no_network():
        assert verify(place, bundle_of(place)).code == 0


def test_the_verdict_as_json_has_its_exit_code(place: Place) -> None:
    said = verify(place, bundle_of(place), "--json").json
    assert said["schema"] == "provenance.verdict/1"
    assert (said["outcome"], said["exit_code"]) == ("VERIFIED", 0)
    assert said["subject"] == CAN
    assert said["source"] == str(bundle_of(place))
    assert [check["id"] for check in said["checks"]] == list(STEPS)


def test_a_changed_bundle_is_not_verified(place: Place, tmp_path: Path) -> None:
    data = bytearray(bundle_of(place).read_bytes())
    # Another place, so that it is still an event of its form.
    data[data.index(b"eventTime") + 13] ^= 1
    changed = tmp_path / "changed"
    changed.write_bytes(data)
    done = verify(place, changed)
    assert done.code == 1
    assert "FAILED" in done.out
    assert "PRV-0701" in done.out
    assert "more: provenance explain PRV-0701" in done.out


def test_a_bundle_about_another_item_fails(place: Place) -> None:
    done = verify(place, bundle_of(place), "--item", OTHER, "--json")
    assert done.code == done.json["exit_code"] == 1
    assert done.json["outcome"] == "FAILED"


def test_a_stale_bundle_is_incomplete(place: Place) -> None:
    done = verify(place, bundle_of(place), "--at", "2099-01-01T00:00:00Z")
    assert done.code == 5
    assert "INCOMPLETE" in done.out
    assert "stale" in done.out


def test_a_bundle_from_the_future_is_unknown_at_an_earlier_time(
    place: Place,
) -> None:
    done = verify(place, bundle_of(place), "--at", IN_2025)
    assert done.code == 3
    assert "PRV-0504" in done.out


def test_the_greatest_age_can_be_said(place: Place) -> None:
    later = ("--at", "2099-01-01T00:00:00Z")
    done = verify(place, bundle_of(place), *later, "--max-age", "40000d")
    assert done.code == 0
    assert verify(place, bundle_of(place), "--max-age", "soon").code == 2
    assert verify(place, bundle_of(place), "--at", "tomorrow").code == 2
    assert verify(place, bundle_of(place), "--at", "2026-01-01").code == 2


def test_the_wrong_trust_file_leaves_it_unknown(
    place: Place, tmp_path: Path
) -> None:
    ok("init", tmp_path / "other", "--origin", "other.example")
    done = run(
        "verify", bundle_of(place), "--trust", tmp_path / "other/trust.toml"
    )
    assert done.code == 3
    assert "UNKNOWN" in done.out
    assert "PRV-0201" in done.out


def test_another_log_of_the_same_name_fails(
    place: Place, tmp_path: Path
) -> None:
    ok("init", tmp_path / "other", "--origin", ORIGIN)
    done = run(
        "verify", bundle_of(place), "--trust", tmp_path / "other/trust.toml"
    )
    assert done.code == 1
    assert "PRV-0301" in done.out


def test_a_file_that_is_not_there_is_exit_4_and_junk_is_exit_3(
    place: Place, tmp_path: Path
) -> None:
    junk = tmp_path / "junk"
    junk.write_bytes(b"junk")
    done = verify(place, tmp_path / "none", "--json")
    assert done.code == done.json["exit_code"] == 4
    assert done.json["outcome"] == "UNKNOWN"
    assert done.json["checks"][0]["code"] == "PRV-9004"
    assert verify(place, junk).code == 3
    assert verify(place, tmp_path).code == 3


def test_of_several_files_the_gravest_decides(
    place: Place, tmp_path: Path
) -> None:
    none = tmp_path / "none"
    done = verify(place, bundle_of(place), none, "--json")
    assert done.code == done.json["exit_code"] == 4
    assert done.json["schema"] == "provenance.verdicts/1"
    assert [v["exit_code"] for v in done.json["verdicts"]] == [0, 4]
    done = verify(place, none, bundle_of(place), "--jsonl")
    assert done.code == 4
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [row["exit_code"] for row in rows] == [4, 0]
    done = verify(place, none, bundle_of(place))
    assert str(none) in done.out
    assert str(bundle_of(place)) in done.out


def test_standard_input_is_verified_like_a_file(place: Place) -> None:
    data = bundle_of(place).read_bytes()
    done = run("verify", "-", "--trust", place.trust, given=data)
    assert done.code == 0


def test_explain_says_what_each_check_means(place: Place) -> None:
    done = verify(place, bundle_of(place), "--explain")
    assert "Every statement was signed by the actor it names" in done.out
    done = verify(place, "nonsuch", "--explain")
    assert "There is no such file" in done.out


def test_a_receipt_with_its_entry_is_verified(place: Place) -> None:
    done = verify(place, receipt_of(place), "--entry", entry_of(place))
    assert done.code == 0
    assert "VERIFIED  entry 5" in done.out
    assert "Not shown by this: who may have signed it" in done.out
    (saved,) = (place.folder / "saved").iterdir()
    done = verify(place, receipt_of(place), "--entry", saved, "--json")
    assert done.json["outcome"] == "VERIFIED"
    assert done.json["checks"][0]["code"] == "PRV-9339"


def test_a_receipt_of_another_entry_fails(place: Place, tmp_path: Path) -> None:
    ok("receipt", 7, "-o", tmp_path / "7.tlog-proof", "-C", place.ledger)
    done = verify(place, receipt_of(place), "--entry", tmp_path / "7.entry")
    assert done.code == 1
    assert "PRV-9032" in done.out
    both = (receipt_of(place), bundle_of(place), tmp_path / "7.tlog-proof")
    entries = ("--entry", entry_of(place), "--entry", tmp_path / "7.entry")
    assert verify(place, *both, *entries).code == 0


def test_a_receipt_and_its_entry_are_two_files(
    place: Place, tmp_path: Path
) -> None:
    target = tmp_path / "5.entry"
    done = run("receipt", 5, "-o", target, "-C", place.ledger)
    assert done.code == 2
    assert not target.exists()


def test_receipts_and_entries_come_in_pairs(
    place: Place, tmp_path: Path
) -> None:
    alone = tmp_path / "alone"
    alone.write_bytes(receipt_of(place).read_bytes())
    done = verify(place, alone)
    assert done.code == 3
    assert "PRV-9331" in done.out
    done = verify(place, bundle_of(place), "--entry", entry_of(place))
    assert done.code == 2
    done = verify(place, receipt_of(place), "--entry", "nonsuch", "--json")
    assert done.code == 4
    done = verify(place, receipt_of(place), "--entry", bundle_of(place))
    assert done.code == 3


def test_the_trust_file_is_never_taken_from_beside_the_evidence(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.ledger)
    done = run("verify", bundle_of(place))
    assert done.code == 2
    assert "--trust" in done.err


def test_the_trust_file_can_be_set_once_and_for_all(
    place: Place, tmp_path: Path
) -> None:
    done = run("verify", bundle_of(place), PROVENANCE_TRUST=str(place.trust))
    assert done.code == 0
    (tmp_path / "provenance").mkdir()
    (tmp_path / "provenance/trust.toml").write_bytes(place.trust.read_bytes())
    done = run("verify", bundle_of(place), XDG_CONFIG_HOME=str(tmp_path))
    assert done.code == 0


def test_a_trust_file_that_is_none_says_where(
    place: Place, tmp_path: Path
) -> None:
    for content in (b"nonsense = 1", b"\xff", b"["):
        file = tmp_path / "trust.toml"
        file.write_bytes(content)
        done = run("verify", bundle_of(place), "--trust", file, "--json")
        assert done.code == 3
        assert done.json["error"]["code"] == "PRV-9010"
        assert str(file) in done.out
    assert run("verify", bundle_of(place), "--trust", "none").code == 4


def test_a_bundle_reveals_what_it_was_asked_to(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "revealed"
    done = ok(
        "bundle", CAN_AS_URN, "-o", file, "--reveal", "/example:buyer",
        "-C", place.ledger, "--json",
    )  # fmt: skip
    assert done.json["outcome"] == "VERIFIED"
    assert "to verify it: provenance verify" in done.err
    story = verify(place, file, "--json").json["timeline"]
    assert story[0]["fields"] == {"/example:buyer": "Li\x1b[2J"}
    assert b"Li\x1b" not in bundle_of(place).read_bytes()


def test_a_bundle_can_go_to_standard_output(place: Place) -> None:
    done = run("bundle", CAN, "-o", "-", "-C", place.ledger, "--json")
    assert done.code == 2
    spawned = spawn("bundle", CAN, "-o", "-", "-C", place.ledger)
    assert spawned.returncode == 0
    assert (
        run("verify", "-", "--trust", place.trust, given=spawned.stdout).code
        == 0
    )


def test_what_was_written_before_is_replaced_whole(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "can.provenance"
    file.write_bytes(b"old")
    ok("bundle", CAN, "-o", file, "-C", place.ledger)
    assert verify(place, file).code == 0
    assert [f.name for f in tmp_path.iterdir()] == ["can.provenance"]
    done = run("bundle", CAN, "-o", tmp_path / "none/x", "-C", place.ledger)
    assert done.code == 4


def test_an_item_or_entry_that_is_not_there_is_exit_4(
    place: Place, tmp_path: Path
) -> None:
    for command in (
        ("bundle", OTHER, "-o", tmp_path / "x"),
        ("trail", OTHER),
        ("receipt", "99", "-o", tmp_path / "x"),
        ("receipt", "6", "-o", tmp_path / "x"),
    ):
        done = run(*command, "-C", place.ledger, "--json")
        assert done.code == 4
        assert done.json["error"]["code"] == "PRV-9004"
    assert list(tmp_path.iterdir()) == []
    assert run("trail", "not an item", "-C", place.ledger).code == 2


def test_a_trail_is_a_story_in_english_and_in_chinese(place: Place) -> None:
    story = ok("trail", CAN_AS_URN, "-C", place.ledger).out
    assert story.startswith(f"The story of {CAN}\nnotice PRV-0403  ")
    assert "\nVERIFIED  " in story
    assert (
        "2025-02-28 19:59 UTC (2025-03-01 08:59 +13:00)  Given its number"
        in (story)
    )
    assert f"by Maker <{MAKER}>, as producer" in story
    story = ok(
        "trail", CAN, "-C", place.ledger, PROVENANCE_LANG="zh-CN"
    ).out  # fmt: skip
    assert "入库存放" in story
    assert f"签署方：Maker <{MAKER}>，身份：生产商" in story
    said = ok("trail", CAN, "-C", place.ledger, "--json").json
    assert said["schema"] == "provenance.trail/1"
    assert [m["step"] for m in said["timeline"]] == ["commissioning", "storing"]


def test_inspect_decodes_everything_under_its_banner(place: Place) -> None:
    (saved,) = (place.folder / "saved").iterdir()
    kinds = {
        bundle_of(place): "bundle",
        receipt_of(place): "receipt",
        entry_of(place): "entry",
        saved: "submission",
        place.trust: "trust file",
        place.folder / "a.json": "EPCIS document",
    }
    for file, kind in kinds.items():
        page = ok("inspect", file).out
        assert page.startswith(f"{BANNER}\n{file}: {kind}, ")
        assert "\x1b" not in page
        said = ok("inspect", file, "--json").json
        assert (said["verified"], said["kind"]) == (False, kind)


def test_inspect_decodes_the_parts_of_a_log(
    place: Place, tmp_path: Path
) -> None:
    with open_reader(place.ledger) as reader, reader.moment() as moment:
        store = moment.reader
        parts = {
            "map commitment": read_entry(store, 6, size=moment.size),
            "checkpoint": moment.note.encode(),
            "event": store.event(5, 0),
        }
    for kind, data in parts.items():
        (tmp_path / "part").write_bytes(data)
        said = ok("inspect", tmp_path / "part", "--json").json
        assert said["kind"] == kind
        if kind == "event":
            concealed = said["content"]["concealed"]
            assert concealed == {"/example:buyer": "Li\x1b[2J"}


@pytest.mark.parametrize(
    "junk",
    [b"", b"junk", b"\xff\xfe", b"\x93\x01", b"{", b"\x81\xa6format\x01"],
)
def test_inspect_of_junk_is_exit_3(tmp_path: Path, junk: bytes) -> None:
    file = tmp_path / "junk"
    file.write_bytes(junk)
    done = run("inspect", file)
    assert done.code == 3
    assert f"where: {file}" in done.err
    assert done.out == ""


@pytest.mark.parametrize("bomb", VALUES.values(), ids=VALUES)
def test_a_file_is_known_by_how_it_begins_and_not_read_further(
    bomb: bytes,
) -> None:
    for start in (b"", b"\x93", b"\x93\x01", b"\x9d\xb4provenance/bundle/v2"):

        def look(data: bytes = start + bomb) -> None:
            with pytest.raises(MalformedError):
                decode_file(data)

        assert peak_of(look) < 3 * len(bomb)


def test_inspect_names_the_kind_of_an_entry_that_it_does_not_know() -> None:
    with pytest.raises(UnknownKindError, match="kind 7"):
        decode_file(b"\x93\x07\xc4\x01x\xc0")


def test_inspect_shows_no_private_key(place: Place) -> None:
    done = run("inspect", place.maker_key)
    assert done.code == 3
    secret = place.maker_key.read_text(encoding="ascii").splitlines()[1]
    assert secret not in done.out + done.err


def test_an_audit_of_a_sound_ledger_is_exit_0(place: Place) -> None:
    done = ok("audit", place.ledger, "--processes", "1")
    assert done.out.startswith("sound  9 entries, 4 events, 2 items")
    said = ok(
        "audit", "-C", place.ledger, "--trust", place.trust, "--json",
        "--processes", "1",
    ).json  # fmt: skip
    assert said["sound"]
    assert said["findings"] == []


def test_an_audit_names_what_is_wrong(tmp_path: Path) -> None:
    place = found_ledger(tmp_path)
    ok("init", tmp_path / "other", "--origin", ORIGIN)
    done = run(
        "audit", place.ledger, "--trust", tmp_path / "other/trust.toml",
        "--processes", "1", "--json",
    )  # fmt: skip
    assert done.code == done.json["exit_code"] == 1
    assert not done.json["sound"]
    assert done.json["findings"]
    done = run(
        "audit", place.ledger, "--trust", tmp_path / "other/trust.toml",
        "--processes", "1",
    )  # fmt: skip
    assert done.out.startswith("FAULTY  ")
    assert "explain PRV-9070" in done.out
    assert run("audit", tmp_path / "none").code == 4


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_verified_story_is_exported_as_epcis(
    place: Place, tmp_path: Path, form: str
) -> None:
    target = tmp_path / f"can.{form}"
    done = ok(
        "export-events", bundle_of(place), "--trust", place.trust,
        "--format", form, "-o", target, "--json",
    )  # fmt: skip
    assert (done.json["events"], done.json["item"]) == (2, CAN)
    drafts = parse_document(target.read_bytes())
    assert [draft.body["bizStep"] for draft in drafts] == [
        "commissioning",
        "storing",
    ]
    assert [draft.items[0].id for draft in drafts] == [CAN, CAN]
    assert "example:buyer" not in drafts[0].body


def test_an_exported_story_goes_to_standard_output_too(place: Place) -> None:
    given = ("export-events", bundle_of(place), "--trust", place.trust)
    assert json.loads(ok(*given).out)["type"] == "EPCISDocument"
    assert run(*given, "--json").code == 2


def test_no_story_is_exported_that_does_not_verify(
    place: Place, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.provenance"
    bad.write_bytes(bundle_of(place).read_bytes()[:-1])
    target = tmp_path / "out.json"
    done = run("export-events", bad, "--trust", place.trust, "-o", target)
    assert done.code == 3
    assert str(bad) in done.err
    assert not target.exists()


def test_the_log_is_exported_as_tiles(place: Place, tmp_path: Path) -> None:
    done = ok("export-tiles", tmp_path / "log", "-C", place.ledger, "--json")
    assert done.json["size"] == 9
    assert (
        (tmp_path / "log/checkpoint")
        .read_text(encoding="utf-8")
        .startswith(f"{ORIGIN}\n9\n")
    )
    assert (tmp_path / "log/tile/0/000.p/9").stat().st_size == 9 * 32
