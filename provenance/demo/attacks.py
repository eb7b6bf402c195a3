"""The demo's attacks: what cheats may try, and what comes of each.

Three kinds of cheat are played. An outsider submits statements to the honest
ledger, or changes the file on its way to the buyer. A crooked operator owns
the log's key and lets everything in; here it is a copy of the ledger whose
registry refuses nothing. No answer is written down beforehand: the ledger is
asked, and the buyer's verifier, with the trust file that the buyer holds.
"""

import dataclasses
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provenance.claims.act import Act
from provenance.claims.event import Event
from provenance.claims.permission import HeldGrant
from provenance.claims.registry import ActorKey, Book, TrustRegistry
from provenance.demo.cast import (
    BONDED_WAREHOUSE,
    CARRIER,
    COURIER,
    CUSTOMS,
    WAREHOUSE,
    Name,
    Party,
    unknown_can,
)
from provenance.demo.epcis import Json, scene, seen
from provenance.demo.play import (
    ORIGIN,
    Played,
    StoryClock,
    prove_witnessed,
)
from provenance.encoding.digest import Hash
from provenance.errors import ProvenanceError
from provenance.folder import (
    LOG_KEY,
    SIGNER_MEMORY,
    open_ledger,
    open_reader,
)
from provenance.intake.prepare import prepare_document
from provenance.keys import Signer
from provenance.ledger.ledger import Ledger
from provenance.ledger.publish import LogSigner
from provenance.proof.bundle import Bundle, ProvenTrail, parse_bundle
from provenance.proof.trails import Position
from provenance.proof.trust import Trust
from provenance.proof.verdict import Outcome, Step, TimelineEntry, Verdict
from provenance.proof.verify import examine_bundle
from provenance.store import address_in, open_store
from provenance.store.keyfile import read_key
from provenance.store.signer_memory import SignerMemory
from provenance.tlog.checkpoint import open_checkpoint, sign_checkpoint
from provenance.tlog.note import NoteSigner, format_note, parse_note

FLIPPED = 32
"""How many bytes of the file are changed, one at a time."""

ACCEPTED = "ACCEPTED"
REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Attack:
    """One attempt to cheat, and what came of it.

    Attributes:
        deed: What was done.
        answer: REFUSED or ACCEPTED by the ledger, else the verdict's outcome.
        code: The verdict's code for the gravest step; "" for a ledger.
        reason: What the ledger or the verifier said.
        is_caught: Whether it did not get through.
    """

    deed: Name
    answer: str
    code: str
    reason: str
    is_caught: bool

    def to_json(self) -> Json:
        """Return it as JSON."""
        return {
            "deed": self.deed.english,
            "answer": self.answer,
            "code": self.code,
            "reason": self.reason,
            "is_caught": self.is_caught,
        }


class BlindRegistry(TrustRegistry):
    """A registry that lets every known actor say everything, with any key."""

    def require_key(self, issuer: str, key_id: Hash) -> ActorKey:
        """Return the key, revoked or not."""
        return self.actor(issuer).keys[key_id]

    def require_act(
        self, issuer: str, act: Act, *, book: Book, holds: object
    ) -> tuple[HeldGrant, ...]:
        """Require nothing."""
        del issuer, act, book, holds
        return ()


class CrookedTrust(Trust):
    """The trust file of an operator that checks nothing."""

    __slots__ = ()

    @classmethod
    def of(cls, trust: Trust) -> "CrookedTrust":
        """Return *trust* without its checks."""
        return cls(
            **{
                part.name: getattr(trust, part.name)
                for part in dataclasses.fields(trust)
            }
        )

    def registry(self) -> TrustRegistry:
        """Return a registry that refuses nothing."""
        return BlindRegistry(
            (*self.authorities, *self.actors),
            threshold=self.threshold,
            origin=self.origin,
        )


