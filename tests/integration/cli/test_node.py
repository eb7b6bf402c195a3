"""Commands that ask a running node, from a folder that has no ledger.

The node is a real one, on a real socket. What the commands have is a key, the
trust file that came another way, and the node's URL.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from provenance.folder import open_reader
from provenance.keys import Signer
from provenance.problems import COULD_NOT, FAILED, NOT_FOUND, OK, USAGE
from provenance.store.keyfile import read_key
from provenance.tlog.cosignature import CosignatureSigner
from tests.integration.cli.test_submit_large import (
    POINTS,
    killed_at,
    make_document,
    make_table,
    steps,
)
from tests.integration.cli.test_submit_table import (
    FOREIGN,
    HEADER,
    MAPPING,
    rows,
)
from tests.integration.client.test_attacks import forward
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
    write_document,
)
from tests.support.node_world import NodeProcess, quoted
from tests.support.scripted_server import Asked, ScriptedServer, answer, problem

SHOP = "did:web:shop.example"
WITNESS = "witness.example/away"


@dataclass(frozen=True)
class Afar:
    """A folder with keys and a trust file, and a node somewhere."""

    folder: Path
    place: Place
    node: NodeProcess

    @property
    def trust(self) -> Path:
        return self.folder / "trust.toml"

    @property
    def authority_key(self) -> Path:
        return self.folder / "authority.key"

    @property
    def maker_key(self) -> Path:
        return self.folder / "maker.key"

    def run(self, *arguments: object, **environ: str) -> Run:
        known = {
            "PROVENANCE_NODE": self.node.url,
            "PROVENANCE_TRUST": str(self.trust),
        }
        return run(*arguments, given=b"", **known | environ)

    def ok(self, *arguments: object, **environ: str) -> Run:
        done = self.run(*arguments, **environ)
        assert done.code == OK, done
        return done

    def key_id(self, actor: str, number: int = 0) -> str:
        (told,) = self.ok("actor", "list", actor, "--json").json["actors"]
        key_id: str = told["keys"][number]["id"]
        return key_id


def afar_from(place: Place, node: NodeProcess) -> Afar:
    """Take what is needed to another folder; the keys leave the ledger's."""
    folder = place.folder / "afar"
    folder.mkdir()
    shutil.copy(place.trust, folder)
    if place.authority_key.exists():
        shutil.move(place.authority_key, folder)
    shutil.copy(place.maker_key, folder)
    return Afar(folder, place, node)


@pytest.fixture
def afar(tmp_path: Path) -> Iterator[Afar]:
    place = found_ledger(tmp_path)
    with NodeProcess(place.ledger) as node:
        yield afar_from(place, node)


def ask_for_a_witness(afar: Afar) -> None:
    """Let the caller's trust file ask for a witness that never cosigned."""
    witness = CosignatureSigner(WITNESS, Signer.from_seed(b"w" * 32)).verifier
    text = afar.trust.read_text(encoding="utf-8")
    afar.trust.write_text(
        text.replace('quorum = "none"', 'quorum = "away"')
        + f'\n[[witnesses]]\nname = "away"\nkey = "{witness.vkey}"\n',
        encoding="utf-8",
    )


def size_of(place: Place) -> int:
    with open_reader(place.ledger) as reader:
        return reader.size


# Actors.


def test_a_stolen_key_is_revoked_on_a_running_node_from_another_folder(
    afar: Afar,
) -> None:
    first = write_document(afar.folder / "first.json", "K0000")
    second = write_document(afar.folder / "second.json", "K0001")
    signing = ("--key", afar.maker_key)
    afar.ok("submit", first, *signing)
    stolen = afar.key_id(MAKER)

    done = afar.ok(
        "actor", "revoke", MAKER, stolen[:16], "--reason", "stolen",
        "--key", afar.authority_key,
    )  # fmt: skip

    assert f"revoked key {stolen[:16]} of {MAKER}: entry 7" in done.out
    refused = afar.run("submit", second, *signing)
    assert refused.code == FAILED
    assert "PRV-9021" in refused.out
    assert "was revoked by entry 7: stolen" in refused.out
    # What it signed before still stands, and the node was never stopped.
    afar.ok("bundle", CAN, "-o", afar.folder / "can")
    verified = run("verify", afar.folder / "can", "--trust", afar.trust)
    assert verified.code == OK
    assert afar.node.stop() == 0
    ok("audit", afar.place.ledger)


