"""The browser's JavaScript says what Python says.

`node/provenance_node/web/verify` is the pure floors once more, file for file. Its own tests
stand in `tests/web/*.test.js` and need nothing but Node:

    node --test tests/web/*.test.js

Here they are run, and both languages are asked the same questions: about
changed bundles above all (`tests/web/agree.py`).
"""

import functools
import os
import pathlib
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import mldsa

from provenance.claims.event import (
    MAX_ITEM_LENGTH,
    MAX_LEAVES,
    MAX_OWN_LEAVES,
    MAX_POINTER_LENGTH,
    MAX_UOM_LENGTH,
    QUANTITY_LISTS,
    RELATIONS,
)
from provenance.encoding.base64 import encode_base64
from provenance.encoding.digest import sha256
from provenance.epcis.prefixes import STANDARD_PREFIXES
from provenance.epcis.vocabulary import (
    ERROR_REASON,
    PRIVATE_STEPS,
    STEPS,
)
from provenance.gs1.checkdigit import CSET_82
from provenance.gs1.identifier import KEYS, ORDERS, QUALIFIERS
from provenance.keys import MLDSASigner
from provenance.proof.bundle import (
    MAX_ANCHORS,
    MAX_BUNDLE_SIZE,
    MAX_PARTS,
    MAX_ROWS,
    MAX_TRAILS,
)
from provenance.proof.trace import EDGE, WHOLE
from provenance.proof.verdict import NOT_CHECKED, SCHEMA
from provenance.proof.verdict import STEPS as CHECKS
from provenance.rules.book import assessment, baseline
from tests.mutants import check_mutants
from tests.support.parts import lack
from tests.vectors.case import plain
from tests.web.agree import Answerer, compare
from tests.web.make_books import modules

WEB = pathlib.Path(__file__).parents[1] / "web"
SCRIPTS = sorted(WEB.glob("*.test.js"))

OLDEST = (20, 19)
"""The Node that takes a .js file for a module by its looks."""

SLICE = 300
"""How many changed bundles the test run asks about."""

SEED = 20_261_122


@functools.cache
def version_of(node: str) -> tuple[int, ...]:
    done = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=True
    )
    return tuple(map(int, re.findall("[0-9]+", done.stdout)[:2]))


@pytest.fixture
def node() -> str:
    """Return the Node at hand, if it is new enough."""
    found = shutil.which("node")
    wanted = ".".join(map(str, OLDEST))
    if found is None:
        lack(f"no node: install Node {wanted} or newer")
    if version_of(found) < OLDEST:
        lack(f"node is too old for these tests: install {wanted} or newer")
    return found


@pytest.fixture
def answerer(node: str) -> Iterator[Answerer]:
    with Answerer(node) as one:
        yield one


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_its_own_tests_pass(script: pathlib.Path, node: str) -> None:
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", str(script)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        # What pytest itself was started with is none of its business.
        env={k: v for k, v in os.environ.items() if k != "NODE_OPTIONS"},
    )
    assert done.returncode == 0, faults(done.stdout) + done.stderr
    counts = {
        name: int(count)
        for name, count in re.findall(
            r"^# (\w+) (\d+)$", done.stdout, re.MULTILINE
        )
    }
    assert counts["pass"] + counts["skipped"] == counts["tests"] > 0
    if reasons := set(re.findall(r"# SKIP (.*)", done.stdout)):
        # Never reported as a pass, though the others of the file did.
        pytest.skip(f"{counts['skipped']} of {counts['tests']}: {reasons}")


def faults(report: str) -> str:
    """Return what a report of Node says of the tests that failed."""
    blocks = re.split(r"^(?=# Subtest: )", report, flags=re.MULTILINE)
    return "\n".join(block for block in blocks if "\nnot ok" in f"\n{block}")


def test_there_are_scripts_to_run() -> None:
    assert len(SCRIPTS) >= 9


