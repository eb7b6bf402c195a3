"""Do Python and JavaScript say the same, whatever the bytes?

    python -m tests.web.agree 50000          so many bundles, as many others
    python -m tests.web.agree 50000 42       with the seed 42 again

What is asked is in `questions`. A verdict is compared whole: outcome, codes,
subjects, notices, what the log says of itself, the timeline. Only what is
said about a fault for people may be in other words; it is counted and shown.
A disagreement is written to a file with what was asked, and ends in exit
code 1.
"""

import collections
import dataclasses
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

from provenance.encoding.base64 import decode_base64, encode_base64
from provenance.encoding.canonical import decode, encode
from provenance.errors import ProvenanceError
from provenance.gs1 import canonical_item
from provenance.proof.receipt import verify_receipt
from provenance.proof.trust import Trust, parse_trust
from provenance.proof.verify import examine_bundle
from tests.support.waiting import PATIENCE_SECONDS
from tests.unit.proof.test_golden_vectors import read_trust
from tests.vectors.case import plain
from tests.web.questions import Question, Questions

ANSWERER = pathlib.Path(__file__).with_name("answer.js")

# Both refuse what is no canonical msgpack, UTF-8 or TOML; Python says so in
# the words of its libraries, and looks at things in another order.
_OTHERS_WORDS = re.compile(
    r"(this is no bundle: |the trust file is not TOML: |not canonical msgpack"
    r"|bytes follow the canonical|a value is not in its shortest|a map's keys"
    r"|nested deeper|[0-9]+ more values|the byte 0x|an extension type"
    r"|the extension type|\S+ is (?:outside ±|not a finite|spelled as)"
    r"|the (?:note|proof) is not UTF-8).*",
    re.DOTALL,
)
# What JavaScript's reader of TOML refuses and Python's takes, it says so.
_NOT_READ_HERE = re.compile(r"not read here|that is read here")


class Answerer:
    """A JavaScript that answers questions, until it is closed."""

    def __init__(
        self,
        node: str = "node",
        backend: str = "",
        script: pathlib.Path = ANSWERER,
    ) -> None:
        self._process = subprocess.Popen(
            [node, str(script), *([backend] if backend else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=PATIENCE_SECONDS)

    def ask(self, question: Question) -> Mapping[str, Any]:
        """Return its answer, or the error that it came to."""
        pipes = self._process.stdin, self._process.stdout
        assert pipes[0] is not None
        assert pipes[1] is not None
        pipes[0].write(json.dumps(question) + "\n")
        pipes[0].flush()
        answer: Mapping[str, Any] = json.loads(pipes[1].readline())
        return answer


# Python's answers.

_trusts: dict[str, Trust] = {}


def trust_of(text: str) -> Trust:
    if text not in _trusts:
        _trusts[text] = parse_trust(text)
    return _trusts[text]


def _examine(question: Question) -> object:
    verdict = examine_bundle(
        decode_base64(question["bundle"]),
        trust=trust_of(question["trust"]),
        now=question["now"],
        item=question["item"],
    )
    return verdict.to_json()


def _verify_receipt(question: Question) -> object:
    return verify_receipt(
        decode_base64(question["text"]),
        entry=decode_base64(question["entry"]),
        trust=trust_of(question["trust"]),
        now=question["now"],
    )


PYTHON: Mapping[str, Callable[[Question], object]] = {
    "bundle": _examine,
    "receipt": _verify_receipt,
    "canonical": lambda q: encode_base64(
        encode(decode(decode_base64(q["data"])))
    ),
    "base64": lambda q: encode_base64(decode_base64(q["text"])),
    "item": lambda q: canonical_item(q["uri"]),
    "quoted": lambda q: repr(q["text"]),
    "trust": lambda q: plain(read_trust({"text": q["text"]})),
}


def python_says(question: Question) -> Mapping[str, Any]:
    try:
        answer = PYTHON[question["kind"]](question)
    except ProvenanceError as error:
        return {"error": type(error).__name__, "message": str(error)}
    except (ValueError, LookupError, RecursionError) as error:
        return {"crash": repr(error)}
    return {"answer": json.loads(json.dumps(answer))}


# Comparing.


@dataclasses.dataclass
class Findings:
    """What came of asking both.

    Attributes:
        asked: Kind of question, and for a bundle its outcome → how many.
        disagreements: What they disagree about, each with its question.
        wordings: What both say, each in other words.
    """

    asked: collections.Counter[str]
    disagreements: list[tuple[str, Question]]
    wordings: collections.Counter[tuple[str, str]]

    def add(self, question: Question, python: Any, script: Any) -> None:
        """Compare two answers to one question."""
        kind = question["kind"]
        if kind == "bundle" and "answer" in python:
            self.asked[f"bundle {python['answer']['outcome']}"] += 1
        else:
            self.asked[kind] += 1
        for text in self._differences(kind, python, script):
            self.disagreements.append((text, question))

    def _differences(self, kind: str, python: Any, script: Any) -> list[str]:
        if "crash" in python or "crash" in script:
            return [f"crash: {python} / {script}"]
        if kind == "trust" and _NOT_READ_HERE.search(script.get("message", "")):
            return []
        if "error" in python or "error" in script:
            if python.get("error") != script.get("error"):
                return [f"{python} / {script}"]
            self._compare_words(python["message"], script["message"])
            return []
        left, right = python["answer"], script["answer"]
        if kind == "bundle":
            return self._compare_verdicts(left, right)
        return [] if left == right else [f"{left!r} / {right!r}"]

    def _compare_verdicts(self, left: Any, right: Any) -> list[str]:
        for name in ("checks", "notices"):
            if len(left[name]) == len(right[name]):
                for a, b in zip(left[name], right[name], strict=True):
                    self._compare_words(a.pop("detail"), b.pop("detail"))
        return [
            f"{name}: {left.get(name)!r} / {right.get(name)!r}"
            for name in left.keys() | right.keys()
            if left.get(name) != right.get(name)
        ]

    def _compare_words(self, left: str, right: str) -> None:
        if _without_reason(left) != _without_reason(right):
            self.wordings[left, right] += 1


def _without_reason(text: str) -> str:
    """Return *text* without the reason why bytes are no msgpack or UTF-8.

    Python gives it in the words of its libraries.
    """
    return str(_OTHERS_WORDS.sub("…", text))


def compare(count: int, seed: int, answerer: Answerer) -> Findings:
    """Ask both about *count* bundles, as many small things, and receipts."""
    questions = Questions(seed)
    found = Findings(collections.Counter(), [], collections.Counter())
    for number in range(count):
        makers = [questions.bundle, questions.small]
        if number % 4 == 0:
            makers.append(questions.receipt)
        for make in makers:
            question = make()
            found.add(question, python_says(question), answerer.ask(question))
    return found


def main() -> int:
    count = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 10**9
    print(f"seed {seed}")
    with Answerer() as answerer:
        found = compare(count, seed, answerer)
    for kind, number in sorted(found.asked.items()):
        print(f"{number:7} {kind}")
    for (left, right), number in found.wordings.most_common(20):
        print(f"{number} times in other words:\n    {left}\n    {right}")
    print(f"{found.wordings.total()} in other words")
    if found.disagreements:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="disagreements-"))
        for number, (text, question) in enumerate(found.disagreements):
            path = folder / f"{number}.json"
            path.write_text(json.dumps(question))
            print(f"{text[:1000]}\n    asked: {path}")
    print(f"{len(found.disagreements)} disagreements")
    return 1 if found.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