def test_actors_are_enrolled_granted_and_given_keys_by_a_node(
    afar: Afar,
) -> None:
    keys = [afar.folder / f"{name}.key" for name in ("shop", "next", "third")]
    for key in keys:
        ok("key", "new", key)
    by = ("--key", afar.authority_key)
    request = afar.folder / "shop.request"
    ok(
        "actor", "request", SHOP, "--name", "Shop", "--key", keys[0],
        "--origin", ORIGIN, "-o", request,
    )  # fmt: skip

    done = afar.ok("actor", "enrol", "--request", request, *by, "--json")
    assert done.json["in_effect"] is True
    # A node tells of an actor as provenance.actor, which is something else.
    assert done.json["schema"] == "provenance.actor-change/1"
    done = afar.ok("actor", "grant", SHOP, "carrier", *by, "--json")
    assert done.json["in_effect"] is True
    grant = done.json["grant"]
    own = ("--key", keys[0])
    done = afar.ok(
        "actor", "rotate", SHOP, "--new-key", keys[1], *own, "--json"
    )
    assert (done.json["in_effect"], done.json["signed_by"]) == (True, SHOP)
    afar.ok("actor", "add-key", SHOP, "--new-key", keys[2], "--key", keys[1])
    afar.ok("actor", "revoke-grant", SHOP, grant[:8], "--reason", "left", *by)

    (shop,) = afar.ok("actor", "list", SHOP, "--json").json["actors"]
    assert shop["name"] == "Shop"
    assert [key["reason"] for key in shop["keys"]] == ["rotated", "", ""]
    assert shop["grants"][0]["revoked"] is not None
    everyone = afar.ok("actor", "list", "--json")
    assert shop in everyone.json["actors"]
    # The folder's own command tells the same, to the letter.
    here = ok("actor", "list", "-C", afar.place.ledger, "--json")
    assert here.json == everyone.json


def test_of_two_authorities_each_signs_on_its_own_machine(
    tmp_path: Path,
) -> None:
    other = tmp_path / "other.key"
    shop = tmp_path / "shop.key"
    public = ok("key", "new", other, "--json").json["public_key"]
    ok("key", "new", shop)
    place = Place(tmp_path)
    ok("key", "new", place.maker_key)
    ok("init", place.ledger, "--origin", ORIGIN)
    text = place.trust.read_text(encoding="utf-8")
    place.trust.write_text(
        text.replace("threshold = 1", "threshold = 2")
        + '\n[[authorities]]\nid = "did:web:other.example"\nname = "Other"\n'
        + f'keys = ["{public}"]\n',
        encoding="utf-8",
    )
    with NodeProcess(place.ledger) as node:
        afar = afar_from(place, node)
        enrol = (
            "actor", "enrol", SHOP, "--name", "Shop", "--actor-key", shop,
        )  # fmt: skip
        first = afar.ok(*enrol, "--key", afar.authority_key)
        assert "not in effect yet: 2 authorities must say so" in first.out
        nobody = afar.run("actor", "list", SHOP)
        assert (nobody.code, nobody.out) == (FAILED, "")

        second = afar.ok(*enrol, "--key", other, "--json")
        assert second.json["in_effect"] is True
        assert second.json["signed_by"] == "did:web:other.example"
        assert "Shop" in afar.ok("actor", "list", SHOP).out


def test_an_authority_of_which_nothing_was_logged_is_told_by_the_trust_file(
    afar: Afar,
) -> None:
    (authority,) = [
        told["id"]
        for told in afar.ok("actor", "list", "--json").json["actors"]
        if told["is_authority"]
    ]
    assert "of the trust file" in afar.ok("actor", "list", authority).out


def test_whom_nobody_enrolled_is_unknown(afar: Afar) -> None:
    done = afar.run("actor", "list", "did:web:nobody.example")
    assert done.code == FAILED
    assert "no actor 'did:web:nobody.example' is enrolled" in done.err
    done = afar.run(
        "actor", "revoke", MAKER, "00000000", "--reason", "x",
        "--key", afar.authority_key,
    )  # fmt: skip
    assert done.code == NOT_FOUND
    stranger = afar.folder / "stranger.key"
    ok("key", "new", stranger)
    done = afar.run("actor", "grant", MAKER, "carrier", "--key", stranger)
    assert done.code == FAILED
    assert "no actor of this ledger has the key" in done.err


