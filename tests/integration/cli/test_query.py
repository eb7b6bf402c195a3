import json
import re
import shlex
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from provenance.epcis.document import parse_document
from provenance.epcis.xml.read import read_xml
from tests.support.cli_runs import (
    CAN,
    CAN_AS_URN,
    MAKER,
    Place,
    found_ledger,
    ok,
    run,
    write_document,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a ledger of five events, the last one with a secret."""
    folder = tmp_path_factory.mktemp("place")
    place = found_ledger(folder)
    files = [
        write_document(
            folder / f"{number}.json",
            f"K000{number}",
            eventTime=f"2025-03-0{number + 1}T08:59:00+13:00",
            **{"example:buyer": f"buyer {number}"},
        )
        for number in range(5)
    ]
    signing = ("--key", place.maker_key, "-C", place.ledger)
    ok("submit", *files[:4], *signing)
    ok("submit", files[4], *signing, "--conceal", "/example:buyer")
    return place


def serials(text: str) -> list[str]:
    return re.findall(r"/21/(K[0-9]+)", text)


ALL = ["K0004", "K0003", "K0002", "K0001", "K0000"]


def test_events_are_listed_for_people_the_latest_first(place: Place) -> None:
    done = ok("query", "-C", place.ledger)
    assert serials(done.out) == ALL
    assert "2025-03-04 19:59 UTC" in done.out
    assert "commissioning  ADD  ObjectEvent" in done.out
    assert f"by {MAKER}, event 0 of entry" in done.out
    assert done.err == ""


def test_parameters_are_those_of_the_standard(place: Place) -> None:
    done = ok(
        "query", f"MATCH_epc={CAN_AS_URN}|urn:epc:id:sgtin:9421902.096001.K0003",
        "EQ_bizStep=cbv:BizStep-commissioning", "orderDirection=ASC",
        "-C", place.ledger,
    )  # fmt: skip
    assert serials(done.out) == ["K0000", "K0003"]


def test_an_extension_is_asked_for_by_a_prefix(place: Place) -> None:
    asked = ("query", "EQ_ours:buyer=buyer 2", "-C", place.ledger)
    done = run(*asked)
    assert done.code == 2
    assert "EQ_ours:buyer: nobody defines the prefix" in done.err
    done = ok(*asked, "--prefix", "ours=https://ns.example/")
    assert serials(done.out) == ["K0002"]


def test_one_json_object_says_it_all(place: Place) -> None:
    said = ok("query", "perPage=2", "-C", place.ledger, "--json").json
    assert said["schema"] == "provenance.query/1"
    assert (said["count"], said["exit_code"]) == (2, 0)
    assert said["next_page_token"]
    first = said["events"][0]
    assert first["event"]["epcList"] == [CAN.replace("K0000", "K0004")]
    assert first["event"]["recordTime"] == first["record_time"]
    assert first["issuer"] == MAKER
    assert first["event_hash"].startswith("ni:///sha-256;")
    assert len(first["event_id"]) == 64
    rest = ok(
        "query", "--page-token", said["next_page_token"], "-C", place.ledger,
        "--json",
    ).json  # fmt: skip
    assert rest["count"] == 3
    assert rest["next_page_token"] is None
    assert rest["size"] == said["size"]


def test_pages_follow_each_other_or_come_all_at_once(place: Place) -> None:
    done = ok("query", "perPage=2", "-C", place.ledger)
    assert serials(done.out) == ALL[:2]
    found = re.search(r"--page-token (\S+)", done.err)
    assert found is not None
    token = found[1]
    done = ok(
        "query", "perPage=2", f"nextPageToken={token}", "-C", place.ledger
    )
    assert serials(done.out) == ALL[2:4]
    done = ok("query", "perPage=2", "--all", "-C", place.ledger)
    assert serials(done.out) == ALL
    assert done.err == ""
    done = ok("query", "perPage=2", "-q", "-C", place.ledger)
    assert done.err == ""


def test_lines_are_one_json_object_an_event(place: Place) -> None:
    done = ok("query", "--format", "jsonl", "-C", place.ledger)
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert {line["schema"] for line in lines} == {"provenance.found-event/1"}
    assert serials(done.out)[::1] == ALL


@pytest.mark.parametrize("is_all", [True, False])
def test_an_epcis_document_can_be_taken_in_again(
    place: Place, tmp_path: Path, is_all: bool
) -> None:
    file = tmp_path / "found.jsonld"
    option = ("--all",) if is_all else ()
    done = ok(
        "query", "perPage=3", "--format", "epcis-json", "-o", file, *option,
        "-C", place.ledger, "--json",
    )  # fmt: skip
    count = 5 if is_all else 3
    assert done.json["count"] == count
    assert (done.json["next_page_token"] is None) == is_all
    assert json.loads(file.read_bytes())["type"] == "EPCISQueryDocument"
    drafts = parse_document(file.read_bytes())
    assert [draft.items[0].id[-5:] for draft in drafts] == ALL[:count]


def test_an_epcis_document_may_be_xml(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "found.xml"
    done = ok("query", "--format", "epcis-xml", "-o", file, "-C", place.ledger)
    size = file.stat().st_size
    assert done.out == f"{file}: 5 events, {size} bytes\n"
    assert len(read_xml(file.read_bytes())) == 5
    printed = ok("query", "--format", "epcis-xml", "-C", place.ledger).out
    assert ET.fromstring(printed).tag.endswith("EPCISDocument")
    one = ok(
        "query", "perPage=1", "--format", "epcis-xml", "-o", file,
        "-C", place.ledger,
    )  # fmt: skip
    assert "1 event," in one.out


def test_what_is_concealed_is_found_when_it_is_revealed(place: Place) -> None:
    asked = (
        "query", "EQ_example:buyer=buyer 4", "--prefix",
        "example=https://ns.example/", "-C", place.ledger, "--json",
    )  # fmt: skip
    assert run(*asked).code == 4
    (found,) = ok(*asked, "--reveal", "/example:buyer").json["events"]
    assert found["event"]["example:buyer"] == "buyer 4"


@pytest.mark.parametrize("form", ["table", "jsonl", "epcis-json", "epcis-xml"])
def test_nothing_found_is_an_answer_and_exit_4(place: Place, form: str) -> None:
    done = run(
        "query", "EQ_eventID=urn:x:none", "--format", form, "-C", place.ledger
    )
    assert done.code == 4
    assert done.err == ""
    if form == "table":
        assert done.out == "no event matches\n"
    if form == "epcis-json":
        assert parse_document(done.out.encode()) == []
    if form == "epcis-xml":
        assert read_xml(done.out.encode()) == []


def test_a_hash_id_finds_its_event(place: Place) -> None:
    (found,) = ok("query", "perPage=1", "-C", place.ledger, "--json").json[
        "events"
    ]
    for name in ("EQ_eventID", "EQ_eventHash"):
        done = ok("query", f"{name}={found['event_hash']}", "-C", place.ledger)
        assert serials(done.out) == ["K0004"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("EQ_bizStep",), "has no value: write NAME=VALUE"),
        (("EQ_bizStep=shiping",), "EQ_bizStep: 'shiping' is no standard"),
        (("EQ_bizStep=",), "EQ_bizStep: each value"),
        (("EQ_bizStep=a", "EQ_bizStep=b"), "EQ_bizStep: it is there twice"),
        (("nonsense=1",), "nonsense: there is no such parameter"),
        (("--prefix", "x"), "'x' has no value"),
        (("--prefix", "x=y"), "the namespace of prefix"),
        (("--reveal", "buyer"), "not a JSON Pointer"),
        (("--format", "csv"), "'csv' is not one of"),
        (("-o", "file"), "a table goes to the screen"),
        (("--json", "--format", "jsonl"), "with --json, jsonl goes to a file"),
    ],
)
def test_a_wrong_call_is_exit_2(
    place: Place, arguments: tuple[str, ...], says: str
) -> None:
    done = run("query", *arguments, "-C", place.ledger)
    assert done.code == 2
    assert says in done.err
    assert "Traceback" not in done.err


def test_a_token_of_another_query_is_exit_3(place: Place) -> None:
    done = run("query", "nextPageToken=abc", "-C", place.ledger)
    assert done.code == 3
    assert "PRV-9010" in done.err
    assert "first page again" in done.err


def test_too_large_an_answer_is_exit_1(place: Place) -> None:
    done = run("query", "maxEventCount=4", "-C", place.ledger)
    assert done.code == 1
    assert "PRV-9026" in done.err
    assert (
        serials(ok("query", "maxEventCount=5", "-C", place.ledger).out) == ALL
    )


def test_there_must_be_a_ledger_and_a_place_for_the_index(
    place: Place, tmp_path: Path
) -> None:
    assert run("query", "-C", tmp_path).code == 4
    done = run("query", "--index", tmp_path, "-C", place.ledger)
    assert done.code == 3
    assert "index" in done.err
    index = tmp_path / "elsewhere"
    done = ok("query", "--index", index, "-C", place.ledger)
    assert serials(done.out) == ALL
    assert index.exists()


def test_a_sensors_place_and_a_containers_content_are_listed(
    tmp_path: Path,
) -> None:
    place = found_ledger(tmp_path)
    pallet = "urn:epc:id:sscc:9421902.0000000001"
    document = write_document(
        tmp_path / "packed.json",
        type="AggregationEvent",
        bizStep="packing",
        parentID=pallet,
        childEPCs=[CAN_AS_URN],
        childQuantityList=[
            {"epcClass": "urn:epc:class:lgtin:9421902.096001.L7", "quantity": 2}
        ],
        readPoint={"id": "urn:epc:id:sgln:9421902.00000.0"},
    )
    text = json.loads(document.read_text(encoding="utf-8"))
    del text["epcisBody"]["eventList"][0]["epcList"]
    document.write_text(json.dumps(text), encoding="utf-8")
    sensed = write_document(
        tmp_path / "sensed.json",
        action="OBSERVE",
        bizStep="sensor_reporting",
        readPoint={"id": "urn:epc:id:sgln:9421902.00000.0"},
        sensorElementList=[
            {"sensorReport": [{"type": "Temperature", "value": 4}]}
        ],
    )
    ok(
        "submit", document, sensed, "--key", place.maker_key, "-C",
        place.ledger,
    )  # fmt: skip
    done = ok("query", "EQ_bizStep=packing", "-C", place.ledger)
    assert re.search(r"/00/09421902[0-9]{10} and 2 more", done.out)
    assert "at urn:epc:id:sgln:9421902.00000.0" in done.out
    done = ok("query", "EQ_type=Temperature", "-C", place.ledger)
    assert "sensor_reporting  OBSERVE" in done.out
    assert "/01/" not in done.out


def test_the_examples_of_the_help_can_be_typed(place: Place) -> None:
    page = ok("query", "--help").out.replace("\\\n", " ")
    examples = re.findall(r"^ *provenance (query .*)$", page, re.MULTILINE)
    assert len(examples) == 4
    for example in examples:
        done = run(*shlex.split(example), "-C", place.ledger)
        assert done.code in {0, 4}, done


URN = "urn:epc:id:sgtin:9421902.096001.U1"
AS_LINK = "https://id.gs1.org/01/09421902960017/21/U1"


@pytest.fixture(scope="module")
def spelled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a ledger of one event, whose unit came as a URN, elsewhere."""
    folder = tmp_path_factory.mktemp("spelled")
    place = found_ledger(folder)
    document = write_document(
        folder / "a.json",
        "U1",
        epcList=[URN],
        eventTime="2026-03-01T09:00:00+02:00",
        eventTimeZoneOffset="-08:00",
    )
    ok("submit", document, "--key", place.maker_key, "-C", place.ledger)
    return place


@pytest.mark.parametrize(
    ("spelling", "shown"),
    [
        ("urn", URN), ("as-received", URN), ("link", AS_LINK),
        ("as-signed", AS_LINK), (None, AS_LINK),
    ],
)  # fmt: skip
def test_ids_are_given_out_as_they_are_asked_for(
    spelled: Place, spelling: str | None, shown: str
) -> None:
    how = () if spelling is None else ("--identifiers", spelling)
    for form in ("epcis-json", "epcis-xml", "jsonl"):
        asked = ("query", "-C", spelled.ledger, "--format", form, *how)
        out = ok(*asked).out
        assert shown in out
        assert ({URN, AS_LINK} - {shown}).pop() not in out
    bundle = spelled.folder / "bundle"
    ok("bundle", AS_LINK, "-C", spelled.ledger, "-o", bundle)
    trust = spelled.ledger / "trust.toml"
    out = ok("export-events", bundle, "--trust", trust, *how).out
    assert f'"{shown}"' in out


def test_a_node_is_asked_for_a_spelling_by_its_own_header() -> None:
    done = run("query", "--node", "https://x.example", "--identifiers", "urn")
    assert done.code == 2
    assert "GS1-EPC-Format" in done.err


def test_people_read_the_time_of_the_place(spelled: Place) -> None:
    out = ok("query", "-C", spelled.ledger).out
    assert "2026-03-01 07:00 UTC (2026-02-28 23:00 -08:00)" in out
    out = ok("trail", AS_LINK, "-C", spelled.ledger).out
    assert "2026-03-01 07:00 UTC (2026-02-28 23:00 -08:00)" in out
