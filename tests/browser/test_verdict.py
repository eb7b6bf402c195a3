"""What the page shows, in a real browser, before honest nodes and lying ones.

The node is a process of its own; between it and the browser stands a server
that passes everything on until a test tells it to lie. Each lie has its
control: the same visit, a moment earlier, is VERIFIED.
"""

import json
import pathlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from provenance.encoding.base64 import decode_base64
from provenance.proof.bundle import parse_bundle
from provenance.tlog.checkpoint import parse_checkpoint
from provenance.tlog.note import parse_note
from tests.browser.liar import (
    BUNDLES,
    ITEMS,
    Liar,
    Lie,
    changing,
    failing,
    hanging,
    pouring,
    saying,
)
from tests.browser.stage import LONG, Stage
from tests.browser.visit import FAILED_LOAD, NARROW, Visits, address_of
from tests.support.node_world import NodeProcess

CHINESE = re.compile(r"[\u4e00-\u9fff]")
VECTORS = pathlib.Path(__file__).parents[1] / "vectors"

MOST_HEIGHT = 110
"""Pixels of a phone's screen for each entry of the story, all in all."""

MOST_TAKEN = 32 * 2**20
"""Bytes: no page may take more of a bundle, whatever it is offered."""


def changed(bundle: bytes) -> bytes:
    """Return *bundle* with one bit of the time of customs' release changed."""
    released = bundle.index(b"customs_released")
    at = bundle.index(b"T", bundle.index(b"eventTime", released) + 9) + 5
    return bundle[:at] + bytes([bundle[at] ^ 1]) + bundle[at + 1 :]


# Honest nodes.


def test_the_printed_address_opens_the_page_which_verifies_in_two_languages(
    visits: Visits,
) -> None:
    with NodeProcess(None, "--demo") as node:
        path = node.address.removeprefix(node.url)
        said = {}
        for language, locale in (("en", "en-GB"), ("zh-CN", "zh-CN")):
            visit = visits(node.url, locale=locale).open(path)
            assert visit.outcome() == "VERIFIED"
            assert visit.page.evaluate("document.documentElement.lang") == (
                language
            )
            said[language] = visit.text("#verdict")
            # On whose word it rests is told before anybody scrolls.
            whose = visit.page.locator("#whose-word")
            assert whose.inner_text().strip()
            expect(whose).to_be_in_viewport()
            visit.wait_for("document.querySelector('#map svg') !== null")
            visit.shoot(f"verified-{language}")
    assert not CHINESE.search(said["en"])
    assert CHINESE.search(said["zh-CN"])


def test_the_whole_answer_stands_on_the_page_in_its_order(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url)
    assert visit.check(stage.can) == "VERIFIED"
    verdict = stage.verdict(stage.bundle(stage.can), stage.can)
    steps = visit.page.locator("#checks li[data-step]")
    assert steps.evaluate_all(
        "all => all.map((one) => [one.dataset.step, one.dataset.outcome,"
        " one.dataset.code])"
    ) == [[s.name, s.outcome.value, s.code] for s in verdict.steps]
    events = visit.page.locator("#timeline li[data-kind=event]")
    assert events.count() == len(verdict.timeline)
    # Who said it, and how one knows who that is.
    signers = visit.text("#signers")
    for name in {moment.issuer_name for moment in verdict.timeline}:
        assert name in signers
    tops = [
        visit.page.locator(part).evaluate(
            "one => one.getBoundingClientRect().top + scrollY"
        )
        for part in (
            "#verdict",
            "#checks",
            "#signers",
            "#timeline",
            "#map",
            "#limits",
            "#technical",
        )
    ]
    assert tops == sorted(tops)
    assert visit.text("#limits").strip()


def test_the_story_is_told_scene_by_scene_and_nothing_needed_is_hidden(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url)
    assert visit.check(stage.can) == "VERIFIED"
    timeline = stage.verdict(stage.bundle(stage.can), stage.can).timeline
    events = visit.page.locator("#timeline li[data-kind=event]")
    # In log order, each with its time; who said it and where, once a scene.
    times = events.locator("time").evaluate_all(
        "all => all.map((one) => Date.parse(one.dateTime))"
    )
    assert times == [
        datetime.fromisoformat(moment.time).timestamp() * 1000
        for moment in timeline
    ]
    scenes = visit.page.locator("#timeline > li.scene")
    assert len({m.issuer for m in timeline}) < scenes.count() < len(timeline)
    said = visit.text("#timeline")
    assert visit.page.locator("#timeline .chip.customs").count() > 4
    assert "UTC+12" in said
    assert "GLN" not in said
    # The rest is there once it is opened.
    first = events.first
    first.locator("summary").click()
    expect(first.locator("dl")).to_contain_text("GLN")
    expect(first.locator("dl")).to_contain_text("UTC")
    expect(first.locator("pre")).to_contain_text('"eventTimeZoneOffset"')
    first.locator("summary").click()
    per_event = visit.page.locator("#timeline").evaluate(
        "one => one.getBoundingClientRect().height"
    ) / len(timeline)
    assert per_event < MOST_HEIGHT


