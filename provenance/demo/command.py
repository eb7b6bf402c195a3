"""`provenance demo`: one whole import, verified, and then attacked."""

import shlex
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap
from unicodedata import east_asian_width

import click

from provenance.cli.arguments import FILE, language_option
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.cli.story import print_step
from provenance.cli.times import now
from provenance.demo.attacks import Attack, Attacks
from provenance.demo.cast import (
    AUTHORITIES,
    PARTIES,
    PLACES,
    WITNESSES,
    Name,
)
from provenance.demo.no_network import no_network
from provenance.demo.play import Played, play
from provenance.demo.scenes import (
    BUYER,
    CONCEALED,
    DemoStory,
    digest,
    new_story,
)
from provenance.demo.words import words
from provenance.errors import ConflictError
from provenance.folder import open_reader
from provenance.problems import FAILED, OK
from provenance.proof.bundle import parse_bundle
from provenance.proof.trust import format_trust, parse_trust
from provenance.proof.verdict import Outcome, TimelineEntry, Verdict
from provenance.proof.verify import examine_bundle
from provenance.words.story import label

BUNDLE_FILE = "can.provenance"
TRUST_FILE = "trust.toml"
LEDGER_FOLDER = "ledger"
PAPERS_FOLDER = "papers"
WITNESSES_FOLDER = "witnesses"

_LABEL_WIDTH = 30


@click.command(cls=Command)
@click.argument("folder", type=FILE, default=Path("demo"))
@click.option(
    "--cans",
    type=click.IntRange(12, 20_000),
    default=1_200,
    show_default=True,
    help="How many cans the lot has.",
)
@language_option
def demo(screen: Screen, folder: Path, cans: int, language: str) -> int:
    """Play one whole import, verify a can, then try to cheat.

    Infant milk powder comes from New Zealand to a consumer in Hangzhou, under
    customs mode 1210. FOLDER gets the can's bundle, the trust file to verify
    it with, the ledger and the commercial papers. It must be new or empty.

    The exit code is 0 only if the honest can is VERIFIED and no attempt to
    cheat is.
    """
    require_empty(folder)
    story = new_story(cans, now=datetime.fromtimestamp(now() / 1000, UTC))
    show = _Show(screen, story, language)
    show.cast()

    started = time.perf_counter()
    played = play(
        story,
        ledger=folder / LEDGER_FOLDER,
        witnesses=folder / WITNESSES_FOLDER,
    )
    write_files(played, folder)
    show.logged(played, time.perf_counter() - started)

    verdict = verify_offline(folder, story.goods.can, now=now())
    findings = look_closer(played, folder, now=now())
    show.timeline(verdict)
    show.verdict(verdict, findings)

    attacks: list[Attack] = []
    if verdict.outcome is Outcome.VERIFIED:
        show.title("attacks")
        attacks = show.attacks(Attacks(played, verdict, now()).run())
    show.limits()
    command = verify_command(folder, story.goods.can)
    show.command(folder, command)

    return screen.result(
        "demo",
        OK if ends_well(verdict, attacks, findings) else FAILED,
        {
            "folder": str(folder),
            "verify": command,
            "verdict": verdict.to_json(),
            "attacks": [attack.to_json() for attack in attacks],
        },
    )


def require_empty(folder: Path) -> None:
    """Check that *folder* does not exist yet, or is empty.

    Raises:
        ConflictError: It is neither.
    """
    if folder.is_dir():
        if any(folder.iterdir()):
            raise ConflictError(
                f"the folder {folder} is not empty: name a new one, as in"
                f" {PROGRAM} demo {folder}-2"
            )
    elif folder.exists():
        raise ConflictError(f"{folder} is a file: name a new folder")


def write_files(played: Played, folder: Path) -> None:
    """Write what the buyer holds, and the papers that others keep."""
    (folder / BUNDLE_FILE).write_bytes(played.bundle)
    (folder / TRUST_FILE).write_text(
        format_trust(played.trust), encoding="utf-8"
    )
    papers = folder / PAPERS_FOLDER
    papers.mkdir()
    for name, data in played.story.papers.items():
        (papers / name).write_bytes(data)


def verify_offline(folder: Path, can: str, *, now: int) -> Verdict:
    """Return the verdict on what the buyer holds, with no network to ask."""
    bundle = (folder / BUNDLE_FILE).read_bytes()
    trust = parse_trust((folder / TRUST_FILE).read_text(encoding="utf-8"))
    with no_network():
        return examine_bundle(bundle, trust=trust, now=now, item=can)


def verify_command(folder: Path, can: str) -> str:
    """Return the command with which the reader repeats the verification."""
    return shlex.join(
        [
            *(PROGRAM, "verify", str(folder / BUNDLE_FILE)),
            *("--trust", str(folder / TRUST_FILE)),
            *("--item", can),
        ]
    )


def ends_well(
    verdict: Verdict, attacks: Sequence[Attack], findings: "Findings"
) -> bool:
    """Return whether the honest can, and nothing else, was VERIFIED."""
    return (
        verdict.outcome is Outcome.VERIFIED
        and findings.are_good
        and bool(attacks)
        and all(attack.is_caught for attack in attacks)
    )


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found beside the verdict.

    Attributes:
        leaked: How many of the buyer's details the file holds in the clear.
        revealed: How many of them another file shows, which was asked for.
        papers: How many papers there are.
        fitting: How many have the hash that the story names.
    """

    leaked: int
    revealed: int
    papers: int
    fitting: int

    @property
    def are_good(self) -> bool:
        """Whether the file keeps the secrets, and the papers fit."""
        return (
            self.leaked == 0
            and self.revealed == len(BUYER)
            and self.fitting == self.papers
        )


def look_closer(played: Played, folder: Path, *, now: int) -> Findings:
    """Look for the buyer's details in the file, and hold papers against it."""
    can = played.story.goods.can
    with open_reader(played.ledger) as ledger:
        asked = ledger.prove_item(can, reveal=CONCEALED)
    told = examine_bundle(asked, trust=played.trust, now=now, item=can)
    fields = [
        value for moment in told.timeline for value in moment.fields.values()
    ]
    named = b"".join(
        event.body for _, event in parse_bundle(played.bundle).events
    )
    papers = sorted((folder / PAPERS_FOLDER).iterdir())
    hashes = [digest(paper.read_bytes()) for paper in papers]
    return Findings(
        leaked=sum(text.encode() in played.bundle for text in BUYER.values()),
        revealed=sum(text in fields for text in BUYER.values()),
        papers=len(papers),
        fitting=sum(text.encode() in named for text in hashes),
    )


