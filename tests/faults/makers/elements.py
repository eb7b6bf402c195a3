"""Faults in XML whose tags are in order: elements, attributes, values."""

from collections.abc import Callable

from tests.faults.case import Fault, in_bytes, in_markup, swap

_EVENTS = "/EPCISDocument/EPCISBody/EventList/"
_XMLNS = 'xmlns:epcis="urn:epcglobal:epcis:xsd:2"'


def faults() -> list[Fault]:
    return [*_around(), *_elements(), *_older()]


def _in_text(
    name: str,
    desc: str,
    story: str,
    change: Callable[[bytes], bytes],
    place: str,
    reason: str,
) -> Fault:
    return in_bytes(
        name,
        desc,
        story,
        change,
        place=place if place[0] in "/l" else f"{_EVENTS}{place}",
        reason=reason,
        media="xml",
    )


def _around() -> list[Fault]:
    return [
        in_markup(
            "xml-namespace-of-another-version", "a namespace that EPCIS has not",
            "making", swap(_XMLNS, 'xmlns:epcis="urn:epcglobal:epcis:xsd:3"'),
            "/epcis:EPCISDocument",
            "'urn:epcglobal:epcis:xsd:3' is no namespace of EPCIS events: write 'urn:epcglobal:epcis:xsd:2'",
        ),
        in_markup(
            "xml-namespace-missing", "a document without EPCIS's namespace",
            "making", lambda data: data.replace(b"epcis:EPCISDocument", b"EPCISDocument"),
            "/EPCISDocument",
            'this has no namespace: write xmlns:epcis="urn:epcglobal:epcis:xsd:2"',
        ),
        in_markup(
            "xml-namespace-relative", "an extension whose namespace is no full URI",
            "making", swap('xmlns:tea="https://ns.teahouse.example/epcis/"', 'xmlns:tea="epcis/"'),
            "ObjectEvent[1]/ilmd/tea:terrace",
            "the namespace of prefix 'ns' is a URI in full, unlike 'epcis/': write it out",
        ),
        in_markup(
            "xml-root-unknown", "a root that EPCIS does not know",
            "watching", lambda data: data.replace(b"epcis:EPCISDocument", b"epcis:Document"),
            "/Document",
            "this is no EPCISDocument, no EPCISQueryDocument and no event of EPCIS: write one of these",
        ),
        in_markup(
            "xml-root-attribute-unknown", "an attribute of the document that EPCIS does not know",
            "making", swap('schemaVersion="2.0"', 'schemaVersion="2.0" author="A. Leaf"'),
            "/EPCISDocument/@author",
            "no attribute is named 'author' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        _in_text(
            "xml-body-twice", "two bodies",
            "making", swap(" <EPCISBody>\n", " <EPCISBody><EventList/></EPCISBody>\n <EPCISBody>\n"),
            "/EPCISDocument/EPCISBody (line 4)",
            "EPCISBody stands here twice: leave one out",
        ),
        _in_text(
            "xml-event-list-twice", "two lists of events",
            "making", swap("  <EventList>\n", "  <EventList/>\n  <EventList>\n"),
            "/EPCISDocument/EPCISBody/EventList (line 5)",
            "EventList stands here twice: leave one out",
        ),
        in_markup(
            "xml-body-unknown-element", "an element of the body that EPCIS does not know",
            "making", swap("  <EventList>\n", "  <Sender>A. Leaf</Sender>\n  <EventList>\n"),
            "/EPCISDocument/EPCISBody/Sender",
            "no element is named 'Sender' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        in_markup(
            "xml-item-outside-of-events", "an item among events, outside of them",
            "making", swap("  <EventList>\n", "  <EventList>\n   <epc>urn:epc:id:sscc:9506000.0000000247</epc>\n"),
            "epc[1]",
            "no element is named 'epc' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        in_markup(
            "xml-source-outside-of-events", "a source that belongs to no event",
            "shipping", swap("  <EventList>\n", "  <source>urn:epc:id:pgln:9506000.13519</source>\n  <EventList>\n"),
            "/EPCISDocument/EPCISBody/source",
            "no element is named 'source' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        in_markup(
            "xml-event-outside-the-list", "an event beside the list of events",
            "shipping", swap("  <EventList>\n", "  <ObjectEvent/>\n  <EventList>\n"),
            "/EPCISDocument/EPCISBody/ObjectEvent",
            "no element is named 'ObjectEvent' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        _in_text(
            "xml-text-among-events", "text between two events",
            "shipping", swap("   <TransactionEvent>\n", "   later:\n   <TransactionEvent>\n"),
            "/EPCISDocument/EPCISBody/EventList (line 33)",
            "elements belong here, and no text: leave the text out",
        ),
        in_markup(
            "xml-quantity-event", "a QuantityEvent, which EPCIS gave up",
            "watching", lambda data: data.replace(b"AssociationEvent>", b"QuantityEvent>"),
            "QuantityEvent[1]",
            "a QuantityEvent is no more: write an ObjectEvent's quantityList",
        ),
    ]  # fmt: skip


