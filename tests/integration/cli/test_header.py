"""What a document says beside its events goes in, and comes out again."""

import json
from pathlib import Path
from typing import Any

import pytest

from provenance.folder import audit_folder, open_reader
from tests.support.cli_runs import (
    CAN,
    CAN_AS_URN,
    MAKER,
    Place,
    Run,
    found_ledger,
    ok,
    run,
)

SENDER = "urn:epc:id:sgln:9421902.00001.0"
STATEMENT = (
    "Seller has complied with each applicable subsection of FDCA Sec. 581(27)"
    "(A)-(G)."
)
EVENT = {
    "type": "ObjectEvent",
    "action": "ADD",
    "bizStep": "commissioning",
    "eventTime": "2025-03-01T08:59:00+13:00",
    "eventTimeZoneOffset": "+13:00",
    "epcList": [CAN_AS_URN],
    "readPoint": {"id": SENDER},
}
MASTER_DATA = {
    "vocabularyList": [
        {
            "type": "urn:epcglobal:epcis:vtype:EPCClass",
            "vocabularyElementList": [
                {
                    "id": "urn:epc:idpat:sgtin:9421902.096001.*",
                    "attributes": [
                        {
                            "id": "urn:epcglobal:cbv:mda#descriptionShort",
                            "attribute": "Milk powder & more, 100 %s",
                        },
                        {
                            "id": "urn:epcglobal:cbv:mda#countryOfOrigin",
                            "attribute": "NZ",
                        },
                    ],
                }
            ],
        },
        {
            "type": "urn:epcglobal:epcis:vtype:Location",
            "vocabularyElementList": [
                {"id": SENDER, "children": [f"{SENDER[:-1]}12", SENDER]}
            ],
        },
    ]
}
DOCUMENT: dict[str, Any] = {
    "@context": [
        "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        {"ex": "https://ns.example/x/"},
    ],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2025-03-01T10:00:00+13:00",
    "sender": SENDER,
    "receiver": "urn:epc:id:sgln:9421903.00001.0",
    "instanceIdentifier": "MSG-0001",
    "ex:batch": {"ex:run": "7", "ex:lines": ["a", "b"]},
    "epcisHeader": {
        "epcisMasterData": MASTER_DATA,
        "ex:dscsaTransactionStatement": {
            "ex:affirmTransactionStatement": "true",
            "ex:legalNotice": STATEMENT,
        },
    },
    "epcisBody": {"eventList": [EVENT]},
}
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1"
 xmlns:h="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
 xmlns:gs1us="http://epcis.gs1us.org/hc/ns"
 schemaVersion="1.2" creationDate="2025-03-01T10:00:00Z">
 <EPCISHeader>
  <h:StandardBusinessDocumentHeader>
   <h:HeaderVersion>1.0</h:HeaderVersion>
   <h:Sender><h:Identifier Authority="SGLN">{SENDER}</h:Identifier></h:Sender>
   <h:Receiver><h:Identifier Authority="SGLN">urn:x:r</h:Identifier>
    <h:ContactInformation><h:Contact>Ana</h:Contact></h:ContactInformation>
   </h:Receiver>
   <h:DocumentIdentification>
    <h:Standard>EPCglobal</h:Standard><h:TypeVersion>1.0</h:TypeVersion>
    <h:InstanceIdentifier>MSG-2</h:InstanceIdentifier><h:Type>Events</h:Type>
    <h:CreationDateAndTime>2025-03-01T10:00:00Z</h:CreationDateAndTime>
   </h:DocumentIdentification>
  </h:StandardBusinessDocumentHeader>
  <extension><EPCISMasterData><VocabularyList>
   <Vocabulary type="urn:epcglobal:epcis:vtype:EPCClass">
    <VocabularyElementList>
     <VocabularyElement id="urn:epc:idpat:sgtin:9421902.096001.*">
      <attribute id="urn:epcglobal:cbv:mda#strengthDescription">5 mg</attribute>
     </VocabularyElement>
    </VocabularyElementList>
   </Vocabulary>
  </VocabularyList></EPCISMasterData></extension>
  <gs1us:dscsaTransactionStatement>
   <gs1us:legalNotice>{STATEMENT}</gs1us:legalNotice>
  </gs1us:dscsaTransactionStatement>
 </EPCISHeader>
 <EPCISBody><EventList><ObjectEvent>
  <eventTime>2025-03-01T08:59:00Z</eventTime>
  <eventTimeZoneOffset>+13:00</eventTimeZoneOffset>
  <epcList><epc>{CAN_AS_URN}</epc></epcList>
  <action>ADD</action>
  <bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>
 </ObjectEvent></EventList></EPCISBody>