def test_a_whole_key_id_is_revoked_while_nothing_can_be_proven(
    afar: Afar,
) -> None:
    stolen = afar.key_id(MAKER)
    ask_for_a_witness(afar)
    revoke = ("actor", "revoke", MAKER)
    by = ("--reason", "stolen", "--key", afar.authority_key)
    done = afar.run(*revoke, stolen[:16], *by)
    assert done.code == 5
    assert "PRV-9033" in done.err

    done = afar.ok(*revoke, stolen, *by, "--json")

    assert done.json["in_effect"] is None
    with open_reader(afar.place.ledger) as reader:
        (key,) = reader.registry().actor(MAKER).keys.values()
    assert key.reason == "stolen"


def test_an_old_proof_does_not_tell_whether_a_change_is_in_effect(
    afar: Afar,
) -> None:
    path = f"/v1/items/{quoted(MAKER)}/bundle"
    old = forward(afar.node, Asked("GET", path, {}, b"")).content

    def lag(asked: Asked) -> bytes:
        if asked.path == path:
            return answer(200, old)
        honest = forward(afar.node, asked)
        return answer(honest.status_code, honest.content)

    grant = ("actor", "grant", MAKER, "carrier", "--key", afar.authority_key)
    with ScriptedServer(lag) as server:
        done = afar.ok(*grant, PROVENANCE_NODE=server.url)
        assert f"granted carrier to {MAKER}: entry 5" in done.out
        assert "whether it is in effect yet" in done.out
        done = afar.ok(*grant, "--json", PROVENANCE_NODE=server.url)
        assert (done.json["log_index"], done.json["in_effect"]) == (7, None)
    (maker,) = afar.ok("actor", "list", MAKER, "--json").json["actors"]
    assert [held["added"] for held in maker["grants"]] == [3, 5, 7]


# Documents and tables.


def test_a_document_is_signed_here_and_its_receipt_verified(
    afar: Afar,
) -> None:
    document = write_document(afar.folder / "a.json", "K0000")
    done = afar.ok("submit", document, "--key", afar.maker_key)
    assert done.out.splitlines() == [
        f"accepted as entry 5, 1 event: {document}",
        "1 accepted, 0 refused; the log has 7 entries",
    ]
    with open_reader(afar.place.ledger) as reader:
        assert len(reader.trail(CAN)) == 1


def test_a_statement_signed_elsewhere_is_handed_on(afar: Afar) -> None:
    document = write_document(afar.folder / "a.json", "K0000")
    signed = afar.folder / "a.submission"
    ok(
        "sign", document, "--as", MAKER, "--key", afar.maker_key,
        "--origin", ORIGIN, "-o", signed,
    )  # fmt: skip
    first = afar.ok("submit", signed, "--json")
    again = afar.ok("submit", signed, "--json")
    for done in (first, again):
        assert done.json["results"][0]["log_index"] == 5
    assert afar.ok("submit", signed, "--dry-run").code == OK


@pytest.mark.parametrize("is_dry", [False, True])
def test_rows_that_the_node_would_refuse_come_back_in_a_file(
    afar: Afar, is_dry: bool
) -> None:
    mapping = afar.folder / "mapping.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    table = afar.folder / "cans.csv"
    foreign = FOREIGN.format(serial="K9", lot="C")
    table.write_text(HEADER + rows("A", "B") + foreign, encoding="utf-8")
    refused = afar.folder / "refused.csv"
    done = afar.run(
        "submit", table, "--mapping", mapping, "--refused", refused,
        "--key", afar.maker_key, *(["--dry-run"] if is_dry else []), "--json",
    )  # fmt: skip
    assert done.code == FAILED
    (result,) = done.json["results"]
    assert result["outcome"] == "partly accepted"
    assert result["rows"] == {"accepted": 2, "refused": 1, "skipped": 0}
    assert result["refused_rows"][0]["code"] == "PRV-9022"
    assert "K9" in refused.read_text(encoding="utf-8")
    assert size_of(afar.place) == (5 if is_dry else 7)