def test_a_slice_of_changed_bundles_gets_the_same_verdicts(
    answerer: Answerer,
) -> None:
    found = compare(SLICE, SEED, answerer)
    print(f"seed {SEED}: {dict(found.asked)}")
    assert [text for text, _ in found.disagreements] == []
    # The question is not always the same one.
    for outcome in ("VERIFIED", "FAILED", "INCOMPLETE", "UNKNOWN"):
        assert found.asked[f"bundle {outcome}"] > 0
    assert found.asked["receipt"] > SLICE // 5


def test_a_slice_of_mutants_gets_the_same_verdicts(answerer: Answerer) -> None:
    report = check_mutants(SLICE, SEED, answerer)
    print(f"seed {SEED}: {dict(report.outcomes)}")
    assert report.both is not None
    assert [text for text, _ in report.both.disagreements] == []
    assert report.faults == []
    assert report.both.asked.total() == SLICE


def test_without_webcrypto_the_verdicts_are_the_same(node: str) -> None:
    with Answerer(node, backend="pure") as answerer:
        found = compare(SLICE // 10, SEED + 1, answerer)
    assert [text for text, _ in found.disagreements] == []


def test_post_quantum_signatures_get_the_same_verdict(
    answerer: Answerer,
) -> None:
    rng = random.Random(SEED)
    for number in range(20):
        signer = MLDSASigner.from_seed(sha256(b"mldsa %d" % number))
        message = rng.randbytes(rng.choice((0, 1, 100, 1000)))
        parts = [signer.verifier.data, signer.sign(message), message]
        if number % 4:
            # A signature ends in its hints, which have but one spelling.
            which = rng.choice((0, 1, 1, 1))
            changed = bytearray(parts[which])
            last = len(changed) - 1
            at = rng.choice((last - rng.randrange(84), rng.randrange(last)))
            changed[at] ^= 1 << rng.randrange(8)
            parts[which] = bytes(changed)
        key, signature, message = parts
        answer = answerer.ask(
            {
                "kind": "mldsa",
                "key": encode_base64(key),
                "signature": encode_base64(signature),
                "message": encode_base64(message),
            }
        )
        assert answer == {"answer": is_signed(key, signature, message)}


def is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        mldsa.MLDSA44PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_the_rule_books_of_the_page_are_those_of_the_library() -> None:
    for path, text in modules().items():
        assert path.read_text() == text, "run python -m tests.web.make_books"


def test_the_tables_are_the_same(answerer: Answerer) -> None:
    found: dict[str, Any] = answerer.ask({"kind": "tables"})["answer"]
    wanted = plain(
        {
            "checks": [SCHEMA, NOT_CHECKED, *CHECKS],
            "cset_82": CSET_82,
            "keys": forms(KEYS),
            "limits": [
                MAX_BUNDLE_SIZE,
                MAX_ROWS,
                MAX_ANCHORS,
                MAX_TRAILS,
                MAX_PARTS,
                MAX_LEAVES,
                MAX_OWN_LEAVES,
                MAX_ITEM_LENGTH,
                MAX_POINTER_LENGTH,
                MAX_UOM_LENGTH,
                WHOLE,
                EDGE,
            ],
            "orders": list(ORDERS.items()),
            "prefixes": list(STANDARD_PREFIXES.items()),
            "private_steps": names(PRIVATE_STEPS),
            "qualifiers": forms(QUALIFIERS),
            "relations": list(RELATIONS),
            "quantity_lists": sorted(QUANTITY_LISTS),
            "steps": names(STEPS),
            "error_reasons": [
                ERROR_REASON.name,
                ERROR_REASON.stem,
                sorted(ERROR_REASON.words),
            ],
            "books": [baseline().id, assessment().id],
        }
    )
    assert isinstance(wanted, dict)
    for table in found.keys() | wanted.keys():
        assert found.get(table) == wanted.get(table), table


def forms(table: Any) -> list[list[object]]:
    return [[ai, f.name, f.checked, f.says] for ai, f in table.items()]


def names(table: Any) -> list[list[str]]:
    return [[word, s.english, s.chinese] for word, s in table.items()]
