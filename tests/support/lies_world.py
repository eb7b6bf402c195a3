"""A log to which lies are told, that the judge and the verifier must see."""

from provenance.claims.actor import Grant
from provenance.claims.event import Event
from provenance.proof.verdict import Outcome
from tests.histories.judged import JudgedWorld
from tests.world import can, faults

MAKER = "did:web:maker.example"
FAKER = "did:web:faker.example"
CARRIER = "did:web:carrier.example"
CUSTOMS = "did:web:customs.example"
AUDITOR = "did:web:auditor.example"
SHOP = "did:web:shop.example"


class LiesWorld(JudgedWorld):
    """One can that its maker made, and others who may say something of it.

    The faker is a producer as well, of another prefix.
    """

    def __init__(self) -> None:
        super().__init__()
        self.enrol("maker", Grant("", "producer", prefixes=("9506000",)))
        self.enrol("faker", Grant("", "producer", prefixes=("0614141",)))
        self.enrol("carrier", Grant("", "carrier"))
        self.enrol("customs", Grant("", "customs"))
        self.enrol("auditor", Grant("", "auditor"))
        self.enrol("shop", Grant("", "retailer"))
        self.say(MAKER, self.made(can(1), can(2)))
        self.commit()
        assert self.refused == {}

    def lie(
        self,
        issuer: str,
        event: Event,
        *,
        item: str = can(1),
        outcome: Outcome = Outcome.FAILED,
    ) -> set[str]:
        """Log *event*; return the codes by which *item* is not VERIFIED.

        The judge refuses it, and so does whoever verifies the item.
        """
        at = self.say(issuer, event), 0
        assert at in self.refused, "the judge admits it"
        verdict = self.examine(self.bundle(item), item=item)
        assert verdict.outcome is outcome, (
            f"{self.refused[at].why} / {verdict.outcome}: {faults(verdict)}"
        )
        return set(faults(verdict))

    def truth(self, issuer: str, event: Event, *, item: str = can(1)) -> None:
        """Log *event*, which the judge admits and with which *item* is VERIFIED."""
        self.say(issuer, event)
        assert self.refused == {}
        self.check(item)
