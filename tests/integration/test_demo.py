"""The demo: an honest story, and attacks whose answers nobody wrote down."""

import dataclasses
import json
import re
import shlex
import socket
import string
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from provenance.cli import main
from provenance.cli.times import now
from provenance.demo.attacks import Attacks, CrookedTrust
from provenance.demo.cast import AUTHORITIES, PARTIES, PLACES, WITNESSES
from provenance.demo.command import (
    Findings,
    ends_well,
    verify_offline,
    write_files,
)
from provenance.demo.no_network import NetworkUsedError, no_network
from provenance.demo.play import Played, play
from provenance.demo.scenes import BUYER, DemoStory, digest, new_story
from provenance.demo.words import WORDS
from provenance.epcis.document import parse_document
from provenance.folder import audit_folder, open_reader
from provenance.gs1 import canonical_item, owner_key
from provenance.proof.trust import format_trust
from provenance.proof.verdict import Outcome, Verdict
from provenance.proof.verify import examine_bundle
from tests.mutants import Base, Report, check_bits

CANS = 24
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    return int(str(ended.value.code))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    story = new_story(CANS, now=datetime.fromtimestamp(now() / 1000, UTC))
    return play(story, ledger=folder / "ledger", witnesses=folder / "seen")


@pytest.fixture(scope="module")
def honest(played: Played) -> Verdict:
    can = played.story.goods.can
    return examine_bundle(
        played.bundle, trust=played.trust, now=now(), item=can
    )


@pytest.fixture
def told() -> DemoStory:
    """Return a story all of whose scenes were played, and so its papers."""
    story = new_story(CANS, now=NOW)
    assert list(story.scenes())
    return story


def test_flipped_bits_of_the_bundle_are_found_out(played: Played) -> None:
    """Only a witness that the quorum can do without is not missed."""
    can = played.story.goods.can
    base = Base(played.bundle, format_trust(played.trust), now(), can)
    report = Report.empty()
    bits = range(5, len(played.bundle) * 8, 1511)
    check_bits(base, bits, report)
    assert report.faults == []
    assert report.outcomes["VERIFIED"] < len(bits) // 20


# The whole command.


def test_the_demo_verifies_the_can_and_catches_every_attack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "import"

    code = run("demo", str(folder), "--cans", str(CANS), "--json")

    result = json.loads(capsys.readouterr().out)
    assert code == 0
    assert result["schema"] == "provenance.demo/1"
    assert result["verdict"]["outcome"] == "VERIFIED"
    assert [attack["code"] for attack in result["attacks"]] == [
        "", "", "PRV-1201",
        "PRV-0701", "PRV-0701",
        "PRV-0501", "PRV-0701", "",
        "", "PRV-1102",
        "", "PRV-0301", "PRV-0401",
        "PRV-0202", "",
    ]  # fmt: skip
    assert all(attack["is_caught"] for attack in result["attacks"])


def test_the_printed_command_verifies_the_can_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a folder"

    code = run("demo", str(folder), "--cans", str(CANS))

    printed = capsys.readouterr().out
    command = re.search(r"^  (provenance verify .*)$", printed, re.MULTILINE)
    assert code == 0
    assert command is not None
    assert run(*shlex.split(command[1])[1:]) == 0
    notice, verdict, *_ = capsys.readouterr().out.splitlines()
    assert notice.startswith("notice PRV-1008")
    assert verdict.startswith("VERIFIED")


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("en", "Released by customs"), ("zh-CN", "海关放行")],
)
def test_the_story_is_told_in_either_language(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    lang: str,
    sentence: str,
) -> None:
    run("demo", str(tmp_path), "--cans", str(CANS), "--lang", lang)

    printed = capsys.readouterr().out
    assert sentence in printed
    assert all(party.name.within(lang) in printed for party in PARTIES)
    assert all(place.within(lang) in printed for place in PLACES.values())


def test_a_folder_that_is_not_empty_is_refused_and_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    code = run("demo", str(tmp_path))

    assert code == 3
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "demo").write_text("mine")

    assert run("demo", str(tmp_path / "demo")) == 3
    assert "is a file" in capsys.readouterr().err


def test_words_have_the_same_values_in_both_languages() -> None:
    def values(text: str) -> set[str | None]:
        return {
            name for _, name, _, _ in string.Formatter().parse(text) if name
        }

    for name in WORDS.values():
        assert values(name.english) == values(name.chinese)


# Nothing is written down beforehand.


def test_attacks_that_get_through_are_reported_as_such(
    played: Played, honest: Verdict
) -> None:
    # A verifier that checks no roles and no keys believes a crooked operator.
    blind = dataclasses.replace(played, trust=CrookedTrust.of(played.trust))

    attacks = [attack for _, attack in Attacks(blind, honest, now()).run()]

    through = [a.deed.english for a in attacks if not a.is_caught]
    assert through == [
        "a crooked operator logs the courier's report all the same",
        "a crooked operator logs it all the same",
    ]
    assert {a.answer for a in attacks if not a.is_caught} == {"VERIFIED"}
    assert not ends_well(honest, attacks, Findings(0, 4, 6, 6))