class _Show:
    """Tells the demo, as it goes, in one language."""

    def __init__(self, screen: Screen, story: DemoStory, lang: str) -> None:
        self._screen = screen
        self._story = story
        self._lang = lang

    def cast(self) -> None:
        """Tell who and what there is."""
        goods = self._story.goods
        self._screen.line((self._words("title"), "strong"))
        self._paragraph(
            self._words(
                "cast",
                cans=f"{len(goods.cans):,}",
                cartons=len(goods.cartons),
                pallets=len(goods.pallets),
                parties=len(PARTIES),
                authorities=len(AUTHORITIES),
                witnesses=len(WITNESSES),
            )
        )

    def logged(self, played: Played, seconds: float) -> None:
        """Tell what was logged."""
        story = self._story
        self._paragraph(
            self._words(
                "logged",
                statements=played.statements,
                events=played.events,
                seconds=f"{seconds:.1f}",
                days=(story.end - story.beginning).days,
            )
        )

    def timeline(self, verdict: Verdict) -> None:
        """Tell the can's story as the verdict has it."""
        self.title("timeline")
        comma = "，" if self._lang == "zh-CN" else ", "
        for moment in verdict.timeline:
            place = PLACES.get(moment.place)
            self._screen.line(
                f"  {moment.time[:16].replace('T', ' ')} {moment.time[-6:]}  ",
                (
                    _padded(label(moment.labels, self._lang), _LABEL_WIDTH),
                    "strong",
                ),
                self._signer_of(moment),
                comma + place.within(self._lang) if place else "",
                f"  ({self._name(self._story.goods.names()[moment.item])})",
            )

    def verdict(self, verdict: Verdict, findings: Findings) -> None:
        """Tell the verdict, its steps, and what was found beside it."""
        self.title("verifying")
        is_good = verdict.outcome is Outcome.VERIFIED
        self._screen.line(
            "  ",
            (verdict.outcome.value, "good" if is_good else "bad"),
            f"  {verdict.subject}",
        )
        for step in verdict.steps:
            print_step(self._screen, step, explain=False)
        for sentence in (
            self._words("private", count=len(BUYER), found=findings.leaked),
            self._words("revealed", count=findings.revealed),
            self._words(
                "papers",
                count=findings.papers,
                fitting=findings.fitting,
                folder=f"{PAPERS_FOLDER}/",
            ),
        ):
            self._screen.line(f"  · {sentence}")

    def attacks(self, tried: Iterable[tuple[Name, Attack]]) -> list[Attack]:
        """Tell each attack once it was tried; return them all."""
        attacks: list[Attack] = []
        groups: list[Name] = []
        for group, attack in tried:
            if group not in groups:
                groups.append(group)
                self._screen.line("  ", (self._name(group), "strong"))
            attacks.append(attack)
            mark = "✓" if attack.is_caught else "✗"
            self._screen.line(f"  {mark} {self._name(attack.deed)}")
            self._screen.line(
                "      ",
                (attack.answer, "good" if attack.is_caught else "bad"),
                f" {attack.code}".rstrip(),
                f"  {self._readable(attack.reason)}",
            )
        caught = sum(attack.is_caught for attack in attacks)
        self._screen.line()
        self._screen.line(
            "  ", self._words("caught", caught=caught, count=len(attacks))
        )
        return attacks

    def limits(self) -> None:
        """Tell what all this does not prove."""
        self.title("limits")
        for limit in ("label", "contents", "truth", "later"):
            self._screen.line(f"  – {self._words(limit)}")

    def command(self, folder: Path, command: str) -> None:
        """Tell what to run next, and what there is to look at."""
        self.title("next")
        self._screen.line(f"  {command}")
        self._paragraph(self._words("files", folder=folder))

    def title(self, key: str) -> None:
        """Print a title line."""
        self._screen.line()
        self._screen.line((self._words(key), "strong"))

    def _signer_of(self, moment: TimelineEntry) -> str:
        names = [party.name for party in PARTIES if party.id == moment.issuer]
        return self._name(names[0]) if names else moment.issuer_name

    def _readable(self, reason: str) -> str:
        """Return *reason* with names in the place of ids."""
        names = {party.id: party.name for party in PARTIES}
        names |= self._story.goods.names()
        for known, name in names.items():
            for written in (repr(known), known):
                reason = reason.replace(written, self._name(name))
        return reason

    def _paragraph(self, text: str) -> None:
        for line in wrap(text, 38 if self._lang == "zh-CN" else 76):
            self._screen.line(f"  {line}")

    def _words(self, key: str, **values: object) -> str:
        return words(key, self._lang, **values)

    def _name(self, name: Name) -> str:
        return name.within(self._lang)


def _padded(text: str, width: int) -> str:
    """Return *text* filled up to *width* columns; Chinese takes two each."""
    taken = sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * (width - taken)
