"""Readers: children that read the ledger and prove from it.

A bundle takes some milliseconds of Python. In the process that serves, every
other request would wait for them, and for the interpreter's lock between
them; each reader has a processor, a connection and caches of its own. With
threads in their place, bundles asked for beside a busy writer took twice as
long (the 99th of 100), and the writer wrote two thirds as much: measured with
`tests/bench/node.py` on two processors.

Over 500 lines: each question that a reader answers stands with the call that
asks it.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from provenance.claims.actor_json import actor_to_json
from provenance.claims.registry import Actor
from provenance.claims.trail import map_key
from provenance.decode import decode_file
from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.encoding.strict_json import JSON
from provenance.errors import (
    MalformedError,
    NotFoundError,
    RejectedError,
    StoreError,
)
from provenance.folder import open_reader
from provenance.ledger.logtree import TileCache, TileNodes
from provenance.ledger.read import (
    LedgerReader,
    RegistryReplay,
    Snapshot,
    read_step,
)
from provenance.ledger.reveal import fields_of
from provenance.ledger.scope import Scope
from provenance.ledger.signed import events_of, find_signers, statements_of
from provenance.ledger.views import TrailView
from provenance.proof.faults import name_of
from provenance.proof.verify import examine_bundle
from provenance.store.protocol import Reader
from provenance.tlog import merkle
from provenance.tlog.proof_file import ProofFile, format_proof
from provenance.tlog.tile import TILE_WIDTH, format_entries
from provenance_node.children import answer_questions
from provenance_node.reading import time_of

STRETCH = 256
"""How many events of a long trail are shown at once, if they are asked for."""

MOST_BYTES = 2**20
"""Of actors on one page, about: one of them can have any number of grants."""

STATEMENT_ENTRIES = 16_384
"""How many entries are looked at for what somebody signed, at once."""

PROVES = "proves"
"""The argument of those that prove; the others read what costs nothing."""

_NICENESS = 3

_COLLECTED_AFTER = 100_000
"""How many new containers there are before cycles are looked for."""


Wanted = tuple[str, int | None]
"""An item's id, and from which event on a stretch of its trail is to show."""