def _elements() -> list[Fault]:
    return [
        in_markup(
            "xml-action-twice", "two actions in one event",
            "making", swap("<eventID>urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e01", "<action>DELETE</action>\n    <eventID>urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e01"),
            "ObjectEvent[1]/action[2]",
            "action stands here twice: leave one out",
        ),
        in_markup(
            "xml-time-twice", "two times of one event",
            "shipping", swap("<eventTime>2025-03-24T11:00:00+08:00</eventTime>", "<eventTime>2025-03-24T11:00:00+08:00</eventTime>\n    <eventTime>2025-03-24T12:00:00+08:00</eventTime>"),
            "TransactionEvent[1]/eventTime[2]",
            "eventTime stands here twice: leave one out",
        ),
        in_markup(
            "xml-items-twice", "two lists of items in one event",
            "making", swap("<epcList>\n", "<epcList/>\n    <epcList>\n"),
            "ObjectEvent[2]/epcList[2]",
            "epcList stands here twice: leave one out",
        ),
        in_markup(
            "xml-read-point-id-twice", "two ids of one read point",
            "shipping", swap("<id>https://id.gs1.org/414/9506000135335</id>", "<id>https://id.gs1.org/414/9506000135335</id><id>https://id.gs1.org/414/9506000135014</id>"),
            "AggregationEvent[2]/readPoint/id[2]",
            "id stands here twice: leave one out",
        ),
        in_markup(
            "xml-reports-metadata-twice", "two sets of metadata in one sensor element",
            "watching", swap("<sensorMetadata ", '<sensorMetadata time="2025-03-26T10:00:00+08:00"/>\n      <sensorMetadata '),
            "ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorMetadata[2]",
            "sensorMetadata stands here twice: leave one out",
        ),
        in_markup(
            "xml-action-with-an-element", "an action with an element in it",
            "making", swap("<action>ADD</action>\n    <bizStep>urn:epcglobal:cbv:bizstep:creating", "<action><tea:b>ADD</tea:b></action>\n    <bizStep>urn:epcglobal:cbv:bizstep:creating"),
            "ObjectEvent[1]/action",
            "text belongs here, and no elements: leave the elements out",
        ),
        in_markup(
            "xml-action-with-an-attribute", "an action with an attribute",
            "making", swap("<action>ADD</action>\n    <bizStep>urn:epcglobal:cbv:bizstep:creating", '<action sure="no">ADD</action>\n    <bizStep>urn:epcglobal:cbv:bizstep:creating'),
            "ObjectEvent[1]/action/@sure",
            "no attribute is named 'sure' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        in_markup(
            "xml-action-of-another-namespace", "an action in a namespace of somebody's own",
            "making", swap("<action>ADD</action>\n    <bizStep>urn:epcglobal:cbv:bizstep:creating", "<tea:action>ADD</tea:action>\n    <bizStep>urn:epcglobal:cbv:bizstep:creating"),
            "ObjectEvent[1]",
            "action is missing: add it",
        ),
        in_markup(
            "xml-item-with-an-attribute", "an item with an attribute",
            "shipping", swap("<epc>https://id.gs1.org/01/09506000135267/10/B7/21/000812</epc>", '<epc count="2">https://id.gs1.org/01/09506000135267/10/B7/21/000812</epc>'),
            "AggregationEvent[1]/childEPCs/epc[2]/@count",
            "no attribute is named 'count' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        in_markup(
            "xml-item-of-another-name", "an item in an element of another name",
            "shipping", swap("<epc>https://id.gs1.org/01/09506000135267/10/B7/21/000812</epc>", "<item>https://id.gs1.org/01/09506000135267/10/B7/21/000812</item>"),
            "AggregationEvent[1]/childEPCs/item",
            "no element is named 'item' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        in_markup(
            "xml-item-empty", "an item that names nothing",
            "shipping", swap("<epc>https://id.gs1.org/01/09506000135267/10/B7/21/000812</epc>", "<epc/>"),
            "AggregationEvent[1]/childEPCs/epc[2]",
            "'' is no absolute URI: write a GS1 Digital Link, an EPC URN or another URI, in ASCII",
        ),
        _in_text(
            "xml-text-among-items", "text between two items",
            "shipping", swap("<epc>https://id.gs1.org/01/09506000135267/10/B7/21/000812</epc>", "and <epc>https://id.gs1.org/01/09506000135267/10/B7/21/000812</epc>"),
            "AggregationEvent[1]/childEPCs (line 12)",
            "text stands among elements here: leave it out",
        ),
        in_markup(
            "xml-event-attribute", "an event with an attribute",
            "shipping", swap("<TransactionEvent>", '<TransactionEvent id="118">'),
            "TransactionEvent[1]/@id",
            "no attribute is named 'id' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        in_markup(
            "xml-quantity-nan", "a quantity that is not a number",
            "making", swap("<quantity>240.5<", "<quantity>NaN<"),
            "ObjectEvent[1]/quantityList/quantityElement[1]/quantity",
            "'NaN' is no number: write one such as 4.5",
        ),
        in_markup(
            "xml-quantity-exponent", "a quantity with an exponent, which a decimal cannot have",
            "making", swap("<quantity>240.5<", "<quantity>2.4e2<"),
            "ObjectEvent[1]/quantityList/quantityElement[1]/quantity",
            "'2.4e2' is no number: write one such as 4.5",
        ),
        in_markup(
            "xml-quantity-of-5000-digits", "a quantity of 5,000 digits, which takes long to read",
            "making", swap("<quantity>120<", f"<quantity>{'9' * 5000}<"),
            "TransformationEvent[1]/outputQuantityList/quantityElement[1]/quantity",
            "'99999999999999999999999999999999999999999999999999999999999999999999999999999999' is no number: write one such as 4.5",
        ),
        in_markup(
            "xml-quantity-empty", "a quantity of no digits",
            "making", swap("<quantity>240.5</quantity>", "<quantity/>"),
            "ObjectEvent[1]/quantityList/quantityElement[1]/quantity",
            "'' is no number: write one such as 4.5",
        ),
        in_markup(
            "xml-sensor-value-infinite", "a measured value without end",
            "watching", swap('value="18.5"', 'value="INF"'),
            "ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorReport[1]/@value",
            "'INF' is no number: write one such as 4.5",
        ),
        in_markup(
            "xml-sensor-value-hexadecimal", "a measured value in hexadecimal digits",
            "watching", swap('value="18.5"', 'value="0x12"'),
            "ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorReport[1]/@value",
            "'0x12' is no number: write one such as 4.5",
        ),
        in_markup(
            "xml-sensor-report-with-text", "a report whose value is its text",
            "watching", swap('<sensorReport type="gs1:Temperature" value="18.5" uom="CEL"/>', '<sensorReport type="gs1:Temperature" uom="CEL">18.5</sensorReport>'),
            "ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorReport[1]",
            "no text belongs here: leave it out",
        ),
        in_markup(
            "xml-sensor-report-in-elements", "a report whose value is an element",
            "watching", swap('<sensorReport type="gs1:Temperature" value="18.5" uom="CEL"/>', '<sensorReport type="gs1:Temperature"><value>18.5</value></sensorReport>'),
            "ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorReport[1]/value",
            "nothing belongs here: leave it out",
        ),
        in_markup(
            "xml-step-bare-word-unknown", "a bare word, as JSON has it, that is not in the vocabulary",
            "shipping", swap("urn:epcglobal:cbv:bizstep:packing", "boxing"),
            "AggregationEvent[1]/bizStep",
            "'boxing' is no standard business step: write one of the standard words, or a URI of your own",
        ),
        in_markup(
            "xml-step-old-address", "a business step at an address that GS1 gave up",
            "shipping", swap("urn:epcglobal:cbv:bizstep:packing", "https://ns.gs1.org/cbv/BizStep-packing"),
            "AggregationEvent[1]/bizStep",
            "'https://ns.gs1.org/cbv/BizStep-packing' is no business step as EPCIS 2.0 spells it: write the bare word 'packing'",
        ),
        in_markup(
            "xml-step-of-a-disposition", "a disposition's URN where a business step belongs",
            "shipping", swap("urn:epcglobal:cbv:bizstep:shipping", "urn:epcglobal:cbv:disp:in_transit"),
            "ObjectEvent[1]/bizStep",
            "'urn:epcglobal:cbv:disp:in_transit' is no business step as EPCIS 2.0 spells it: write the bare word, such as 'accepting'",
        ),
        in_markup(
            "xml-step-undefined-prefix", "a business step of somebody's own, whose prefix nobody defines",
            "making", swap("urn:epcglobal:cbv:bizstep:creating_class_instance", "coffee:roasting"),
            "ObjectEvent[1]/bizStep",
            "nobody defines the prefix of 'coffee:roasting': define it in @context, or with xmlns in XML",
        ),
        in_markup(
            "xml-nil-outside-quantity", "an action that is nil",
            "making", swap("<action>ADD</action>\n    <bizStep>urn:epcglobal:cbv:bizstep:creating", '<action xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>\n    <bizStep>urn:epcglobal:cbv:bizstep:creating'),
            "ObjectEvent[1]/action/@xsi:nil",
            "this has no place here: leave it out",
        ),
    ]  # fmt: skip