def test_what_cannot_be_proven_beforehand_is_left_to_the_node(
    afar: Afar,
) -> None:
    ask_for_a_witness(afar)
    mapping = afar.folder / "mapping.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    table = afar.folder / "cans.csv"

    def submit(text: str) -> Run:
        table.write_text(HEADER + text, encoding="utf-8")
        return afar.run(
            "submit", table, "--mapping", mapping, "--key", afar.maker_key,
            "--as", MAKER, "--json",
        )  # fmt: skip

    done = submit(rows("A", "B"))
    assert done.code == OK
    assert "not proven beforehand" in done.err
    assert "the node decides alone" in done.err
    # One statement: what the node refuses of it, it refuses as a whole.
    done = submit(rows("C", start=2) + FOREIGN.format(serial="K9", lot="D"))
    assert done.code == FAILED
    (result,) = done.json["results"]
    assert result["rows"] == {"accepted": 0, "refused": 2, "skipped": 0}
    assert {row["code"] for row in result["refused_rows"]} == {"PRV-9022"}


def test_a_dry_run_says_what_the_node_alone_can_tell(afar: Afar) -> None:
    document = write_document(afar.folder / "a.json", "K0", eventID="urn:x:1")
    afar.ok("submit", document, "--key", afar.maker_key)
    done = afar.ok("submit", document, "--key", afar.maker_key, "--dry-run")
    assert (
        "only the node can tell whether an event is logged already" in done.err
    )
    # The node knows that it is logged, and that another one has its name.
    done = afar.ok("submit", document, "--key", afar.maker_key)
    assert f"known as entry 5, 1 event: {document}" in done.out
    other = write_document(afar.folder / "b.json", "K1", eventID="urn:x:1")
    done = afar.run("submit", other, "--key", afar.maker_key)
    assert done.code == FAILED
    assert "PRV-9025" in done.out


def test_after_head_demands_what_the_bundle_proves(afar: Afar) -> None:
    for number in range(2):
        document = write_document(
            afar.folder / f"{number}.json", "K0000",
            eventTime=f"2025-03-0{number + 1}T08:59:00+13:00",
        )  # fmt: skip
        afar.ok(
            "submit", document, "--key", afar.maker_key, "--after-head", CAN
        )
    with open_reader(afar.place.ledger) as reader:
        trail = reader.trail(CAN)
    assert len(trail) == 2
    for step in trail:
        ((item, _),) = step.event.after
        assert item == CAN


@pytest.mark.parametrize("make", [make_table, make_document])
def test_killed_again_and_again_the_node_logs_each_event_once(
    afar: Afar, make: Callable[[Place], tuple[object, ...]]
) -> None:
    *arguments, flag, ledger = [
        argument for argument in make(afar.place) if argument != "--lenient"
    ]
    assert (flag, ledger) == ("-C", afar.place.ledger)
    arguments += [
        "--node", afar.node.url, "--trust", afar.trust,
        "--journal", afar.folder / "journal",
    ]  # fmt: skip
    expected = [1] * 24
    if make is make_table:
        expected[3] = expected[20] = 0
    killed = 0
    for point in POINTS[:5]:
        if killed_at(point, *arguments) != -9:
            break
        killed += 1
        assert set(steps(afar.place, 24)) <= {0, 1}
    assert killed >= 3
    code = killed_at(0, *arguments)
    assert code == (COULD_NOT if make is make_table else OK)
    assert steps(afar.place, 24) == expected
    size = size_of(afar.place)
    assert killed_at(0, *arguments) == code
    assert size_of(afar.place) == size


# Asking.