class ReaderAnswers:
    """What a reader answers."""

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger
        self._registry = RegistryReplay(ledger.trust)
        self._tiles: TileCache = {}
        self._held: _Held | None = None
        self._next: _Held | None = None

    # Standing still, while witnesses are asked.

    def hold(self) -> tuple[int, str, int]:
        """Let the newest moment stand; return its (size, checkpoint, time)."""
        _end(self._next)
        ending = ExitStack()
        moment = ending.enter_context(self._ledger.moment())
        self._next = _Held(moment, ending)
        return moment.size, moment.note, time_of(moment)

    def show(self, size: int, note: str) -> None:
        """Prove from the moment of that size from now on, if it stands.

        Args:
            size: As `hold` returned it.
            note: Its checkpoint, with cosignatures.
        """
        if self._next is not None and self._next.moment.size == size:
            _end(self._held)
            self._held, self._next = self._next, None
        if self._held is not None and self._held.moment.size == size:
            moment, ending = self._held
            self._held = _Held(replace(moment, note=note), ending)

    def let_go(self) -> None:
        """Let no moment stand any more."""
        _end(self._next)
        _end(self._held)
        self._held = self._next = None

    # Proving.

    def bundle(self, asked: Wanted, stands: bool) -> tuple[str, bytes] | None:
        """Return (checkpoint, bundle) of an item.

        Args:
            asked: Its id; and the number, from 0, of the event from which on
                `STRETCH` are to be shown even where a story skips them, None
                for no such.
            stands: Whether to prove from the moment that stands, rather than
                from the newest.

        Returns:
            None if that moment is asked for and none stands here: this reader
            began after the others were told, or let go since.

        Raises:
            NotFoundError: The ledger had no event of it.
            MalformedError: Its trail had ended before that number.
        """
        item, start = asked
        with self._moment(stands) as moment:
            if moment is None:
                return None
            stretch = _stretch(moment.reader, item, start)
            return moment.note, self._ledger.prove_item_at(
                moment, item, stretch=stretch
            )

    def bundle_view(
        self, asked: Wanted, stands: bool
    ) -> tuple[str, bytes] | None:
        """Return (checkpoint, what the bundle says, as JSON), as `bundle`."""
        found = self.bundle(asked, stands)
        if found is None:
            return None
        note, data = found
        view = {
            "schema": "provenance.bundle-view/1",
            **decode_file(data).content,
        }
        return note, json.dumps(view).encode()

    def trail(self, asked: Wanted, stands: bool) -> tuple[str, bytes] | None:
        """Return (checkpoint, the item's story as JSON), as `bundle` does.

        It is what a verifier who trusts the ledger's own trust file finds.
        """
        found = self.bundle(asked, stands)
        if found is None:
            return None
        note, data = found
        verdict = examine_bundle(
            data,
            trust=self._ledger.trust,
            now=time.time_ns() // 1_000_000,
            item=asked[0],
        )
        said = {**verdict.to_json(), "schema": "provenance.trail/1"}
        return note, json.dumps(said).encode()

    def actors(
        self, asked: tuple[int, int, str], stands: bool
    ) -> tuple[str, bytes] | None:
        """Return (checkpoint, actors as JSON), as `bundle` does.

        Args:
            asked: The number of the first one, how many at most, and the id
                of a key, in hexadecimal, that they are to have; "" for any.
            stands: As for `bundle`.
        """
        start, most, key_id = asked
        with self._moment(stands) as moment:
            if moment is None:
                return None
            registry = self._registry.at(moment.reader)
            known = registry.actors()
            if key_id:
                owner = registry.owner(Hash(bytes.fromhex(key_id)))
                known = [] if owner is None else [registry.actor(owner)]
            page = _page(known[start : start + most])
            stop = start + len(page)
            return moment.note, _said(
                "actors",
                size=moment.size,
                count=len(known),
                next=stop if stop < len(known) else None,
                actors=page,
            )

    def actor(self, actor_id: str, stands: bool) -> tuple[str, bytes] | None:
        """Return (checkpoint, the actor as JSON), as `bundle` does."""
        with self._moment(stands) as moment:
            if moment is None:
                return None
            registry = self._registry.at(moment.reader)
            if not registry.knows(actor_id):
                raise NotFoundError(f"no actor {actor_id!r} is enrolled")
            told = actor_to_json(registry.actor(actor_id))
            return moment.note, _said("actor", size=moment.size, actor=told)

    # For who has a token.

    def concealed(
        self,
        asked: tuple[str, Sequence[str], Sequence[str] | None, int],
        stands: bool,
    ) -> tuple[str, bytes] | None:
        """Return (checkpoint, what an item's events conceal), as `bundle`.

        Args:
            asked: Its id, the JSON Pointers of the fields, none for all;
                whose events alone, None for everybody's; and the number of
                the first of `STRETCH` events that are looked at.
            stands: As for `bundle`.

        Raises:
            NotFoundError: The ledger had no event of it.
            MalformedError: Its trail had ended before that number.
            RejectedError: None of its events there is one of theirs.
        """
        item, pointers, signers, start = asked
        with self._moment(stands) as moment:
            if moment is None:
                return None
            head = moment.reader.head(map_key(item))
            if head is None and signers is not None:
                raise _not_theirs(item)
            if head is None:
                raise NotFoundError(f"the ledger has no event of {item!r}")
            _, stop = _stretch(moment.reader, item, start) or (0, 0)
            stop = min(stop, head.count)
            registry = self._registry.at(moment.reader)
            links = TrailView(moment.reader, head).links(start, stop)
            steps = [read_step(moment.reader, *link.place) for link in links]
            if signers is not None:
                steps = [step for step in steps if step.issuer in signers]
                if not steps:
                    raise _not_theirs(item)
            return moment.note, _said(
                "concealed",
                item=item,
                size=moment.size,
                count=head.count,
                next=stop if stop < head.count else None,
                fields=[
                    field.to_json(name_of(field.issuer, registry))
                    for step in steps
                    for field in fields_of(step)
                    if not pointers or field.pointer in pointers
                ],
            )

    def statements(
        self, asked: tuple[Any, ...], stands: bool
    ) -> tuple[str, bytes] | None:
        """Return (checkpoint, what somebody signed as JSON), as `bundle`.

        Args:
            asked: The actor's id or "", how its key's id begins or ""; the
                log's times from which on and before which, in ms or None; the
                first entry that is looked at, and the first that is not or
                None; whose statements may be shown, None for everybody's; and
                the scope within which, None for all.
            stands: As for `bundle`.

        Raises:
            NotFoundError: There is no such actor or key.
            RejectedError: It is the key of somebody else.
        """
        issuer, key, since, until, start, before, own, within = asked
        scope = None if within is None else Scope.from_plain(within)
        with self._moment(stands) as moment:
            if moment is None:
                return None
            signers = find_signers(
                self._registry.at(moment.reader),
                issuer=issuer or None,
                key=key or None,
            )
            if own is not None and signers.actor.id not in own:
                raise RejectedError("that key is another actor's")
            end = min(moment.size, before if before is not None else 2**53)
            stop = min(end, start + STATEMENT_ENTRIES)
            rows: list[dict[str, object]] = []
            size = 0
            for statement in statements_of(
                moment, signers, since=since, until=until,
                start=start, stop=stop,
            ):  # fmt: skip
                if size > MOST_BYTES:
                    stop = statement.log_index
                    break
                told = [e._asdict() for e in events_of(statement, scope)]
                size += sum(len(json.dumps(each)) for each in told)
                rows += told
            return moment.note, _said(
                "statements",
                size=moment.size,
                issuer=signers.actor.id,
                name=signers.actor.name,
                keys=[each.hex() for each in signers.keys],
                next=stop if stop < end else None,
                events=rows,
            )

    # What is cheap.

    def receipt(self, log_index: int, size: int, note: str) -> tuple[str, str]:
        """Return (statement id, receipt) under the checkpoint of *size*.

        Of a statement that it does not cover, under the newest.
        """
        with self._ledger.moment() as moment:
            # What is logged stays: an older tree is proven as it was.
            shown = (
                replace(moment, size=size, note=note)
                if log_index < size <= moment.size
                else moment
            )
            (receipt,) = self._ledger.receipts_at(shown, [log_index])
        return receipt.statement_id.hex(), receipt.text

    def first_receipts(self, indexes: Sequence[int]) -> list[str]:
        """Return the receipt of each, under the first checkpoint it is in.

        That one never changes, but for cosignatures that are added: the same
        statement has the same receipt whenever it is submitted.
        """
        with self._ledger.moment() as moment:
            receipts: dict[int, str] = {}
            size, note, nodes = 0, "", None
            for log_index in sorted(set(indexes)):
                # No checkpoint lies between an index and the first that
                # covers it, so that one is the first for all below its size.
                if nodes is None or log_index >= size:
                    size, note = _first_checkpoint(moment.reader, log_index)
                    nodes = _remembered(
                        TileNodes(moment.reader, size=size, kept=self._tiles)
                    )
                path = merkle.prove_inclusion(log_index, size, nodes)
                receipts[log_index] = format_proof(
                    ProofFile(log_index, path, note)
                )
            return [receipts[log_index] for log_index in indexes]

    def find(self, issued_at: int, statement_id: bytes) -> int:
        """Return the log index of that statement."""
        with self._ledger.moment() as moment:
            index = moment.reader.find_statement(issued_at, statement_id)
        if index is None:
            raise NotFoundError("the log has no such statement")
        return index

    def heads(self, items: Sequence[str]) -> list[object]:
        """Return (count, link) of each item's trail; None without one."""
        heads = [self._ledger.head(item) for item in items]
        return [head and (head.count, bytes(head.link)) for head in heads]

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return the tile's hashes."""
        with self._ledger.moment() as moment:
            tile = moment.reader.tile(level, number) or b""
        size = width * HASH_SIZE
        if len(tile) < size:
            raise NotFoundError("the log has no such tile")
        return tile[:size]

    def entries(self, number: int, width: int) -> bytes:
        """Return the entry bundle."""
        start = number * TILE_WIDTH
        with self._ledger.moment() as moment:
            entries = list(moment.reader.entries(start, start + width))
        if len(entries) < width:
            raise NotFoundError("the log has no such entries")
        return format_entries(entries)

    @contextmanager
    def _moment(self, stands: bool) -> Iterator[Snapshot | None]:
        """Give the moment that stands, or None without one; or the newest."""
        if stands:
            yield None if self._held is None else self._held.moment
            return
        with self._ledger.moment() as moment:
            yield moment


