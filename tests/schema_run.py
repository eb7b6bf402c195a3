"""Ask a node whatever its own OpenAPI description allows, and what it forbids.

    python -m tests.schema_run 2000 [--seed 7] [--only PATH]

So many requests for each operation, half of them as described and half of
them not, from a seed that is printed. A real node answers, over a socket. Of
every answer the description must have the status, the type and the form; 5xx
are answers only where it says so, and then 501 or 503.
"""

import argparse
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.epcis_world import AUTHORISED, write_secrets
from tests.support.node_world import NodeProcess, grow, new_world
from tests.support.waiting import PATIENCE_SECONDS

Operation = APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Any]

CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
ALLOWED = frozenset({501, 503})
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
GENEROUS = {
    f"{name}_{kind}": 1_000_000
    for name in ("read", "write", "actor")
    for kind in ("rate", "burst")
}


KNOWN = {
    "item": can(1),
    "actor": PRODUCER,
    "statement": "4",
    "epc": can(1),
    "eventType": "ObjectEvent",
    "bizStep": "commissioning",
    "code": "PRV-9100",
}
"""Part of a path → what is there."""

KNOWN_REST = can(1).partition("/01/")[2]


def as_bytes(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Send what was made for a type that is no JSON as the bytes it is."""
    if isinstance(value, bytes):
        return value
    return str(value).encode(errors="surrogatepass")


schemathesis.serializer(
    "application/msgpack",
    "application/vnd.provenance.submission",
    "application/xml",
    "text/xml",
)(as_bytes)


@dataclass
class Run:
    """What became of a run.

    Attributes:
        answers: Status → how often.
        faults: Operation → what was wrong, once for each kind of fault.
    """

    answers: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)


def run(world: LedgerWorld, *, count: int, seed: int, only: str = "") -> Run:
    """Return what came of *count* requests for each operation and mode."""
    done = Run()
    folder = world.folder.parent
    with (
        NodeProcess(world.folder, **GENEROUS, **write_secrets(folder)) as node,
        requests.Session() as session,
    ):
        described = described_by(node)
        for operation in operations(described):
            if only not in operation.path:
                continue
            for mode in MODES:
                for known in ({}, known_of(operation)):
                    try:
                        ask(
                            operation, mode, known, done, node.url, session,
                            count=count, seed=seed,
                        )  # fmt: skip
                    except Unsatisfiable as error:
                        # There is nothing that the description forbids.
                        if mode is GenerationMode.POSITIVE:
                            done.faults[operation.label] = str(error)
                    except Exception as error:  # noqa: BLE001  # all are told at the end
                        place = f"{operation.label} {mode.value} {known}"
                        done.faults[place] = said_by(error)
                    if not known_of(operation):
                        break
        with node.client() as client:
            alive = client.get("/readyz")
        assert alive.status_code == 200, alive.text
        assert node.stop() == 0
        _, said = node.ended()
        if b'"event": "bug"' in said:
            done.faults["journal"] = said.decode()
    return done


def described_by(node: NodeProcess) -> dict[str, Any]:
    """Return the OpenAPI description of *node*."""
    with node.client() as client:
        described: dict[str, Any] = client.get("/openapi.json").json()
        return described


def said_by(error: BaseException) -> str:
    """Return what *error* says, and each of those that it is a group of."""
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return "\n".join([str(error), *map(str, parts)])


def operations(described: dict[str, Any]) -> Iterator[Operation]:
    """Yield every operation that is *described*."""
    schema = schemathesis.openapi.from_dict(described)
    for found in schema.get_all_operations():
        if isinstance(found, Err):
            raise found.err()
        yield found.ok()


def known_of(operation: Operation) -> dict[str, str]:
    """Return parts of the path that there is something at."""
    names = re.findall(r"{(\w+)}", operation.path)
    if operation.path.startswith("/01/"):
        return {"rest": KNOWN_REST}
    return {name: KNOWN[name] for name in names if name in KNOWN}


def ask(
    operation: Operation,
    mode: GenerationMode,
    known: dict[str, str],
    done: Run,
    url: str,
    session: requests.Session,
    *,
    count: int,
    seed: int,
) -> None:
    """Send that operation *count* requests.

    Raises:
        Exception: An answer is not one that is described.
    """
    allowed = {
        int(status)
        for status in operation.definition.raw["responses"]
        if int(status) in ALLOWED
    }

    @seeded(seed)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(
        case=operation.as_strategy(
            generation_mode=mode, path_parameters=known or None
        )
    )
    def send(case: Case) -> None:
        answer = case.call(
            base_url=url, session=session, headers=AUTHORISED,
            timeout=PATIENCE_SECONDS,
            allow_redirects=False,
        )  # fmt: skip
        done.answers[answer.status_code] += 1
        assert answer.status_code < 500 or answer.status_code in allowed, (
            f"{answer.status_code}: {answer.text[:500]}"
        )
        case.validate_response(answer, checks=CHECKS)

    send()


def main() -> None:
    """Run it, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--only", default="", help="a part of the path")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        world = new_world(Path(name))
        grow(world, 40)
        done = run(
            world, count=options.count, seed=options.seed, only=options.only
        )
    for status, times in sorted(done.answers.items()):
        print(f"{status}  {times:,}")
    for place, fault in done.faults.items():
        print(f"\n=== {place}\n{fault}")
    raise SystemExit(1 if done.faults else 0)


if __name__ == "__main__":
    main()
