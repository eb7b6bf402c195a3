"""A node answers nothing that its OpenAPI description does not have.

Here each operation is asked a few times, from a seed that stands below; the
longer run is

    python -m tests.schema_run 2000
"""

import pytest
import requests
from schemathesis import GenerationMode
from schemathesis.openapi import checks

from tests.ledger_world import LedgerWorld
from tests.schema_run import (
    Run,
    ask,
    described_by,
    operations,
    run,
    said_by,
)
from tests.support.node_world import NodeProcess, grow, new_world

COUNT = 3
SEED = 20_261_123


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    world = new_world(tmp_path_factory.mktemp("schema"))
    grow(world, 40)
    return world


def test_no_answer_is_one_that_is_not_described(world: LedgerWorld) -> None:
    done = run(world, count=COUNT, seed=SEED)
    print(f"seed {SEED}: {dict(sorted(done.answers.items()))}")
    assert not done.faults, "\n\n".join(
        f"{place}\n{fault}" for place, fault in done.faults.items()
    )
    # It is not that all was refused at the door.
    assert done.answers[200] > 20
    assert done.answers.total() > 300


def test_an_answer_that_is_not_described_would_be_noticed(
    world: LedgerWorld,
) -> None:
    with (
        NodeProcess(world.folder) as node,
        requests.Session() as session,
    ):
        described = described_by(node)
        path = "/v1/statements/{statement}/receipt"
        del described["paths"][path]["get"]["responses"]["400"]
        (operation,) = (
            each for each in operations(described) if each.path == path
        )
        done = Run()
        with pytest.raises(BaseExceptionGroup) as caught:
            ask(
                operation, GenerationMode.POSITIVE, {}, done, node.url,
                session, count=COUNT, seed=SEED,
            )  # fmt: skip
        assert done.answers[400]
        (fault,) = caught.value.exceptions
        assert isinstance(fault, checks.UndefinedStatusCode)
        assert "Received: 400" in said_by(caught.value)