def _older() -> list[Fault]:
    return [
        in_markup(
            "older-time-without-zone", "an event of EPCIS 1.2 at a time without a zone",
            "older", swap("2025-03-24T10:00:00+08:00", "2025-03-24T10:00:00"),
            "AggregationEvent[1]/eventTime",
            "'2025-03-24T10:00:00' is no time with its zone: write one such as 2026-03-01T09:00:00+13:00",
        ),
        in_markup(
            "older-extension-twice", "two extensions of one event",
            "older", swap("    <tea:pickers>", "    <extension/>\n    <tea:pickers>"),
            "ObjectEvent[1]/extension[2]",
            "extension stands here twice: leave one out",
        ),
        in_markup(
            "older-extension-unknown-element", "an element of an extension that EPCIS 1.2 does not know",
            "older", swap("     <ilmd>", "     <grade>A</grade>\n     <ilmd>"),
            "ObjectEvent[1]/extension/grade",
            "no element is named 'grade' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        in_markup(
            "older-ilmd-inside-and-outside", "master data inside of an extension, and outside",
            "older", swap("    <tea:pickers>", "    <ilmd/>\n    <tea:pickers>"),
            "ObjectEvent[1]/ilmd",
            "ilmd stands here twice: leave one out",
        ),
        in_markup(
            "older-quantity-with-its-unit", "a quantity with its unit behind it, in an extension",
            "older", swap("<quantity>48<", "<quantity>48 pcs<"),
            "AggregationEvent[1]/extension/childQuantityList/quantityElement[1]/quantity",
            "'48 pcs' is no number: write one such as 4.5",
        ),
        in_markup(
            "older-id-in-extension-no-uri", "an event id that is no URI, in a base extension",
            "older", swap("<eventID>urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e01", "<eventID>1"),
            "ObjectEvent[1]/baseExtension/eventID",
            "'1' is no absolute URI: write one that starts with a scheme, such as urn: or https:",
        ),
        in_markup(
            "older-action-of-a-transformation", "a transformation with an action, inside an extension",
            "older", swap("     <bizStep>urn:epcglobal:cbv:bizstep:commissioning", "     <action>ADD</action>\n     <bizStep>urn:epcglobal:cbv:bizstep:commissioning"),
            "extension[1]/TransformationEvent[1]",
            "action is no member of TransformationEvent: leave it out",
        ),
        in_markup(
            "older-correction-of-nothing", "what did not occur, with a correction, in a base extension",
            "older", swap("er:incorrect_data", "er:did_not_occur"),
            "ObjectEvent[2]/baseExtension/errorDeclaration",
            "what did not occur has no correctiveEventIDs: leave them out, or write 'incorrect_data' as the reason",
        ),
    ]  # fmt: skip