def _stretch(
    reader: Reader, item: str, start: int | None
) -> tuple[int, int] | None:
    """Return the links that *start* asks for.

    Raises:
        MalformedError: The trail has ended before it.
    """
    head = reader.head(map_key(item))
    # What has no trail at all, whoever proves says.
    if start is None or head is None:
        return None
    if start >= head.count:
        raise MalformedError(
            f"{item} has {head.count} events: there is none after the first"
            f" {start}"
        )
    return start, start + STRETCH


def _not_theirs(item: str) -> RejectedError:
    return RejectedError(f"no event of {item} there is one of theirs")


def _page(actors: Sequence[Actor]) -> list[dict[str, JSON]]:
    """Return the first of *actors*, as many as one answer holds."""
    page: list[dict[str, JSON]] = []
    size = 0
    for actor in actors:
        told = actor_to_json(actor)
        size += len(json.dumps(told))
        if page and size > MOST_BYTES:
            break
        page.append(told)
    return page


def _said(name: str, /, **members: object) -> bytes:
    return json.dumps({"schema": f"provenance.{name}/1", **members}).encode()


def _first_checkpoint(reader: Reader, log_index: int) -> tuple[int, str]:
    """Return the first (size, note) that covers the entry at *log_index*."""
    for found in islice(
        reader.checkpoints(log_index + 1, reader.size() + 1), 1
    ):
        return found
    raise StoreError(f"no checkpoint covers entry {log_index}")