def test_an_entry_that_was_taken_back_says_so_without_being_opened(
    honest: NodeProcess, visits: Visits
) -> None:
    case, trust = (
        json.loads((VECTORS / f"{name}.json").read_text("utf-8"))["given"]
        for name in ("bundle/verified-packed-in-error", "trust/good-pinned")
    )
    visit = visits(honest.url).open("/")
    visit.page.evaluate(
        "kept => localStorage.setItem('provenance.trust', kept)",
        json.dumps({"text": trust["text"], "since": 0, "name": "own.toml"}),
    )
    moment = datetime.fromtimestamp(int(case["now"]) / 1000, UTC)
    visit.page.clock.set_fixed_time(moment)
    visit.give(decode_base64(case["bundle"]))
    assert visit.outcome() == "VERIFIED"
    taken = visit.page.locator("#timeline li[data-void]")
    assert taken.count() == 2
    for each in taken.all():
        expect(each.locator("summary s")).to_be_visible()
        expect(each.locator(".chip.taken")).to_be_visible()
        expect(each.get_by_text("it did not happen")).to_be_visible()
    visit.shoot("taken-back")


def test_what_a_long_story_skips_is_said_and_shown_when_asked_for(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    for locale, says in (("en-GB", "65 to 236 of 300"), ("zh-CN", "共 300 条")):
        visit = visits(honest.url, locale=locale)
        assert visit.check(stage.long) == "VERIFIED"
        skipped = visit.page.locator("#notices [data-code=PRV-1006]")
        expect(skipped).to_contain_text(says)
        events = visit.page.locator("#timeline li[data-kind=event]")
        assert events.count() == 128
        # Days without an entry are none where entries are left out.
        gaps = visit.page.locator("#timeline li.gap").all_inner_texts()
        assert all("shown" in gap or "显示" in gap for gap in gaps)
        visit.shoot(f"skipped-{locale}")
        skipped.get_by_role("button").click()
        expect(events).to_have_count(LONG)
        expect(skipped).to_have_count(0)
        assert visit.outcome() == "VERIFIED"
        assert visit.page.locator("#timeline li.gap").count() == 0


def test_a_stretch_that_was_changed_on_the_way_is_not_shown(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url)
    assert visit.check(stage.long) == "VERIFIED"
    skipped = visit.page.locator("#notices [data-code=PRV-1006]")
    liar.lie(BUNDLES, changing(lambda data: data[:-9] + b"x" + data[-8:]))
    skipped.get_by_role("button").click()
    expect(skipped.get_by_role("status")).to_contain_text("did not pass")
    assert visit.page.locator("#timeline li[data-kind=event]").count() == 128


def test_a_command_is_not_broken_within_a_flag(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url, viewport=NARROW)
    visit.check(stage.can)
    visit.page.locator("#technical > summary").click()
    flags = visit.page.locator("#command .flag")
    assert "--item" in flags.all_inner_texts()
    assert (
        flags.evaluate_all(
            "all => all.filter((one) => one.getClientRects().length > 1).length"
        )
        == 0
    )


def test_the_drawer_holds_the_hashes_the_bundle_and_the_command(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url)
    visit.check(stage.can)
    visit.page.locator("#technical > summary").click()
    bundle = parse_bundle(stage.bundle(stage.can))
    checkpoint = parse_checkpoint(parse_note(bundle.checkpoint).text)
    drawer = visit.page.locator("#technical")
    expect(drawer).to_contain_text(checkpoint.origin)
    expect(drawer).to_contain_text(checkpoint.root.hex())
    command = visit.text("#command")
    assert "provenance verify" in command
    assert stage.can in command
    with visit.page.expect_download() as begun:
        visit.page.locator("#download").click()
    assert begun.value.path().read_bytes() == stage.bundle(stage.can)


def test_the_language_is_switched_without_checking_again(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url)
    assert visit.check(stage.can) == "VERIFIED"
    english = visit.text("#verdict")
    asked = len(visit.requests)
    switch = visit.page.locator("#language")
    if switch.evaluate("one => one.localName") == "select":
        switch.select_option("zh-CN")
    else:
        switch.click()
    expect(visit.page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert visit.outcome() == "VERIFIED"
    assert visit.text("#verdict") != english
    assert CHINESE.search(visit.text("#limits"))
    bundles = [url for url in visit.requests[asked:] if "/bundle" in url]
    assert bundles == []
    # It is remembered.
    again = visit.open(address_of(stage.can))
    assert again.outcome() == "VERIFIED"
    expect(visit.page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_a_recall_stands_above_everything(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    control = visits(honest.url)
    assert control.check(stage.can) == "VERIFIED"
    assert control.text("#notices").strip() == ""
    for language in ("en", "zh-CN"):
        visit = visits(honest.url)
        assert visit.check(stage.recalled, lang=language) == "INCOMPLETE"
        notices = visit.page.locator("#notices")
        expect(notices).to_be_visible()
        assert visit.page.evaluate(
            """() => {
              const notices = document.querySelector("#notices");
              const verdict = document.querySelector("#verdict");
              const after = Node.DOCUMENT_POSITION_FOLLOWING;
              return Boolean(notices.compareDocumentPosition(verdict) & after)
                && notices.getBoundingClientRect().bottom
                  <= verdict.getBoundingClientRect().top + 1;
            }"""
        )
        words = {"en": r"(?i)recall", "zh-CN": "召回"}
        assert re.search(words[language], visit.text("#notices"))
        assert "Southern Pastures Dairy" in visit.text("#notices")
        visit.shoot(f"recalled-{language}")


def test_a_serial_that_nobody_gave_out_is_unknown(
    stage: Stage, honest: NodeProcess, visits: Visits
) -> None:
    visit = visits(honest.url).expects(FAILED_LOAD)
    assert visit.check(stage.unknown) == "UNKNOWN"
    assert re.search(r"(?i)no record", visit.text("#verdict"))
    visit.shoot("unknown-no-record")


@pytest.mark.parametrize(
    "asked",
    ["rubbish", "javascript:", "https://id.gs1.org/01/1", "%FF", ""],
)
def test_an_address_that_names_no_item_is_no_verdict(
    honest: NodeProcess, visits: Visits, asked: str
) -> None:
    visit = visits(honest.url).expects(FAILED_LOAD)
    visit.open(f"/?item={asked}")
    if asked:
        assert visit.outcome() == "UNKNOWN"
    else:
        expect(visit.page.locator("#scan")).to_be_visible()
    assert [url for url in visit.requests if "/v1/items/" in url] == []


# Lying nodes.


def test_one_changed_byte_fails_and_the_page_says_why(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    assert visits(liar.url).check(stage.can) == "VERIFIED"
    liar.lie(BUNDLES, changing(changed))
    for language in ("en", "zh-CN"):
        visit = visits(liar.url)
        assert visit.check(stage.can, lang=language) == "FAILED"
        failed = visit.page.locator("#checks li[data-outcome=FAILED]")
        assert failed.get_attribute("data-code") == "PRV-0701"
        expect(failed).to_be_visible()
        # In words of that language, and not by its code alone.
        says = failed.locator("summary").inner_text()
        assert bool(CHINESE.search(says)) is (language == "zh-CN")
        failed.locator("summary").click()
        expect(failed).to_contain_text("PRV-0701")
        assert visit.page.locator("#verdict").get_attribute("role") == "status"
        visit.shoot(f"failed-{language}")


@pytest.mark.parametrize("step", ["inspecting", "quarantine_sampled"])
def test_a_story_with_its_inspection_left_out_is_not_verified(
    stage: Stage, liar: Liar, visits: Visits, step: str
) -> None:
    assert visits(liar.url).check(stage.can) == "VERIFIED"
    liar.lie(BUNDLES, saying(stage.left_out(step)))
    visit = visits(liar.url)
    assert visit.check(stage.can) == "FAILED"
    expect(
        visit.page.locator("#checks li[data-outcome=FAILED]")
    ).to_have_attribute("data-code", "PRV-0701")


def test_the_proof_of_another_can_is_not_that_of_this_one(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url)
    assert visit.check(stage.other_can) == "VERIFIED"
    liar.lie(BUNDLES, saying(stage.bundle(stage.other_can)))
    visit = visits(liar.url)
    assert visit.check(stage.can) == "FAILED"
    expect(
        visit.page.locator("#checks li[data-outcome=FAILED]")
    ).to_have_attribute("data-code", "PRV-0202")


def endless(liar: Liar) -> Lie:
    del liar
    return pouring(bytes(2**20))


def giant(liar: Liar) -> Lie:
    del liar
    return pouring(bytes(2**20), length=2**40)


def silent(liar: Liar) -> Lie:
    return hanging(liar)


def stuck(liar: Liar) -> Lie:
    return hanging(liar, after=b"\x86")


def hanging_up(liar: Liar) -> Lie:
    del liar
    return lambda answer: replace(answer, length=2 * len(answer.whole()))


@pytest.mark.parametrize(
    ("about", "lie"),
    [
        (ITEMS, lambda _: failing(500)),
        (ITEMS, lambda _: failing(503)),
        (ITEMS, lambda _: failing(429)),
        (BUNDLES, hanging_up),
    ],
    ids=["500", "503", "429", "hangs up"],
)
def test_a_node_that_is_not_well_is_no_verdict_on_the_can(
    stage: Stage,
    liar: Liar,
    visits: Visits,
    about: str,
    lie: Callable[[Liar], Lie],
) -> None:
    liar.lie(about, lie(liar))
    visit = visits(liar.url).expects(FAILED_LOAD)
    assert visit.check(stage.can) == "UNKNOWN"
    # Once it is well again, one press is enough.
    liar.tell_the_truth()
    visit.page.locator("#verdict button").click()
    visit.wait_for(
        "document.querySelector('#verdict').dataset.outcome === 'VERIFIED'"
    )


@pytest.mark.parametrize(
    "body", [b"", b"<!doctype html><p>Sign in to the wifi", b"{}"]
)
def test_what_is_no_bundle_is_no_verdict_on_the_can(
    stage: Stage, liar: Liar, visits: Visits, body: bytes
) -> None:
    liar.lie(BUNDLES, saying(body))
    visit = visits(liar.url)
    assert visit.check(stage.can) == "UNKNOWN"
    liar.tell_the_truth()
    visit.page.locator("#verdict button").click()
    visit.wait_for(
        "document.querySelector('#verdict').dataset.outcome === 'VERIFIED'"
    )
    # Where it was checked before, the proof that was kept is shown instead.
    liar.lie(BUNDLES, saying(body))
    assert visit.check(stage.can) == "VERIFIED"
    expect(visit.page.locator("#verdict button")).to_be_visible()


def test_a_node_that_is_gone_is_no_verdict_on_the_can(
    stage: Stage, liar: Liar, visits: Visits
) -> None:
    visit = visits(liar.url).expects(FAILED_LOAD)
    assert visit.check(stage.other_can) == "VERIFIED"
    visit.wait_until_saved()
    liar.stop()
    # The page is there still; what it asks for is not.
    assert visit.check(stage.can) == "UNKNOWN"
    expect(visit.page.locator("#verdict button")).to_be_visible()
    visit.shoot("unknown-no-node")


@pytest.mark.parametrize("lie", [endless, giant])
def test_a_bundle_without_an_end_is_cut(
    stage: Stage, liar: Liar, visits: Visits, lie: Callable[[Liar], Lie]
) -> None:
    liar.lie(BUNDLES, lie(liar))
    visit = visits(liar.url).expects(FAILED_LOAD)
    assert visit.check(stage.can) == "UNKNOWN"
    (cut,) = [each for each in liar.passed if each.path.endswith("/bundle")]
    assert not cut.is_whole
    assert cut.size <= MOST_TAKEN


@pytest.mark.parametrize("lie", [silent, stuck])
def test_a_node_that_says_nothing_more_is_not_waited_for_for_ever(
    stage: Stage, liar: Liar, visits: Visits, lie: Callable[[Liar], Lie]
) -> None:
    liar.lie(BUNDLES, lie(liar))
    visit = visits(liar.url).expects(FAILED_LOAD)
    visit.page.clock.install()
    visit.open(address_of(stage.can))
    expect(visit.page.locator("#verdict")).not_to_have_attribute(
        "data-outcome", re.compile("[A-Z]")
    )
    visit.page.clock.fast_forward("02:00")
    assert visit.outcome() == "UNKNOWN"
    expect(visit.page.locator("#verdict button")).to_be_visible()
