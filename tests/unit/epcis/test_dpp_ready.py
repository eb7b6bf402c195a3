"""Documents of a looser dialect: refused strictly, mended where they can be.

They name contexts that nobody fetches, which define the prefixes that they
use; the request they were made for has a header that defines these as well.
"""

import io
import json
import pathlib
import re
from collections import Counter

import pytest

from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft, check_event
from provenance.epcis.mending.mend import Mend
from provenance.epcis.render import render_event
from provenance.epcis.source import EventStream
from provenance.errors import MalformedError
from tests.support.vectors_of import shared

FOLDER = shared("openepcis-dpp-ready") / "extensions"
DOCUMENTS = {
    str(path.relative_to(FOLDER).with_suffix("")).replace("/epcis/", "/"): path
    for path in sorted(FOLDER.glob("**/epcis/*.jsonld"))
}

EXTENSIONS = "https://ref.openepcis.io/extensions/"
DEFINED = {
    "eubat": EXTENSIONS + "eu/battery/",
    "eucpr": EXTENSIONS + "eu/cpr/",
    "eudet": EXTENSIONS + "eu/detergent/",
    "eudr": EXTENSIONS + "eu/eudr/",
    "euelec": EXTENSIONS + "eu/electronics/",
    "euppwr": EXTENSIONS + "eu/ppwr/",
    "eusteel": EXTENSIONS + "eu/iron-steel/",
    "oec": EXTENSIONS + "common/core/",
    "rail": "https://gs1-epcis-reg.org/rail/voc/data#",
    "schema": "https://schema.org/",
}
"""What the header `GS1-Extensions` says that goes with the documents."""

STRICTLY = (
    r"^\$\.@context(\[1\])?: the context 'https://ref\.openepcis\.io/extensions"
    r"/common/core/dpp-core-context\.jsonld' is not GS1's, and nothing is fetched"
)
"""Why each of them is refused strictly: it is the first thing that is wrong."""

TAKEN = {
    "eu/battery/amperia-staxwall-lifecycle": (
        9,
        "action-on-transformation:1 cbv-urn:5 comment:5 number-as-text:7",
    ),
    "eu/battery/carbon-footprint": (1, "cbv-urn:1 comment:7 number-as-text:5"),
    "eu/battery/commissioning": (1, "cbv-urn:3 comment:1"),
    "eu/battery/ownership-transfer": (1, "cbv-urn:4 comment:1"),
    "eu/battery/regulatory-notification": (1, "cbv-urn:2 comment:1"),
    "eu/battery/shipping": (1, "cbv-urn:5 comment:1"),
    "eu/battery/state-of-certified-energy": (1, "comment:2 number-as-text:3"),
    "eu/battery/state-of-health": (1, "comment:1 number-as-text:7"),
    "eu/battery/temperature-extreme": (1, "comment:2 number-as-text:1"),
    "eu/cpr/commissioning": (1, "comment:1"),
    "eu/detergent/commissioning": (1, "cbv-urn:2 comment:1"),
    "eu/electronics/commissioning": (1, "cbv-urn:2 comment:1 number-as-text:1"),
    "eu/electronics/component-replacement": (2, "cbv-urn:5 comment:1"),
    "eu/eudr/due-diligence-statement": (1, "cbv-urn:2 comment:1"),
    "eu/eudr/exemption-declaration": (1, "cbv-urn:2 comment:3"),
    "eu/eudr/harvesting": (1, "cbv-urn:2 comment:2 number-as-text:2"),
    "eu/eudr/origin-declaration": (1, "cbv-urn:4 comment:1"),
    "eu/eudr/processing": (1, "cbv-urn:2 comment:1"),
    "eu/eudr/supply-chain-transfer": (2, "cbv-urn:10 comment:1"),
    "eu/iron-steel/transformation-rolling": (
        1,
        "action-on-transformation:1 comment:1",
    ),
    "eu/ppwr/commissioning": (1, "comment:1"),
    "eu/ppwr/deposit-return": (1, "comment:1 number-as-text:1"),
    "eu/ppwr/observation-recyclability": (1, "comment:1 number-as-text:1"),
    "eu/ppwr/ownership-transfer": (1, "cbv-urn:4 comment:1"),
    "eu/ppwr/recovery": (1, "cbv-urn:1 comment:1"),
    "upstream/gs1-rail/refurbishment-event": (1, "comment:1"),
}
"""Document → its events, and how many mends of each rule they need, beside
those that leave out a context."""

