"""Clients in tests: with the trust of `tests.ledger_world`, and no waiting."""

from collections.abc import Callable

from provenance.client import Client, Retries
from tests.ledger_world import LedgerWorld
from tests.support.waiting import PATIENCE_SECONDS


class Waits:
    """Time that passes only when somebody sleeps."""

    def __init__(self, then: Callable[[], object] | None = None) -> None:
        self.slept: list[float] = []
        self._then = then

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self._then is not None:
            self._then()

    def elapsed(self) -> float:
        return sum(self.slept)

    def retries(self, attempts: int = 4, deadline: float = 120.0) -> Retries:
        return Retries(
            attempts=attempts,
            deadline_seconds=deadline,
            sleep=self.sleep,
            elapsed=self.elapsed,
            # The longest that chance could have picked.
            pick=lambda _, most: most,
        )


def client_of(
    world: LedgerWorld,
    url: str,
    *,
    waits: Waits | None = None,
    attempts: int = 4,
    deadline: float = 120.0,
) -> Client:
    waits = waits or Waits()
    return Client(
        url,
        trust=world.trust,
        retries=waits.retries(attempts, deadline),
        timeout_seconds=PATIENCE_SECONDS,
    )