def test_queries_have_the_forms_that_they_have_in_a_folder(afar: Afar) -> None:
    files = [
        write_document(
            afar.folder / f"{number}.json", f"K000{number}",
            eventTime=f"2025-03-0{number + 1}T08:59:00+13:00",
        )
        for number in range(5)
    ]  # fmt: skip
    afar.ok("submit", *files, "--key", afar.maker_key)

    def both(*arguments: object) -> tuple[Run, Run]:
        here = ok("query", *arguments, "-C", afar.place.ledger)
        return here, afar.ok("query", *arguments)

    for arguments in (
        (),
        ("--json",),
        ("--format", "jsonl", "--all", "perPage=2"),
        (f"MATCH_epc={CAN_AS_URN}", "EQ_bizStep=shipping|commissioning"),
    ):
        here, there = both(*arguments)
        assert there.out == here.out
    page = afar.ok("query", "perPage=2", "--json").json
    token = page["next_page_token"]
    following = afar.ok("query", "perPage=2", "--page-token", token, "--json")
    assert following.json["count"] == 2
    assert following.json["events"][0] not in page["events"]
    for form in ("epcis-json", "epcis-xml"):
        target = afar.folder / form
        afar.ok("query", "--all", "--format", form, "-o", target)
        assert target.read_text(encoding="utf-8").count("K000") == 5
    nothing = afar.run("query", "MATCH_epc=urn:epc:id:sscc:9421902.1234567890")
    assert nothing.code == NOT_FOUND
    wrong = afar.run("query", "EQ_bizStop=shipping")
    assert wrong.code == USAGE
    assert "EQ_bizStep" in wrong.err


@pytest.mark.parametrize(
    "option",
    [
        ("--prefix", "x=https://ns.example/"),
        ("--reveal", "/x"),
        ("--index", "x"),
    ],
)
def test_what_only_a_folder_has_is_refused_as_a_wrong_call(
    afar: Afar, option: tuple[str, str]
) -> None:
    done = afar.run("query", *option)
    assert done.code == USAGE
    assert "for the ledger's folder" in done.err


def test_bundles_and_stories_are_judged_by_the_callers_trust_file(
    afar: Afar,
) -> None:
    document = write_document(afar.folder / "a.json", "K0000")
    afar.ok("submit", document, "--key", afar.maker_key)
    target = afar.folder / "can"
    done = afar.ok("bundle", CAN_AS_URN, "-o", target)
    assert "by your own trust file: VERIFIED" in done.err
    with open_reader(afar.place.ledger) as reader:
        assert target.read_bytes() == reader.prove_item(CAN)
    assert "Given its number" in afar.ok("trail", CAN).out
    done = afar.run("bundle", CAN, "-o", target, "--reveal", "/example:buyer")
    assert done.code == USAGE
    done = afar.run("bundle", CAN.replace("K0000", "NONE"), "-o", target)
    assert done.code == NOT_FOUND


# Nodes that are not there, refuse, or lie.


def test_a_node_that_is_not_there_is_said_not_to_answer(afar: Afar) -> None:
    url = afar.node.url
    assert afar.node.stop() == 0
    document = write_document(afar.folder / "a.json", "K0000")
    for command in (
        ("actor", "list"),
        ("query",),
        ("bundle", CAN, "-o", afar.folder / "can"),
        ("submit", document, "--as", MAKER, "--key", afar.maker_key,
         "--dry-run", "--after-head", CAN),
    ):  # fmt: skip
        done = afar.run(*command, PROVENANCE_NODE=url)
        assert done.code == COULD_NOT
        assert "PRV-9350" in done.err + done.out
    assert not (afar.folder / "can").exists()