REFUSED = {
    "eu/battery/negative-event": (
        "$.epcisBody.eventList[0].errorDeclaration.reason: "
        "'urn:epcglobal:cbv:er:other' is no error reason"
    ),
    "eu/electronics/ownership-transfer": (
        "$.epcisBody.eventList[2].disposition: "
        "'urn:epcglobal:cbv:disp:sold' is no disposition"
    ),
    "eu/electronics/software-update": (
        "$.epcisBody.eventList[0].bizTransactionList[0].type: "
        "'urn:epcglobal:cbv:btt:updnotification' is no type of business"
    ),
    "eu/electronics/weee-disposal": (
        "$.epcisBody.eventList[2].outputQuantityList[0].epcClass: "
        "'urn:epc:class:lgtin:6000001.recycled-aluminum.batch-2032-03'"
    ),
    "upstream/gs1-rail/wheel-temperature-sensor": (
        "$.epcisBody.eventList[0].sensorElementList[0].sensorMetadata: "
        "no member is named 'visibility'"
    ),
}
"""Document → why it cannot be mended: words and names that nobody defined,
and a class that is no class."""

ALONE = {
    "eu/battery/ownership-transfer",
    "eu/battery/shipping",
    "eu/detergent/commissioning",
    "eu/eudr/supply-chain-transfer",
    "eu/ppwr/ownership-transfer",
}
"""Those that use no prefix of the contexts that are not fetched."""


def lenient(
    name: str, prefixes: dict[str, str] | None
) -> tuple[list[EventDraft], list[Mend]]:
    mends: list[Mend] = []
    stream = io.BytesIO(DOCUMENTS[name].read_bytes())
    source = EventStream(stream, mends=mends, prefixes=prefixes)
    return [check_event(raw) for raw in source.events()], mends


def contexts_of(path: pathlib.Path) -> int:
    return len(json.loads(path.read_bytes())["@context"]) - 1


def test_the_published_set_is_whole() -> None:
    assert len(DOCUMENTS) == 31
    assert TAKEN.keys() | REFUSED.keys() == DOCUMENTS.keys()
    assert (len(TAKEN), len(REFUSED)) == (26, 5)
    assert TAKEN.keys() > ALONE


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("prefixes", [None, DEFINED], ids=["alone", "defined"])
def test_none_is_taken_strictly(
    name: str, prefixes: dict[str, str] | None
) -> None:
    with pytest.raises(MalformedError, match=STRICTLY):
        parse_document(DOCUMENTS[name].read_bytes())
    with pytest.raises(MalformedError, match=STRICTLY):
        EventStream(io.BytesIO(DOCUMENTS[name].read_bytes()), prefixes=prefixes)


@pytest.mark.parametrize("name", TAKEN)
def test_what_can_be_mended_is_taken(name: str) -> None:
    drafts, mends = lenient(name, DEFINED)
    events, expected = TAKEN[name]
    assert len(drafts) == events
    counts = Counter(mend.rule for mend in mends)
    assert counts.pop("context-dropped") == contexts_of(DOCUMENTS[name])
    assert " ".join(f"{r}:{n}" for r, n in sorted(counts.items())) == expected
    for draft in drafts:
        rendered = render_event(draft.body, draft.items)
        assert parse_document(json.dumps(rendered).encode()) == [draft]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_mended_is_refused_with_its_reason(name: str) -> None:
    with pytest.raises(MalformedError) as refused:
        lenient(name, DEFINED)
    assert str(refused.value).startswith(REFUSED[name])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_prefix_that_only_a_context_defines_is_refused(name: str) -> None:
    if name in ALONE:
        assert lenient(name, None) == lenient(name, DEFINED)
        return
    with pytest.raises(MalformedError) as refused:
        lenient(name, None)
    if name == "eu/electronics/ownership-transfer":
        assert str(refused.value).startswith(REFUSED[name])
        return
    found = re.fullmatch(
        r"\$\.epcisBody\.eventList\[[0-9]\].*: nobody defines the prefix of"
        r" '([a-z]+):.*': define it in @context.*, since a context is not"
        r" fetched",
        str(refused.value),
    )
    assert found is not None, refused.value
    assert found[1] in DEFINED