</epcis:EPCISDocument>
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return found_ledger(tmp_path)


def written(place: Place, document: Any, name: str = "d.json") -> Path:
    path = place.folder / name
    text = document if isinstance(document, str) else json.dumps(document)
    path.write_text(text, encoding="utf-8")
    return path


def submit(place: Place, *arguments: object) -> Run:
    return run(
        "submit", *arguments, "--key", place.maker_key, "-C", place.ledger
    )


def exported(
    place: Place,
    form: str = "json",
    *reveal: object,
    identifiers: str = "as-signed",
) -> str:
    bundle = place.folder / "can.provenance"
    bundle.unlink(missing_ok=True)
    ok("bundle", CAN, "-C", place.ledger, "-o", bundle, *reveal)
    assert run("verify", bundle, "--trust", place.trust).code == 0
    return ok(
        "export-events", bundle, "--trust", place.trust, "--format", form,
        "--identifiers", identifiers,
    ).out  # fmt: skip


def without_events(document: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in document.items() if name != "epcisBody"
    }


def test_a_header_in_json_comes_out_as_it_went_in(place: Place) -> None:
    done = submit(place, written(place, DOCUMENT))
    assert done.code == 0, done.out
    out = json.loads(exported(place))
    assert without_events(out) == without_events(DOCUMENT)
    (event,) = out["epcisBody"]["eventList"]
    assert event["epcList"] == [CAN]
    assert event["readPoint"] == EVENT["readPoint"]


def test_a_document_comes_out_as_it_went_in_but_for_its_signer(
    place: Place,
) -> None:
    submit(place, written(place, DOCUMENT))
    for identifiers in ("urn", "as-received"):
        out = json.loads(exported(place, identifiers=identifiers))
        assert without_events(out) == without_events(DOCUMENT)
        (event,) = out["epcisBody"]["eventList"]
        # All that is added is who signed, which the document cannot say.
        assert event.pop("urn:provenance:epcis:signedBy") == MAKER
        assert event == EVENT
    assert "known as entry 5" in submit(place, written(place, DOCUMENT)).out


def test_a_header_in_xml_comes_out_as_it_went_in(place: Place) -> None:
    assert submit(place, written(place, XML, "d.xml")).code == 0
    out = exported(place, "xml")
    head = out[out.index("<EPCISHeader") : out.index("<EPCISBody>")]

    def plain(text: str) -> list[str]:
        return [line.strip() for line in text.replace("><", ">\n<").split("\n")]

    given = XML[XML.index("<EPCISHeader") : XML.index("<EPCISBody>")]
    # Elements of the standard stand in its order, extensions in theirs.
    assert sorted(plain(given)[1:]) == sorted(plain(head)[1:])
    assert head.index("h:HeaderVersion") < head.index("h:Sender>")
    assert head.index("h:Sender>") < head.index("h:Receiver>")


@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_is_exported_can_be_read_and_says_the_same(
    place: Place, tmp_path: Path, form: str
) -> None:
    submit(place, written(place, DOCUMENT))
    once = exported(place, form)
    (tmp_path / "other").mkdir()
    other = found_ledger(tmp_path / "other")
    assert submit(other, written(other, once, f"d.{form}")).code == 0
    assert without_events(json.loads(exported(other))) == without_events(
        DOCUMENT
    )