def test_it_ends_well_only_if_all_is_well(
    played: Played, honest: Verdict
) -> None:
    attacks = [attack for _, attack in Attacks(played, honest, now()).run()]
    good = Findings(leaked=0, revealed=len(BUYER), papers=6, fitting=6)
    stale = examine_bundle(played.early, trust=played.trust, now=now())

    assert ends_well(honest, attacks, good)
    assert not ends_well(honest, [], good)
    assert not ends_well(stale, attacks, good)
    assert not ends_well(honest, attacks, dataclasses.replace(good, leaked=1))
    assert not ends_well(honest, attacks, dataclasses.replace(good, fitting=5))
    assert not ends_well(honest, attacks, dataclasses.replace(good, revealed=0))


def test_an_action_that_no_ledger_refuses_is_not_caught(
    played: Played, honest: Verdict
) -> None:
    attacks = Attacks(played, honest, now())
    (_, first), *_ = list(attacks.run())

    attack = attacks._refused(first.deed, lambda: None)

    assert attack.answer == "ACCEPTED"
    assert not attack.is_caught


def test_the_attacks_leave_the_honest_ledger_as_it_was(
    played: Played, honest: Verdict
) -> None:
    with open_reader(played.ledger) as ledger:
        before = ledger.checkpoint()

    assert len(list(Attacks(played, honest, now()).run())) == 15

    with open_reader(played.ledger) as ledger:
        assert ledger.checkpoint() == before
    report = audit_folder(played.ledger, processes=1)
    assert report.findings == []


# The network.


def test_whoever_opens_a_socket_without_network_gets_an_error() -> None:
    with no_network(), no_network():
        with pytest.raises(NetworkUsedError, match=r"socket\.__new__"):
            socket.socket()
        with pytest.raises(NetworkUsedError, match="getaddrinfo"):
            socket.getaddrinfo("localhost", 80)

    socket.socket().close()


def test_the_can_is_verified_without_network(
    played: Played, tmp_path: Path
) -> None:
    write_files(played, tmp_path)

    verdict = verify_offline(tmp_path, played.story.goods.can, now=now())

    assert verdict.outcome is Outcome.VERIFIED


# The story.


def test_the_story_is_all_there(honest: Verdict) -> None:
    steps = [moment.step for moment in honest.timeline]

    assert honest.outcome is Outcome.VERIFIED
    assert [step for step in steps if step not in _REPEATED] == [
        "collecting", "creating_class_instance", "commissioning",
        "test_reported", "export_inspected", "loading", "departing",
        "inspecting", "quarantine_sampled", "quarantine_cleared",
        "bonded_entered", "storing", "order_bound", "payment_bound",
        "waybill_bound", "tax_paid", "bonded_left", "delivery_confirmed",
    ]  # fmt: skip
    assert steps.count("customs_declared") == 2
    assert steps.count("customs_released") == 2
    assert (
        steps.count("custody_offered") == steps.count("custody_accepted") == 5
    )
    assert {moment.issuer for moment in honest.timeline} == {
        party.id for party in PARTIES
    }


_REPEATED = {
    "packing", "unpacking", "custody_offered", "custody_accepted", "arriving",
    "unloading", "customs_declared", "customs_released",
}  # fmt: skip


def test_ten_parties_have_keys_and_roles_of_their_own(played: Played) -> None:
    with open_reader(played.ledger) as ledger:
        registry = ledger.registry()

    actors = [registry.actor(party.id) for party in PARTIES]
    keys = [key for actor in actors for key in actor.keys]
    assert len(actors) >= 10
    assert len(set(keys)) == len(keys) == len(actors) + 1  # one was replaced
    for party, actor in zip(PARTIES, actors, strict=True):
        (held,) = actor.grants.values()
        assert held.grant.role == party.role
    grants = [held.grant for a in actors for held in a.grants.values()]
    assert sum(bool(given.places) for given in grants) >= 2
    assert sum(given.is_dated for given in grants) >= 2
    assert sum(bool(given.prefixes) for given in grants) == 1


def test_one_authority_alone_lets_nobody_in(played: Played) -> None:
    assert played.trust.threshold == len(AUTHORITIES) == 2
    with open_reader(played.ledger) as ledger:
        first = ledger.trail(PARTIES[0].id)
    assert [step.issuer for step in first] == [*AUTHORITIES, *AUTHORITIES]


def test_the_witnesses_saw_what_the_buyer_holds(honest: Verdict) -> None:
    assert honest.summary is not None
    assert len(honest.summary.witnesses) == len(WITNESSES)


