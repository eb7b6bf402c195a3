"""What checking processes answer is what was found, whole."""

import msgpack

from provenance.claims.act import Act, Need
from provenance.ledger import workers


def test_all_that_an_event_does_comes_back_from_a_worker() -> None:
    needs = (
        Need(frozenset({"packing", "loading"}), ("9506000",)),
        Need(frozenset({"recalled"})),
    )
    act = Act(needs, ("https://id.gs1.org/414/9506000134376",), True, True)
    assert all(
        one != Act._field_defaults.get(n) for n, one in act._asdict().items()
    )
    sent = msgpack.packb(workers._pack_act(act))
    assert workers._act(*msgpack.unpackb(sent, use_list=False)) == act