def test_another_ledgers_node_is_not_believed(
    afar: Afar, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = found_ledger(tmp_path_factory.mktemp("other"))
    document = write_document(afar.folder / "a.json", "K0000")
    signing = ("--key", afar.maker_key, "--as", MAKER)
    done = afar.run(
        "submit", document, *signing, PROVENANCE_TRUST=str(other.trust)
    )
    assert done.code == FAILED
    assert "PRV-9031" in done.err
    # Nothing was sent to it.
    assert size_of(afar.place) == 5


def test_a_receipt_that_proves_nothing_ends_the_command_as_a_lie(
    afar: Afar,
) -> None:
    document = write_document(afar.folder / "a.json", "K0000")

    def lie(asked: Asked) -> bytes:
        honest = forward(afar.node, asked)
        if asked.method != "POST":
            return answer(
                honest.status_code, honest.content,
                media_type=honest.headers["content-type"],
            )  # fmt: skip
        said = honest.json()
        (result,) = said["results"]
        lines = result["receipt"].split("\n")
        lines[1] = "index 4"
        result["receipt"] = "\n".join(lines)
        return answer(207, json.dumps(said).encode())

    with ScriptedServer(lie) as liar:
        done = afar.run(
            "submit", document, "--key", afar.maker_key,
            PROVENANCE_NODE=liar.url,
        )  # fmt: skip
        assert f"where: {liar.url}" in done.err
    assert done.code == FAILED
    assert "PRV-903" in done.err


def test_a_key_that_the_node_made_up_is_not_revoked(afar: Afar) -> None:
    stolen = afar.key_id(MAKER)
    public = read_key(afar.maker_key).verifier.data

    def lie(asked: Asked) -> bytes:
        honest = forward(afar.node, asked)
        # All else stands: it is the key of the node's choice that is told.
        body = honest.content.replace(public, public[:31] + b"\x00")
        return answer(
            honest.status_code, body,
            media_type=honest.headers["content-type"],
        )  # fmt: skip

    with ScriptedServer(lie) as liar:
        done = afar.run(
            "actor", "revoke", MAKER, stolen[:8], "--reason", "stolen",
            "--key", afar.authority_key, PROVENANCE_NODE=liar.url,
        )  # fmt: skip
    assert done.code == FAILED
    assert "the bundle of did:web:maker.example" in done.err
    assert size_of(afar.place) == 5


def test_a_false_bundle_is_written_and_ends_with_1(afar: Afar) -> None:
    document = write_document(afar.folder / "a.json", "K0000")
    afar.ok("submit", document, "--key", afar.maker_key)

    def lie(asked: Asked) -> bytes:
        body = forward(afar.node, asked).content
        assert b"commissioning" in body
        body = body.replace(b"commissioning", b"disassembling")
        return answer(200, body, media_type="application/octet-stream")

    with ScriptedServer(lie) as liar:
        done = afar.run(
            "bundle", CAN, "-o", afar.folder / "can", PROVENANCE_NODE=liar.url
        )
    assert done.code == FAILED
    assert "by your own trust file: FAILED" in done.err


def test_a_refusal_of_the_whole_request_is_told_with_its_code(
    afar: Afar,
) -> None:
    document = write_document(afar.folder / "a.json", "K0000")

    def refuse(asked: Asked) -> bytes:
        if asked.method == "POST":
            return answer(503, problem(503, "PRV-9040", retryable=False))
        honest = forward(afar.node, asked)
        return answer(honest.status_code, honest.content)

    with ScriptedServer(refuse) as server:
        done = afar.run(
            "submit", document, "--key", afar.maker_key,
            PROVENANCE_NODE=server.url,
        )  # fmt: skip
    assert done.code == FAILED
    assert "PRV-9040" in done.err


# Which ledger.


def test_a_folder_and_a_node_at_once_are_a_wrong_call(afar: Afar) -> None:
    ledger = str(afar.place.ledger)
    both = "both a folder and a node are named"
    done = run("actor", "list", "-C", ledger, "--node", afar.node.url)
    assert (done.code, both in done.err) == (USAGE, True)
    done = afar.run("actor", "list", PROVENANCE_LEDGER=ledger)
    assert (done.code, both in done.err) == (USAGE, True)
    # What is typed counts before what the environment says.
    typed = afar.ok("actor", "list", "-C", ledger)
    assert "the node's word" not in typed.err
    typed = afar.ok(
        "actor", "list", "--node", afar.node.url, PROVENANCE_LEDGER=ledger
    )
    assert "the node's word" in typed.err


def test_without_a_trust_file_no_node_is_believed(afar: Afar) -> None:
    done = run("actor", "list", "--node", afar.node.url)
    assert done.code == USAGE
    assert "whom to believe is not said" in done.err


def test_what_is_no_url_and_a_certificate_for_no_node_are_wrong_calls(
    afar: Afar,
) -> None:
    done = afar.run("actor", "list", "--node", "ftp://ledger.example")
    assert done.code == USAGE
    assert "a node's URL is like" in done.err
    for option in ("--ca-file", "--trust"):
        done = run("actor", "list", "-C", afar.place.ledger, option, afar.trust)
        assert done.code == USAGE
        assert f"{option} is for a node" in done.err
    # For `verify` it may stand in the environment.
    ok("actor", "list", "-C", afar.place.ledger, PROVENANCE_TRUST="/nowhere")
