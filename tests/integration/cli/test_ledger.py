import json
import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from provenance.folder import open_ledger, open_reader
from provenance.ledger.workers import CHUNK
from provenance.proof.trust import parse_trust
from tests.support.cli_runs import (
    CAN,
    CAN_AS_URN,
    MAKER,
    ORIGIN,
    PROJECT,
    Place,
    command_line,
    found_ledger,
    ok,
    run,
    write_document,
)
from tests.support.waiting import finish


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return found_ledger(tmp_path)


def signing(place: Place) -> tuple[object, ...]:
    return ("--key", place.authority_key, "-C", place.ledger)


def test_init_makes_a_ledger_that_its_trust_file_describes(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "new" / "ledger"
    made = ok("init", folder, "--origin", ORIGIN, "--max-age", "12h", "--json")
    trust = parse_trust((folder / "trust.toml").read_text(encoding="utf-8"))
    assert trust.origin == ORIGIN
    assert trust.max_age_seconds == 12 * 3600
    (authority,) = trust.authorities
    assert authority.id == f"https://{ORIGIN}" == made.json["authority"]
    assert made.json["log_key"] == trust.policy.log_keys[0].vkey
    for secret in ("log.key", "authority.key"):
        assert stat.S_IMODE((folder / secret).stat().st_mode) == 0o600
    assert "actor enrol" in made.err


def test_init_twice_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    ok("init", folder, "--origin", ORIGIN)
    before = {f.name: f.read_bytes() for f in folder.iterdir()}
    done = run("init", folder, "--origin", ORIGIN)
    assert done.code == 3
    assert "PRV-9050" in done.err
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == before


def test_a_refused_init_leaves_no_key_behind(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    ok("init", folder, "--origin", ORIGIN)
    key = tmp_path / "other.key"
    done = run("init", folder, "--origin", ORIGIN, "--authority-key", key)
    assert done.code == 3
    assert not key.exists()


def test_init_takes_an_authority_that_has_a_key(tmp_path: Path) -> None:
    key = tmp_path / "my.key"
    shown = ok("key", "new", key, "--json").json
    ok(
        "init", tmp_path / "ledger", "--origin", ORIGIN,
        "--authority", "did:web:me.example", "--authority-name", "Me",
        "--authority-key", key,
    )  # fmt: skip
    (actor,) = ok("actor", "list", "-C", tmp_path / "ledger", "--json").json[
        "actors"
    ]
    assert actor["id"] == "did:web:me.example"
    assert actor["name"] == "Me"
    assert actor["is_authority"]
    assert actor["keys"][0]["id"] == shown["key_id"]


@pytest.mark.parametrize("origin", ["with space", "a+b", ""])
def test_init_refuses_a_name_that_no_log_can_have(
    tmp_path: Path, origin: str
) -> None:
    done = run("init", tmp_path / "ledger", "--origin", origin)
    assert done.code in {2, 3}
    assert "Traceback" not in done.err
    assert not (tmp_path / "ledger" / "ledger.sqlite").exists()


def test_a_key_is_shown_without_its_secret(tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    made = ok("key", "new", file, "--json")
    shown = ok("key", "show", file, "--name", ORIGIN, "--json")
    assert shown.json["public_key"] == made.json["public_key"]
    assert shown.json["vkey"].startswith(f"{ORIGIN}+")
    secret = file.read_text(encoding="ascii").splitlines()[1]
    for said in (made.out, made.err, shown.out, shown.err):
        assert secret not in said


def test_a_key_is_never_overwritten_nor_read_when_others_can(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.key"
    ok("key", "new", file)
    assert run("key", "new", file).code == 3
    file.chmod(0o640)
    done = run("key", "show", file)
    assert done.code == 1
    assert "chmod 600" in done.err
    assert run("key", "show", tmp_path / "none").code == 4


def test_an_actor_is_enrolled_granted_and_listed(place: Place) -> None:
    actors = ok("actor", "list", "-C", place.ledger, "--json").json["actors"]
    assert [actor["id"] for actor in actors] == [f"https://{ORIGIN}", MAKER]
    (grant,) = actors[1]["grants"]
    assert (grant["role"], grant["prefixes"]) == ("producer", ["9421902"])
    page = ok("actor", "list", MAKER, "-C", place.ledger).out
    assert "Maker" in page
    assert grant["id"][:16] in page
    assert "prefixes 9421902" in page
    assert run("actor", "list", "did:web:x", "-C", place.ledger).code == 1


def test_an_actor_enrols_by_a_request_without_its_key_leaving(
    place: Place, tmp_path: Path
) -> None:
    key, request = tmp_path / "shop.key", tmp_path / "shop.request"
    ok("key", "new", key)
    shop = "did:web:shop.example"
    ok(
        "actor", "request", shop, "--name", "Shop", "--key", key,
        "--origin", ORIGIN, "-o", request,
    )  # fmt: skip
    done = ok("actor", "enrol", "--request", request, *signing(place), "--json")
    assert done.json["actor"] == shop
    assert done.json["in_effect"]
    done = run("actor", "enrol", "--request", request, *signing(place))
    assert done.code == 1


def test_a_request_for_another_ledger_is_refused(
    place: Place, tmp_path: Path
) -> None:
    key, request = tmp_path / "shop.key", tmp_path / "shop.request"
    ok("key", "new", key)
    ok(
        "actor", "request", "did:web:shop.example", "--name", "Shop",
        "--key", key, "--origin", "other.example", "-o", request,
    )  # fmt: skip
    done = run("actor", "enrol", "--request", request, *signing(place))
    assert done.code == 1
    assert "did not sign its own enrolment" in done.err


def test_a_request_that_is_none_says_where(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "junk"
    file.write_bytes(b"junk")
    done = run("actor", "enrol", "--request", file, *signing(place))
    assert done.code == 3
    assert f"where: {file}" in done.err
    ok("sign", write_document(tmp_path / "e.json", "K1"), "--as", MAKER,
       "--key", place.maker_key, "--origin", ORIGIN, "-o", tmp_path / "s")  # fmt: skip
    assert run(
        "actor", "enrol", "--request", tmp_path / "s", *signing(place)
    ).code == 3  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ("--request", "r", "--name", "n"),
        ("did:web:a", "--name", "n"),
        ("did:web:a", "--actor-key", "k"),
        (),
    ],
)
def test_enrol_wants_a_request_or_all_of_the_rest(
    place: Place, arguments: tuple[str, ...]
) -> None:
    assert run("actor", "enrol", *arguments, *signing(place)).code == 2


def test_grants_have_limits_and_end(place: Place) -> None:
    done = ok(
        "actor", "grant", MAKER, "customs", "--place",
        "urn:epc:id:sgln:9421902.00001.0", "--from", "2026-01-01T00:00:00Z",
        "--until", "2027-01-01T00:00:00+00:00", "--may-grant",
        *signing(place), "--json",
    ).json  # fmt: skip
    page = ok("actor", "list", MAKER, "-C", place.ledger).out
    assert "at https://id.gs1.org/414/" in page
    assert "from 2026-01-01T00:00Z, until 2027-01-01T00:00Z" in page
    assert "may pass it on" in page
    ended = ok(
        "actor", "revoke-grant", MAKER, done["grant"][:16],
        "--reason", "over", *signing(place), "--json",
    ).json  # fmt: skip
    assert ended["grant"] == done["grant"]
    assert "revoked by entry" in ok("actor", "list", "-C", place.ledger).out
    assert run(
        "actor", "revoke-grant", MAKER, "0" * 16, "--reason", "x",
        *signing(place),
    ).code == 4  # fmt: skip


def test_a_key_is_added_rotated_and_revoked(
    place: Place, tmp_path: Path
) -> None:
    second, third = tmp_path / "2.key", tmp_path / "3.key"
    first_id = ok("key", "show", place.maker_key, "--json").json["key_id"]
    second_id = ok("key", "new", second, "--json").json["key_id"]
    third_id = ok("key", "new", third, "--json").json["key_id"]
    own = ("--key", place.maker_key, "-C", place.ledger)
    ok("actor", "add-key", MAKER, "--new-key", second, *own)
    ok("actor", "rotate", MAKER, "--new-key", third, *own)
    done = run("actor", "revoke", MAKER, third_id, "--reason", "x", *own)
    assert done.code == 1
    assert "PRV-9021" in done.err
    ok(
        "actor", "revoke", MAKER, second_id[:8], "--reason", "lost",
        "--key", third, "-C", place.ledger,
    )  # fmt: skip
    keys = ok("actor", "list", MAKER, "-C", place.ledger, "--json").json[
        "actors"
    ][0]["keys"]
    assert {key["id"]: key["revoked"] is None for key in keys} == {
        first_id: False,
        second_id: False,
        third_id: True,
    }
    assert "lost" in ok("actor", "list", "-C", place.ledger).out


def test_a_key_id_that_is_too_short_names_nothing(place: Place) -> None:
    key_id = ok("key", "show", place.maker_key, "--json").json["key_id"]
    done = run(
        "actor", "revoke", MAKER, key_id[:4], "--reason", "x", *signing(place)
    )
    assert done.code == 4


def test_a_stranger_enrols_nobody(place: Place, tmp_path: Path) -> None:
    ok("key", "new", tmp_path / "x.key")
    enrol = ("actor", "enrol", "did:web:x", "--name", "X", "--actor-key")
    done = run(
        *enrol, tmp_path / "x.key", "--key", tmp_path / "x.key",
        "-C", place.ledger,
    )  # fmt: skip
    assert done.code == 1
    assert "PRV-9021" in done.err
    done = run(
        *enrol, tmp_path / "x.key", "--key", place.maker_key,
        "-C", place.ledger,
    )  # fmt: skip
    assert done.code == 1
    assert "PRV-9022" in done.err


def test_two_authorities_say_the_same_before_it_counts(
    place: Place, tmp_path: Path
) -> None:
    trust = place.trust
    other = tmp_path / "other.key"
    public = ok("key", "new", other, "--json").json["public_key"]
    shop = tmp_path / "shop.key"
    ok("key", "new", shop)
    text = trust.read_text(encoding="utf-8")
    text = text.replace("threshold = 1", "threshold = 2") + (
        '\n[[authorities]]\nid = "did:web:other.example"\nname = "Other"\n'
        f'keys = ["{public}"]\n'
    )
    folder = tmp_path / "second"
    ok("init", folder, "--origin", ORIGIN, "--authority-key",
       place.authority_key)  # fmt: skip
    log_key = parse_trust(
        (folder / "trust.toml").read_text(encoding="utf-8")
    ).policy.log_keys[0].vkey  # fmt: skip
    old_key = parse_trust(text).policy.log_keys[0].vkey
    (folder / "trust.toml").write_text(
        text.replace(old_key, log_key), encoding="utf-8"
    )
    enrol = (
        "actor", "enrol", "did:web:shop", "--name", "Shop",
        "--actor-key", shop, "-C", folder,
    )  # fmt: skip
    done = ok(*enrol, "--key", place.authority_key)
    assert "not in effect yet: 2 authorities must say so" in done.out
    done = ok(*enrol, "--key", other, "--json")
    assert done.json["in_effect"]


def test_a_document_is_signed_and_accepted(
    place: Place, tmp_path: Path
) -> None:
    document = write_document(tmp_path / "cans.json", "K0000", "K0001")
    done = ok("submit", document, "--key", place.maker_key, "-C", place.ledger)
    assert done.out.splitlines() == [
        f"accepted as entry 5, 1 event: {document}",
        "1 accepted, 0 refused; the log has 7 entries",
    ]
    with open_reader(place.ledger) as reader:
        (step,) = reader.trail(CAN)
        assert step.issuer == MAKER


def test_one_bad_file_does_not_lose_the_others(
    place: Place, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    write_document(folder / "a.json", "K1")
    (folder / "b.json").write_text('{"type": "EPCISDocument"', encoding="utf-8")
    write_document(folder / "c.json", "K2", bizStep="retail_selling")
    write_document(folder / "sub" / "d.json", "K3")
    (folder / "readme.txt").write_text("no event", encoding="utf-8")
    (folder / ".hidden.json").write_text("no event", encoding="utf-8")
    (folder / "x.xml").write_text("<epcis/>", encoding="utf-8")
    done = run(
        "submit", folder, folder / "none.json", "--key", place.maker_key,
        "-C", place.ledger, "--json",
    )  # fmt: skip
    assert done.code == 1
    said = done.json
    assert said["schema"] == "provenance.submit/1"
    assert (said["accepted"], said["refused"]) == (2, 4)
    outcomes = [
        (row["source"].removeprefix(f"{folder}/"), row.get("log_index"),
         row.get("error", {}).get("code"))
        for row in said["results"]
    ]  # fmt: skip
    assert outcomes == [
        ("a.json", 5, None),
        ("b.json", None, "PRV-9010"),
        ("c.json", None, "PRV-9022"),
        ("x.xml", None, "PRV-9010"),
        ("sub/d.json", 6, None),
        ("none.json", None, "PRV-9004"),
    ]


def test_what_is_refused_is_said_with_its_reason(
    place: Place, tmp_path: Path
) -> None:
    document = write_document(tmp_path / "a.json", "K1", bizStep="shopping")
    done = run("submit", document, "--key", place.maker_key, "-C", place.ledger)
    assert done.code == 3
    assert done.out.startswith(f"refused PRV-9010: {document}\n  $.epcisBody")
    assert "bizStep" in done.out
    assert "do: " in done.out


def test_many_files_are_checked_by_workers_and_told_in_order(
    place: Place, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    count = CHUNK + 1
    for number in range(count):
        write_document(folder / f"{number:04}.json", f"N{number}")
    (folder / "0003.json").write_text("{}", encoding="utf-8")
    (folder / f"{count - 1:04}.json").write_text("{}", encoding="utf-8")
    done = run(
        "submit", folder, "--key", place.maker_key, "-C", place.ledger,
        "--jsonl", "--processes", "1",
    )  # fmt: skip
    assert done.code == 3
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert {row["schema"] for row in rows} == {"provenance.submitted/1"}
    assert [row["source"][-9:] for row in rows] == [
        f"{number:04}.json" for number in range(count)
    ]
    refused = [row for row in rows if row["outcome"] == "refused"]
    assert len(refused) == 2
    indexes = [row["log_index"] for row in rows if row not in refused]
    assert indexes == list(range(5, 5 + count - 2))


def test_standard_input_is_a_file_too(place: Place, tmp_path: Path) -> None:
    data = write_document(tmp_path / "a.json", "K1").read_bytes()
    done = run(
        "submit", "-", "--key", place.maker_key, "-C", place.ledger, given=data
    )
    assert done.code == 0
    assert "accepted as entry 5, 1 event: -" in done.out


def test_nobody_signed_it_and_nobody_can(place: Place, tmp_path: Path) -> None:
    document = write_document(tmp_path / "a.json", "K1")
    done = run("submit", document, "-C", place.ledger)
    assert done.code == 1
    assert "nobody has signed it" in done.out
    done = run("submit", document, "--as", MAKER, "-C", place.ledger)
    assert done.code == 2


def test_a_saved_statement_is_logged_once(place: Place, tmp_path: Path) -> None:
    document = write_document(tmp_path / "a.json", "K1")
    saved = tmp_path / "saved"
    ok(
        "submit", document, "--key", place.maker_key, "-C", place.ledger,
        "--save", saved,
    )  # fmt: skip
    (file,) = saved.iterdir()
    again = ok("submit", file, "-C", place.ledger, "--json").json
    assert again["results"][0]["log_index"] == 5
    assert f"{again['results'][0]['statement_id']}.submission" == file.name
    with open_reader(place.ledger) as reader:
        assert reader.size == 7


def test_the_folder_to_save_in_may_not_be_a_file(
    place: Place, tmp_path: Path
) -> None:
    document = write_document(tmp_path / "a.json", "K1")
    done = run(
        "submit", document, "--key", place.maker_key, "-C", place.ledger,
        "--save", document,
    )  # fmt: skip
    assert done.code == 3
    assert "is a file, not a folder" in done.err


def test_a_dry_run_logs_nothing(place: Place, tmp_path: Path) -> None:
    good = write_document(tmp_path / "a.json", "K1")
    bad = write_document(tmp_path / "b.json", "K2", bizStep="retail_selling")
    done = run(
        "submit", good, bad, "--key", place.maker_key, "-C", place.ledger,
        "--dry-run",
    )  # fmt: skip
    assert done.code == 1
    assert f"would be accepted, 1 event: {good}" in done.out
    assert f"would be refused PRV-9022: {bad}" in done.out
    with open_reader(place.ledger) as reader:
        assert reader.size == 5


def test_a_submission_over_the_limit_is_refused_by_its_size_alone(
    place: Place, tmp_path: Path
) -> None:
    large = tmp_path / "large.submission"
    large.write_bytes(b"\x93")
    with large.open("r+b") as file:
        file.truncate(2**40)
    done = run("submit", large, "--key", place.maker_key, "-C", place.ledger)
    assert done.code == 3
    assert f"has {2**40} bytes; at most 67108864 are read" in done.out


def test_what_is_concealed_is_not_in_the_body(
    place: Place, tmp_path: Path
) -> None:
    document = write_document(
        tmp_path / "a.json", "K0000", **{"example:buyer": {"name": "Li"}}
    )
    ok(
        "submit", document, "--key", place.maker_key, "-C", place.ledger,
        "--conceal", "/example:buyer/name", "--conceal", "/example:none",
    )  # fmt: skip
    with open_reader(place.ledger) as reader:
        (step,) = reader.trail(CAN)
    assert step.event.body["example:buyer"] == {}
    (field,) = step.event.fields
    assert field is not None
    assert (field.pointer, field.value) == ("/example:buyer/name", "Li")


@pytest.mark.parametrize("pointer", ["buyer", "/", "/type"])
def test_a_pointer_to_nothing_that_can_be_concealed(
    place: Place, tmp_path: Path, pointer: str
) -> None:
    document = write_document(tmp_path / "a.json", "K1")
    done = run(
        "submit", document, "--key", place.maker_key, "-C", place.ledger,
        "--conceal", pointer,
    )  # fmt: skip
    assert done.code in {2, 3}
    assert "Traceback" not in done.err


def test_after_head_binds_each_event_to_the_head_it_saw(
    place: Place, tmp_path: Path
) -> None:
    submit = ("submit", "--key", place.maker_key, "-C", place.ledger)
    first = write_document(tmp_path / "a.json", "K0000")
    second = write_document(
        tmp_path / "b.json", "K0000", action="OBSERVE", bizStep="storing"
    )
    ok(*submit, first, second, "--after-head", CAN_AS_URN)
    with open_reader(place.ledger) as reader:
        steps = reader.trail(CAN)
    assert len(steps) == 2
    for step in steps:
        ((item, _),) = step.event.after
        assert item == CAN
    ok(
        "sign", second, "--as", MAKER, "--key", place.maker_key,
        "--origin", ORIGIN, "-o", tmp_path / "s.submission",
    )  # fmt: skip
    done = run(*submit, tmp_path / "s.submission", "--after-head", CAN)
    assert done.code == 1
    assert "it is signed already" in done.out


def test_a_statement_signed_elsewhere_is_handed_in(
    place: Place, tmp_path: Path
) -> None:
    document = write_document(tmp_path / "a.json", "K0000")
    file = tmp_path / "a.submission"
    signed = ok(
        "sign", document, "--as", MAKER, "--key", place.maker_key,
        "--origin", ORIGIN, "-o", file, "--json",
    )  # fmt: skip
    assert f"submit {file}" in signed.err
    done = ok("submit", file, "-C", place.ledger, "--json").json
    assert done["results"][0]["statement_id"] == signed.json["statement_id"]


def test_what_the_ledger_would_refuse_by_its_bytes_is_not_signed(
    tmp_path: Path,
) -> None:
    ok("key", "new", tmp_path / "k")
    document = write_document(tmp_path / "a.json", "K1")
    text = document.read_text(encoding="utf-8")
    document.write_text(
        text.replace(
            '"urn:epc:id:sgtin:9421902.096001.K1"',
            '"https://id.gs1.org/01/09421902960017"',
        ),
        encoding="utf-8",
    )
    done = run(
        "sign", document, "--as", MAKER, "--key", tmp_path / "k",
        "--origin", ORIGIN, "-o", tmp_path / "out",
    )  # fmt: skip
    assert done.code == 3
    assert f"where: {document}" in done.err
    assert not (tmp_path / "out").exists()


def test_a_ledger_in_use_is_said_to_be(place: Place, tmp_path: Path) -> None:
    document = write_document(tmp_path / "a.json", "K1")
    with open_ledger(place.ledger):
        done = run(
            "submit", document, "--key", place.maker_key, "-C", place.ledger
        )
        assert done.code == 3
        assert "PRV-9050" in done.err
        ok("actor", "list", "-C", place.ledger)


def test_the_ledgers_folder_comes_from_the_environment_too(
    place: Place, tmp_path: Path
) -> None:
    ok("actor", "list", PROVENANCE_LEDGER=str(place.ledger))
    done = run("actor", "list", "-C", tmp_path / "none")
    assert done.code == 4
    assert "provenance init" in done.err


def test_an_interrupted_submission_tells_what_was_accepted(
    place: Place, tmp_path: Path
) -> None:
    first = write_document(tmp_path / "a.json", "K0000")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        command_line(
            "submit", first, pipe, "--key", place.maker_key,
            "-C", place.ledger, "--after-head", CAN, "--json",
        ),
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    # The pipe is opened once the first file was logged.
    with process, pipe.open("wb"):
        process.send_signal(signal.SIGINT)
        out, err = finish(process)
    assert process.returncode == 130
    said = json.loads(out)
    assert said["accepted"] == 1
    assert said["error"]["code"] == "PRV-9003"
    assert said["error"]["what"] == "interrupted: 1 files are left"
    assert b"Traceback" not in err


def test_a_prefix_that_no_document_defines_is_given_beside_it(
    place: Place, tmp_path: Path
) -> None:
    document = write_document(tmp_path / "a.json", "K7001", **{"ext:grade": 1})
    given = ("submit", document, "--key", place.maker_key, "-C", place.ledger)
    refused = run(*given)
    assert refused.code == 3
    assert "ext:grade" in refused.out
    ok(*given, "--prefix", "ext=https://ns.example/")
    for wrong in ("ext", "ext=", "http=https://ns.example/"):
        assert run(*given, "--prefix", wrong).code == 2