def _remembered(read: merkle.ReadNodes) -> merkle.ReadNodes:
    """Return *read* with a memory: proofs of neighbours are much the same."""
    known: dict[merkle.TreeNode, Hash] = {}

    def find(nodes: Sequence[merkle.TreeNode]) -> list[Hash]:
        new = [node for node in nodes if node not in known]
        if new:
            known.update(zip(new, read(new), strict=True))
        return [known[node] for node in nodes]

    return find


class _Held(NamedTuple):
    """A moment that stands, and what ends it."""

    moment: Snapshot
    ending: ExitStack


def _end(held: _Held | None) -> None:
    if held is not None:
        held.ending.close()


def _main() -> None:
    if sys.argv[2:] == [PROVES]:
        # What costs nothing comes first, and so does the process that serves.
        os.nice(_NICENESS)
    # What a proof is made of dies with it, and has no cycles; the caches live
    # long, and would be looked through for nothing.
    gc.set_threshold(_COLLECTED_AFTER)
    with open_reader(Path(sys.argv[1])) as ledger:
        answers = ReaderAnswers(ledger)
        answer_questions(
            {
                "hold": answers.hold,
                "show": answers.show,
                "let_go": answers.let_go,
                "bundle": answers.bundle,
                "bundle_view": answers.bundle_view,
                "trail": answers.trail,
                "actors": answers.actors,
                "actor": answers.actor,
                "concealed": answers.concealed,
                "statements": answers.statements,
                "receipt": answers.receipt,
                "first_receipts": answers.first_receipts,
                "find": answers.find,
                "heads": answers.heads,
                "tile": answers.tile,
                "entries": answers.entries,
            }
        )


if __name__ == "__main__":
    _main()
