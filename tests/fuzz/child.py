"""What a child does: one parser, many inputs, within bounds."""

import base64
import collections
import contextlib
import dataclasses
import gc
import hashlib
import os
import pathlib
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from typing import Any

from provenance.errors import ProvenanceError
from provenance.proof.trust import format_trust
from tests.fuzz.parsers import PARSERS, Parser, text_of
from tests.web.agree import _NOT_READ_HERE, Answerer
from tests.world import START, story

SECONDS = 2.0
"""How much processor time an input may take, and each MiB of it besides."""

MEMORY = 100 * 2**20
"""How many bytes a parser may take beyond what it has at rest."""

_HARD_SECONDS = 20
_LONGEST_MESSAGE = 4000
_HARD_MEMORY = 600 * 2**20
_MOST_FAULTS = 20
_OF_TEXT = frozenset(
    {
        "trust", "checkpoint", "vkey", "cosigner", "log key", "tile path",
        "entries path", "base64", "item", "code", "urn", "element string",
        "raw string",
    }
)  # fmt: skip
_ANSWERER = pathlib.Path(__file__).with_name("answer.js")


class TooLongError(BaseException):
    """An input took more than the hard limit; no parser can catch it."""


@dataclasses.dataclass
class Found:
    """What came of one parser.

    Attributes:
        said: "read", or an error's name → how many inputs.
        faults: What was against the rule.
        slowest: The most processor time of one input, in s.
        memory: The most bytes above rest.
    """

    said: collections.Counter[str]
    faults: list[str]
    slowest: float
    memory: int

    def told(self) -> str:
        said = ", ".join(f"{n} {what}" for what, n in self.said.most_common())
        return "\n    ".join(
            (
                f"{said}; at most {self.slowest:.2f} s, {self.memory >> 20} MiB",
                *self.faults,
            )
        )


def run(  # the arguments of a child
    name: str,
    count: int,
    seed: int,
    start: int,
    both: bool,
    progress: Any,
    queue: Any,
) -> None:
    """Ask the parser *name* *count* times; put what was found in *queue*."""
    queue.put(ask(name, count, seed, start=start, both=both, progress=progress))


def input_of(parser: Parser, seed: int, number: int) -> bytes:
    """Return the input *number*: always the same of the same *seed*."""
    rng = random.Random(f"{seed}/{parser.name}/{number}")
    seeds = parser.seeds()
    return parser.change(rng, rng.choice(seeds), rng.choice(seeds))


def ask(  # each by its name
    name: str,
    count: int,
    seed: int,
    *,
    start: int = 0,
    both: bool = False,
    progress: Any = None,
) -> Found:
    """Ask the parser *name* for *count* inputs, from number *start* on."""
    parser = PARSERS[name]
    given = parser.seeds()
    parser = dataclasses.replace(parser, seeds=lambda: given)
    found = Found(collections.Counter(), [], 0.0, 0)
    for data in given:
        with contextlib.suppress(ProvenanceError):
            parser.read(data)
    gc.collect()
    rest = _peak()
    with _bounds(), _answerer(parser, both=both) as answerer:
        for number in range(start, start + count):
            if progress is not None:
                progress.value = number
            data = input_of(parser, seed, number)
            before = max(rest, _peak())
            said, fault, seconds = _read(parser, data)
            found.said[said] += 1
            found.slowest = max(found.slowest, seconds)
            if (peak := _peak()) > before:
                found.memory = max(found.memory, peak - rest)
                if found.memory > MEMORY:
                    fault = fault or f"{found.memory >> 20} MiB above rest"
                    rest = peak
            if seconds > SECONDS * (1 + len(data) / 2**20):
                fault = fault or f"{seconds:.1f} s"
            if answerer is not None and not fault:
                fault = _other(parser, data, said, answerer)
            if fault:
                found.faults.append(_told(parser, seed, number, data, fault))
                if len(found.faults) >= _MOST_FAULTS:
                    break
    return found


def _read(parser: Parser, data: bytes) -> tuple[str, str, float]:
    """Return what was said, what is wrong with that, and the time it took."""
    fault = ""
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, _HARD_SECONDS)
    try:
        parser.read(data)
        said = "read"
    except parser.errors as error:
        said = type(error).__name__
        # It may quote what was sent, and not multiply it.
        if len(str(error)) > _LONGEST_MESSAGE + len(data):
            fault = f"a message of {len(str(error))} characters"
    except (Exception, TooLongError) as error:  # noqa: BLE001  # that is what is looked for
        said = type(error).__name__
        where = traceback.extract_tb(error.__traceback__)[-1]
        fault = (
            f"{said}: {str(error)[:200]!a} at"
            f" {pathlib.Path(where.filename).name}:{where.lineno}"
        )
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return said, fault, time.process_time() - began


def _other(parser: Parser, data: bytes, said: str, answerer: Answerer) -> str:
    """Return what JavaScript says otherwise; empty if it says the same."""
    question: dict[str, Any] = {"kind": parser.twin}
    if parser.twin in _OF_TEXT:
        question["text"] = text_of(data)
    else:
        question["data"] = base64.b64encode(data).decode()
    if parser.twin == "bundle":
        question |= {"trust": _trust(), "now": START + 10**7}
    answer = answerer.ask(question)
    if "crash" in answer:
        return f"JavaScript: {answer['crash'][:300]}"
    if answer["seconds"] > SECONDS * (2 + len(data) / 2**20):
        return f"JavaScript: {answer['seconds']:.1f} s"
    theirs = answer.get("error", "read")
    if theirs == said or "unread" in answer:
        return ""
    if parser.name == "trust" and _NOT_READ_HERE.search(
        answer.get("message", "").replace("half a surrogate", "not read here")
    ):
        # A file is UTF-8, and holds no half of a pair.
        return ""
    return f"Python {said}, JavaScript {theirs}: {answer.get('message', '')}"


def _trust() -> str:
    return format_trust(story().trust())


def _told(
    parser: Parser, seed: int, number: int, data: bytes, fault: str
) -> str:
    digest = hashlib.sha256(data).hexdigest()[:8]
    path = pathlib.Path(tempfile.gettempdir()) / (
        f"fuzz-{parser.name.replace(' ', '-')}-{digest}"
    )
    path.write_bytes(data)
    return f"input {number} of seed {seed}: {fault}; see {path}"


def _peak() -> int:
    """Return the most bytes that this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@contextlib.contextmanager
def _bounds() -> Iterator[None]:
    """Bound the memory of this process, and how long one input may take."""

    def stop(*_: object) -> None:
        raise TooLongError(f"more than {_HARD_SECONDS} s")

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    status = pathlib.Path("/proc/self/statm")
    pages = int(status.read_text().split()[0]) if status.exists() else 0
    before = signal.signal(signal.SIGPROF, stop)
    if pages:
        most = pages * resource.getpagesize() + _HARD_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    try:
        yield
    finally:
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@contextlib.contextmanager
def _answerer(parser: Parser, *, both: bool) -> Iterator[Answerer | None]:
    if not both or not parser.twin:
        yield None
        return
    # What JavaScript takes beyond that ends it, and so the run.
    os.environ["NODE_OPTIONS"] = "--max-old-space-size=256"
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        answerer = Answerer(script=_ANSWERER)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    with answerer:
        yield answerer