def test_the_same_document_again_is_known(place: Place) -> None:
    document = written(place, DOCUMENT)
    assert submit(place, document).code == 0
    with open_reader(place.ledger) as reader:
        size = reader.size
    done = submit(place, document)
    assert done.code == 0
    assert "known as entry" in done.out
    with open_reader(place.ledger) as reader:
        assert reader.size == size


def test_a_header_that_says_something_else_is_logged(place: Place) -> None:
    submit(place, written(place, DOCUMENT))
    other = {**DOCUMENT, "receiver": "urn:epc:id:sgln:9421904.00001.0"}
    done = submit(place, written(place, other))
    assert "1 event, 1 event known before" in done.out


def test_parts_of_a_header_can_be_concealed(place: Place) -> None:
    pointers = ("/document/receiver", "/document/epcisHeader")
    concealed = [x for p in pointers for x in ("--conceal", p)]
    assert submit(place, written(place, DOCUMENT), *concealed).code == 0
    out = json.loads(exported(place))
    assert out["sender"] == SENDER
    assert "receiver" not in out
    assert "epcisHeader" not in out
    again = submit(place, written(place, DOCUMENT), *concealed)
    assert "known as entry" in again.out
    shown = json.loads(exported(place, "json", "--reveal", pointers[0]))
    assert shown["receiver"] == DOCUMENT["receiver"]


def test_a_document_that_says_nothing_more_has_no_event_for_it(
    place: Place,
) -> None:
    names = ("@context", "type", "schemaVersion", "creationDate", "epcisBody")
    plain = {name: DOCUMENT[name] for name in names}
    submit(place, written(place, plain))
    with open_reader(place.ledger) as reader:
        assert len(reader.trail(CAN)) == 1


def test_master_data_alone_are_logged_about_what_they_describe(
    place: Place,
) -> None:
    document = {
        **{n: DOCUMENT[n] for n in ("@context", "schemaVersion")},
        "creationDate": "2025-03-01T10:00:00Z",
        "type": "EPCISMasterDataDocument",
        "epcisBody": MASTER_DATA,
    }
    done = submit(place, written(place, document))
    assert done.code == 0, done.out
    product = "https://id.gs1.org/01/09421902960017"
    with open_reader(place.ledger) as reader:
        assert len(reader.trail(product)) == 1
    bundle = place.folder / "product.provenance"
    ok("bundle", product, "-C", place.ledger, "-o", bundle)
    for form in ("json", "xml"):
        out = place.folder / f"out.{form}"
        ok(
            "export-events", bundle, "--trust", place.trust,
            "--format", form, "-o", out,
        )  # fmt: skip
        assert "known as entry" in submit(place, out).out, out.read_text()
    assert "known as entry" in submit(place, written(place, document)).out


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"sender": 7}, "$.sender"),
        ({"instanceIdentifier": ["a"]}, "$.instanceIdentifier"),
        ({"epcisHeader": {"x": 10**30}}, "$.epcisHeader.x"),
        (
            {"epcisHeader": {"a": [[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]}},
            "$.epcisHeader.a[0][0]",
        ),
        ({"epcisHeader": {"zz:a": 1}}, "$.epcisHeader"),
        ({"strange": 1}, "$"),
    ],
)
def test_a_header_of_another_form_is_refused_with_its_path(
    place: Place, members: dict[str, Any], where: str
) -> None:
    done = submit(place, written(place, {**DOCUMENT, **members}))
    assert done.code == 3
    assert f"{where}" in done.out
    with open_reader(place.ledger) as reader:
        assert reader.size == 5


def test_a_ledger_with_headers_passes_an_audit(place: Place) -> None:
    submit(place, written(place, DOCUMENT))
    submit(place, written(place, XML, "d.xml"))
    assert audit_folder(place.ledger, processes=1).findings == []