def test_events_are_told_in_order_and_end_within_the_hour() -> None:
    story = new_story(CANS, now=NOW)
    scenes = list(story.scenes())

    logged = [scene.logged for scene in scenes]
    assert logged == sorted(logged)
    assert story.beginning < logged[0]
    assert timedelta(0) < NOW - logged[-1] < timedelta(hours=1)
    for scene in scenes:
        drafts = parse_document(scene.document) if scene.document else []
        for draft in drafts:
            said = datetime.fromisoformat(str(draft.body["eventTime"]))
            assert said <= scene.logged
            assert draft.body["eventTimeZoneOffset"] == said.isoformat()[-6:]


@pytest.mark.parametrize("hour", range(24))
def test_at_every_hour_of_the_day_the_story_keeps_its_order(hour: int) -> None:
    scenes = new_story(12, now=NOW.replace(hour=hour)).scenes()
    logged = [scene.logged for scene in scenes]

    assert logged == sorted(logged)


def test_every_number_has_its_check_digit(told: DemoStory) -> None:
    goods = told.goods
    units = [
        *goods.cans, *goods.cartons, *goods.pallets, goods.parcel, goods.lot,
        goods.milk, goods.premix, *PLACES,
        *(party.id for party in PARTIES if party.id.startswith("https:")),
    ]  # fmt: skip
    assert [canonical_item(unit) for unit in units] == units
    dairy = PARTIES[0].prefixes[0]
    assert all((owner_key(can) or "").startswith(dairy) for can in goods.cans)


def test_serials_are_long_and_never_the_same(told: DemoStory) -> None:
    serials = [can.rpartition("/")[2] for can in told.goods.cans]

    assert len(set(serials)) == CANS
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{13}", s) for s in serials)


def test_the_container_has_the_check_digit_of_iso_6346(told: DemoStory) -> None:
    number = told.goods.container.rpartition(":")[2]
    letters = [n for n in range(10, 39) if n % 11]  # A is 10; 11, 22, 33 not
    values = [
        letters[ord(c) - ord("A")] if c.isalpha() else int(c) for c in number
    ]
    total = sum(value << place for place, value in enumerate(values[:-1]))
    assert total % 11 % 10 == values[-1]


def test_the_buyer_is_nobody_with_a_sound_identity_number() -> None:
    number = BUYER["identityNumber"]
    total = sum(
        int(digit) * pow(2, 17 - place, 11)
        for place, digit in enumerate(number[:-1])
    )
    assert number[:6] == "000000"
    assert "10X98765432"[total % 11] == number[-1]


def test_the_sampled_can_is_of_another_carton(told: DemoStory) -> None:
    goods = told.goods
    (carton,) = [
        number
        for number in range(len(goods.cartons))
        if goods.can in goods.cans_in(number)
    ]
    assert goods.sampled not in goods.cans_in(carton)
    assert goods.other_can not in goods.cans_in(carton)


def test_the_can_that_quarantine_opened_has_a_story_that_ends(
    played: Played,
) -> None:
    sampled = played.story.goods.sampled
    with open_reader(played.ledger) as ledger:
        data = ledger.prove_item(sampled)

    verdict = examine_bundle(data, trust=played.trust, now=now(), item=sampled)
    own = [m.step for m in verdict.timeline if m.why == "subject"]
    assert own[-1] == "destroying"


# The papers.


def test_the_amounts_of_the_papers_agree(told: DemoStory) -> None:
    order = json.loads(told.papers["order.json"])
    payment = json.loads(told.papers["payment.json"])

    paid = Decimal(order["acturalPaid"])
    assert paid == (
        Decimal(order["goodsValue"])
        + Decimal(order["freight"])
        + Decimal(order["taxTotal"])
        - Decimal(order["discount"])
    )
    assert Decimal(payment["amountPaid"]) == paid


def test_the_papers_belong_together(told: DemoStory) -> None:
    papers = {name: json.loads(data) for name, data in told.papers.items()}

    buying = ("order", "payment", "waybill", "declaration")
    numbers = {papers[f"{name}.json"]["orderNo"] for name in buying}
    assert len(numbers) == 1
    assert papers["declaration.json"]["tradeMode"] == "1210"
    assert papers["declaration.json"]["country"] == "142"
    assert (
        papers["waybill.json"]["logisticsNo"]
        == papers["declaration.json"]["logisticsNo"]
    )


def test_no_hash_of_a_paper_can_be_guessed() -> None:
    first, second = (new_story(12, now=NOW) for _ in range(2))
    assert list(first.scenes())
    assert list(second.scenes())

    hashes = {digest(p) for s in (first, second) for p in s.papers.values()}
    assert len(hashes) == 2 * len(first.papers)


def test_nothing_of_the_buyer_can_be_read_in_the_ledger_by_others(
    played: Played,
) -> None:
    with open_reader(played.ledger) as ledger:
        bundles = [
            ledger.prove_item(can) for can in played.story.goods.cans[:3]
        ]

    for bundle in (*bundles, played.bundle, played.early):
        for text in (*BUYER.values(), "WL-2280-4471"):
            assert text.encode() not in bundle


def test_the_demo_runs_as_a_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "provenance", "demo",
         str(tmp_path), "--cans", "12"],
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