@dataclass(frozen=True, slots=True)
class Attacks:
    """All attacks on one played story.

    Attributes:
        played: The story and its keys.
        honest: The verdict on the can's own bundle.
        now: The time, in ms since 1970.
    """

    played: Played
    honest: Verdict
    now: int

    def run(self) -> Iterator[tuple[Name, Attack]]:
        """Yield each attack once it was tried, with the group it is in."""
        for group, attempts in (
            (Name("A forged event", "伪造事件"), self._forge),
            (Name("An event removed", "删除事件"), self._remove),
            (Name("An older state of the ledger", "旧账本"), self._turn_back),
            (Name("A stolen, revoked key", "被盗且已吊销的密钥"), self._steal),
            (Name("A changed file", "篡改文件"), self._change),
            (Name("A borrowed proof", "冒用他罐证明"), self._borrow),
        ):
            for attack in attempts():
                yield group, attack

    # What is tried, group by group.

    def _forge(self) -> Iterator[Attack]:
        keys = self.played.keys.parties
        released = self._said(COURIER, "customs_released", BONDED_WAREHOUSE)
        yield self._refused(
            Name(
                "the courier reports to the ledger: customs released the can",
                "快递公司向账本提交：“海关已放行”",
            ),
            lambda: self._append(released, keys[COURIER.id], COURIER),
        )
        stranger = Signer.generate()
        yield self._refused(
            Name(
                "a stranger reports the same in the name of customs",
                "陌生人以海关名义提交同一内容",
            ),
            lambda: self._append(released, stranger, CUSTOMS),
        )
        yield self._judged(
            Name(
                "a crooked operator logs the courier's report all the same",
                "不诚实的账本运营者仍将其记入账本",
            ),
            self._crooked_bundle(released, keys[COURIER.id], COURIER),
        )

    def _remove(self) -> Iterator[Attack]:
        bundle = parse_bundle(self.played.bundle)
        hidden = self._find("quarantine_sampled")
        at = (hidden.log_index, hidden.position)
        without = _without_event(bundle, at)
        yield self._judged(
            Name(
                "the sampling by quarantine is left out of the file",
                "从文件中删去“检疫取样”",
            ),
            without.to_bytes(),
        )
        yield self._judged(
            Name(
                "and so is every link to it, as if it had never been",
                "连同其全部链接一并删去",
            ),
            _without_links(bundle, at).to_bytes(),
        )

    def _turn_back(self) -> Iterator[Attack]:
        early = parse_bundle(self.played.early)
        yield self._judged(
            Name(
                "the buyer is shown the can's file of five weeks ago",
                "出示五周前的旧文件",
            ),
            self.played.early,
        )
        spliced = dataclasses.replace(
            parse_bundle(self.played.bundle),
            checkpoint=early.checkpoint,
            committed=early.committed,
        )
        yield self._judged(
            Name(
                "the checkpoint of then is put under the story of today",
                "把旧检查点套在今天的记录上",
            ),
            spliced.to_bytes(),
        )
        yield self._refused(
            Name(
                "the operator restores an older database and goes on from it",
                "运营者恢复旧数据库并继续写入",
            ),
            self._restore,
        )

    def _steal(self) -> Iterator[Attack]:
        stolen = self.played.keys.stolen[CARRIER.id]
        said = self._said(CARRIER, "receiving", "")
        yield self._refused(
            Name(
                "a thief signs with the key that the carrier had stolen",
                "窃贼使用承运人被盗的旧密钥签名",
            ),
            lambda: self._append(said, stolen, CARRIER),
        )
        yield self._judged(
            Name(
                "a crooked operator logs it all the same",
                "不诚实的账本运营者仍将其记入账本",
            ),
            self._crooked_bundle(said, stolen, CARRIER),
        )

    def _change(self) -> Iterator[Attack]:
        yield self._flipped()
        bundle = parse_bundle(self.played.bundle)
        log_keys = self.played.trust.policy.log_keys
        signed = open_checkpoint(bundle.checkpoint, log_keys)
        forged = sign_checkpoint(
            signed.checkpoint, NoteSigner(ORIGIN, Signer.generate())
        )
        yield self._judged(
            Name(
                "a counterfeiter signs the ledger's checkpoint with a new key",
                "造假者用自己的密钥签署检查点",
            ),
            _with_checkpoint(bundle, format_note(forged.note)),
        )
        note = parse_note(bundle.checkpoint)
        alone = dataclasses.replace(note, signatures=note.signatures[:1])
        yield self._judged(
            Name(
                "the ledger shows a state that no witness has seen",
                "账本出示无见证人见过的状态",
            ),
            _with_checkpoint(bundle, format_note(alone)),
        )

    def _borrow(self) -> Iterator[Attack]:
        goods = self.played.story.goods
        with open_reader(self.played.ledger) as ledger:
            other = parse_bundle(ledger.prove_item(goods.other_can))
        cosigned = parse_bundle(self.played.bundle).checkpoint
        yield self._judged(
            Name(
                "the file of another can is handed over with this one",
                "用另一罐的文件冒充本罐",
            ),
            _with_checkpoint(other, cosigned),
        )
        yield self._refused(
            Name(
                "a copied label has a serial that nobody gave out",
                "仿冒标签使用不存在的序列号",
            ),
            self._prove_unknown,
        )

    # How it is tried.

    def _judged(self, deed: Name, bundle: bytes) -> Attack:
        """Show the buyer *bundle* for the can in hand."""
        verdict = self._examine(bundle)
        gravest = _gravest(verdict)
        return Attack(
            deed=deed,
            answer=verdict.outcome.value,
            code=gravest.code,
            reason=gravest.detail,
            is_caught=verdict.outcome is not Outcome.VERIFIED,
        )

    def _refused(self, deed: Name, action: Callable[[], object]) -> Attack:
        """Try *action* on a ledger, which should refuse it."""
        try:
            action()
        except ProvenanceError as error:
            return Attack(deed, REFUSED, "", str(error), is_caught=True)
        return Attack(deed, ACCEPTED, "", "", is_caught=False)

    def _flipped(self) -> Attack:
        """Flip a bit of one byte after the other, from end to end."""
        data = self.played.bundle
        found: dict[Outcome, list[str]] = {}
        for number in range(FLIPPED):
            changed = bytearray(data)
            changed[number * (len(data) - 1) // (FLIPPED - 1)] ^= 1
            verdict = self._examine(bytes(changed))
            found.setdefault(verdict.outcome, []).append(_gravest(verdict).code)
        return Attack(
            deed=Name(
                f"{FLIPPED} of its {len(data)} bytes are changed, one at a"
                " time",
                f"在 {len(data)} 个字节中逐一改动 {FLIPPED} 个",
            ),
            answer=max(found, key=lambda outcome: outcome.gravity).value,
            code="",
            reason=", ".join(
                f"{len(codes)} × {outcome} ({', '.join(sorted(set(codes)))})"
                for outcome, codes in found.items()
            ),
            is_caught=Outcome.VERIFIED not in found,
        )

    def _examine(self, bundle: bytes) -> Verdict:
        return examine_bundle(
            bundle,
            trust=self.played.trust,
            now=self.now,
            item=self.played.story.goods.can,
        )

    def _said(self, party: Party, step: str, place: str) -> list[Event]:
        """Return an event about the can, at the hour of its delivery."""
        end = self.played.story.end
        said = seen(end, step, place, [self.played.story.goods.can])
        return prepare_document(scene(party, said).document)

    def _append(
        self, events: list[Event], signer: Signer, party: Party
    ) -> None:
        with open_ledger(
            self.played.ledger, clock=StoryClock(self.now)
        ) as ledger:
            ledger.append(events, signer=signer, issuer=party.id)

    def _crooked_bundle(
        self, events: list[Event], signer: Signer, party: Party
    ) -> bytes:
        """Return what a ledger that checks nothing proves, once it logged it.

        It only grows, so the witnesses cosign it.
        """
        can = self.played.story.goods.can
        with self._copy() as copy, self._open_crooked(copy.ledger) as ledger:
            ledger.append(events, signer=signer, issuer=party.id)
            return prove_witnessed(ledger, can, copy.keys, copy.witnesses)

    def _open_crooked(self, folder: Path) -> Ledger:
        memory = SignerMemory.open(folder / SIGNER_MEMORY, origin=ORIGIN)
        return Ledger(
            open_store(address_in(folder), origin=ORIGIN),
            trust=CrookedTrust.of(self.played.trust),
            signer=LogSigner(ORIGIN, read_key(folder / LOG_KEY), memory),
            clock=StoryClock(self.now),
        )

    def _restore(self) -> None:
        """Let a ledger go on, then put the database of before back."""
        clock = StoryClock(self.now)
        said = self._said(WAREHOUSE, "stock_taking", BONDED_WAREHOUSE)
        with self._copy() as copy:
            signer = copy.keys.parties[WAREHOUSE.id]
            with open_ledger(copy.ledger, clock=clock) as ledger:
                ledger.append(said, signer=signer, issuer=WAREHOUSE.id)
            # Everything comes back but the memory of what the key has signed.
            back = shutil.ignore_patterns(SIGNER_MEMORY)
            shutil.copytree(
                self.played.ledger,
                copy.ledger,
                ignore=back,
                dirs_exist_ok=True,
            )
            open_ledger(copy.ledger, clock=clock).close()

    def _prove_unknown(self) -> None:
        with open_reader(self.played.ledger) as ledger:
            ledger.prove_item(unknown_can())

    @contextmanager
    def _copy(self) -> Iterator[Played]:
        """Give a copy of the ledger and its witnesses, as long as needed."""
        with tempfile.TemporaryDirectory() as folder:
            ledger, witnesses = Path(folder, "ledger"), Path(folder, "seen")
            shutil.copytree(self.played.ledger, ledger)
            shutil.copytree(self.played.witnesses, witnesses)
            yield dataclasses.replace(
                self.played, ledger=ledger, witnesses=witnesses
            )

    def _find(self, step: str) -> TimelineEntry:
        """Return the moment of that step in the can's story."""
        return next(m for m in self.honest.timeline if m.step == step)


def _gravest(verdict: Verdict) -> Step:
    return max(verdict.steps, key=lambda step: step.outcome.gravity)


def _without_event(bundle: Bundle, at: Position) -> Bundle:
    """Return *bundle* without an event, and what only held that."""
    left = []
    for statement in bundle.statements:
        events = tuple(
            event
            for event in statement.events
            if (statement.log_index, event.position) != at
        )
        if events:
            left.append(dataclasses.replace(statement, events=events))
    return dataclasses.replace(bundle, statements=tuple(left))


def _without_links(bundle: Bundle, at: Position) -> Bundle:
    """Return it without the links of that event as well."""
    named = {
        item.id
        for statement, event in bundle.events
        if (statement.log_index, event.position) == at
        for item in event.items
    }
    return dataclasses.replace(
        _without_event(bundle, at),
        trails=tuple(
            _shortened(trail) if trail.item in named else trail
            for trail in bundle.trails
        ),
    )


def _shortened(trail: ProvenTrail) -> ProvenTrail:
    """Return *trail* as if it had one link fewer."""
    *others, last = trail.ranges
    last = dataclasses.replace(last, length=last.length - 1)
    return dataclasses.replace(
        trail, count=trail.count - 1, ranges=(*others, last)
    )


def _with_checkpoint(bundle: Bundle, note: str) -> bytes:
    return dataclasses.replace(bundle, checkpoint=note).to_bytes()
