"""Faults in the words of an event, and in members of all kinds."""

from tests.faults.case import Fault, in_both, in_json, put, rename

_NO_URI = (
    "is no absolute URI: write one that starts with a scheme, such as urn: or"
    " https:"
)
_STEP = (
    "is no standard business step: write one of the standard words, or a URI of"
    " your own"
)
_DISPOSITION = _STEP.replace("business step", "disposition")
_OLD = "as EPCIS 2.0 spells it: write the bare word"
_UNKNOWN = (
    "; the name of an extension has a prefix: put one before it, or leave it"
    " out"
)


def faults() -> list[Fault]:
    return [*_words(), *_members()]


def _words() -> list[Fault]:
    return [
        *in_both(
            "step-unknown", "a business step that is not in the vocabulary",
            "making", put("[0].bizStep", "harvesting"),
            place="[0].bizStep", reason=f"'harvesting' {_STEP}",
            xml="ObjectEvent[1]/bizStep",
        ),
        *in_both(
            "step-in-capitals", "a business step in the wrong case",
            "shipping", put("[2].bizStep", "Shipping"),
            place="[2].bizStep", reason="'Shipping' is no standard business step: write 'shipping'",
            xml="ObjectEvent[1]/bizStep",
        ),
        in_json(
            "step-cbv-urn", "a business step as EPCIS 1.2 wrote it",
            "making", put("[2].bizStep", "urn:epcglobal:cbv:bizstep:commissioning"),
            place="[2].bizStep",
            reason=f"'urn:epcglobal:cbv:bizstep:commissioning' is no business step {_OLD} 'commissioning'",
        ),
        in_json(
            "step-old-address", "a business step at an address that GS1 gave up",
            "shipping", put("[0].bizStep", "https://ns.gs1.org/cbv/BizStep-packing"),
            place="[0].bizStep",
            reason=f"'https://ns.gs1.org/cbv/BizStep-packing' is no business step {_OLD} 'packing'",
        ),
        in_json(
            "step-unknown-address", "an address of GS1's vocabulary with a word that is not in it",
            "shipping", put("[1].bizStep", "https://ref.gs1.org/cbv/BizStep-ordering"),
            place="[1].bizStep",
            reason="'https://ref.gs1.org/cbv/BizStep-ordering' is no standard business step: write one of the standard words",
        ),
        in_json(
            "step-undefined-prefix", "a business step of somebody's own, whose prefix nobody defines",
            "making", put("[1].bizStep", "coffee:roasting"),
            place="[1].bizStep",
            reason="nobody defines the prefix of 'coffee:roasting': define it in @context, or with xmlns in XML",
        ),
        in_json(
            "step-list", "two business steps in one event",
            "watching", put("[1].bizStep", ["sensor_reporting", "storing"]),
            place="[1].bizStep", reason="this must be text, not a list: write it as text",
        ),
        *in_both(
            "step-private-unknown", "a step as this project writes them, but unknown",
            "shipping", put("[3].bizStep", "urn:provenance:step:customs_done"),
            place="[3].bizStep",
            reason="'urn:provenance:step:customs_done' is no step: write, after urn:provenance:step:, one of bonded_entered,",
            xml="AggregationEvent[2]/bizStep",
        ),
        *in_both(
            "disposition-unknown", "a disposition that is not in the vocabulary",
            "making", put("[1].disposition", "fresh"),
            place="[1].disposition", reason=f"'fresh' {_DISPOSITION}",
            xml="TransformationEvent[1]/disposition",
        ),
        in_json(
            "disposition-cbv-urn", "a disposition as EPCIS 1.2 wrote it",
            "shipping", put("[2].disposition", "urn:epcglobal:cbv:disp:in_transit"),
            place="[2].disposition",
            reason=f"'urn:epcglobal:cbv:disp:in_transit' is no disposition {_OLD} 'in_transit'",
        ),
        *in_both(
            "disposition-is-a-step", "a business step where a disposition belongs",
            "shipping", put("[0].disposition", "packing"),
            place="[0].disposition", reason=f"'packing' {_DISPOSITION}",
            xml="AggregationEvent[1]/disposition",
        ),
        *in_both(
            "persistent-disposition-empty", "a persistent disposition that neither sets nor unsets",
            "shipping", put("[2].persistentDisposition", {}),
            place="[2].persistentDisposition",
            reason="set and unset are missing: add one of them",
            xml="ObjectEvent[1]/persistentDisposition",
        ),
        in_json(
            "persistent-disposition-sets-nothing", "a persistent disposition that sets an empty list",
            "making", put("[1].persistentDisposition.set", []),
            place="[1].persistentDisposition.set",
            reason="the list is empty: name at least one element",
        ),
        *in_both(
            "persistent-disposition-unknown", "a persistent disposition that is not in the vocabulary",
            "shipping", put("[2].persistentDisposition.unset[0]", "guessed"),
            place="[2].persistentDisposition.unset[0]", reason=f"'guessed' {_DISPOSITION}",
            xml="ObjectEvent[1]/persistentDisposition/unset[1]",
        ),
        *in_both(
            "persistent-disposition-unknown-member", "a persistent disposition that keeps something",
            "making", put("[1].persistentDisposition.keep", "active"),
            place="[1].persistentDisposition",
            reason="no member is named 'keep': leave it out, since only set, unset can stand here",
            xml="TransformationEvent[1]/persistentDisposition/keep",
            xml_reason="no element is named 'keep' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        *in_both(
            "persistent-disposition-of-an-aggregation", "a persistent disposition of an AggregationEvent, which cannot have one",
            "shipping", put("[0].persistentDisposition", {"set": ["completeness_verified"]}),
            place="[0]",
            reason="persistentDisposition is no member of AggregationEvent: leave it out",
            xml="AggregationEvent[1]",
        ),
        in_json(
            "persistent-disposition-text", "a persistent disposition that is a word alone",
            "shipping", put("[2].persistentDisposition", "completeness_verified"),
            place="[2].persistentDisposition",
            reason="this must be an object, not text: write each of its members under its name",
        ),
    ]  # fmt: skip


def _members() -> list[Fault]:
    nested: object = "deep"
    for _ in range(21):
        nested = [nested]
    return [
        *in_both(
            "event-id-no-uri", "an event id that is no URI",
            "making", put("[1].eventID", "4711"),
            place="[1].eventID", reason=f"'4711' {_NO_URI}",
            xml="TransformationEvent[1]/eventID",
        ),
        *in_both(
            "certification-no-uri", "a certificate that is no URI",
            "making", put("[0].certificationInfo", "ORG-25"),
            place="[0].certificationInfo", reason=f"'ORG-25' {_NO_URI}",
            xml="ObjectEvent[1]/certificationInfo",
        ),
        *in_both(
            "certification-second-no-uri", "a second certificate that is no URI",
            "shipping", put("[2].certificationInfo[1]", "certificate 118"),
            place="[2].certificationInfo[1]", reason=f"'certificate 118' {_NO_URI}",
            xml="ObjectEvent[1]/certificationInfo[2]",
        ),
        *in_both(
            "member-in-lower-case", "a member in the wrong case",
            "shipping", rename("[1].bizStep", "bizstep"),
            place="[1]", reason="no member is named 'bizstep': write 'bizStep'",
            xml="TransactionEvent[1]/bizstep",
            xml_reason="no element is named 'bizstep': write 'bizStep'",
        ),
        *in_both(
            "member-without-prefix", "an extension whose name has no prefix",
            "making", rename("[0].tea:pickers", "pickers"),
            place="[0]", reason=f"no member is named 'pickers'{_UNKNOWN}",
            xml="ObjectEvent[1]/pickers",
            xml_reason="no element is named 'pickers' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        in_json(
            "member-undefined-prefix", "an extension whose prefix nobody defines",
            "making", rename("[2].tea:seal", "coffee:seal"),
            place="[2]",
            reason="nobody defines the prefix of 'coffee:seal': define it in @context, or with xmlns in XML",
        ),
        in_json(
            "member-undefined-prefix-inside", "a name inside an extension whose prefix nobody defines",
            "making", rename("[2].tea:seal.tea:colour", "coffee:colour"),
            place="[2].tea:seal",
            reason="nobody defines the prefix of 'coffee:colour': define it in @context, or with xmlns in XML",
        ),
        in_json(
            "member-of-a-comment", "a comment for people, as some programs add them",
            "shipping", put("[2]._comment", "late by an hour"),
            place="[2]", reason=f"no member is named '_comment'{_UNKNOWN}",
        ),
        in_json(
            "extension-context-inside", "an @context inside an extension",
            "making", put("[2].tea:seal.@context", {"x": "https://x.example/"}),
            place="[2].tea:seal",
            reason="an @context stands in the document or its events: move it there",
        ),
        in_json(
            "extension-integer-too-large", "an integer that readers would round differently",
            "making", put("[0].tea:pickers", 2**53),
            place="[0].tea:pickers",
            reason="an integer is within ±(2**53 - 1): write it as text",
        ),
        in_json(
            "extension-nests-too-deep", "an extension of 21 lists inside one another",
            "shipping", put("[3].tea:note", nested),
            place="[3].tea:note" + "[0]" * 20,
            reason="an extension nests at most 20 deep: write it with fewer levels",
        ),
        *in_both(
            "ilmd-without-prefix", "master data whose name has no prefix",
            "making", rename("[0].ilmd.tea:terrace", "terrace"),
            place="[0].ilmd", reason=f"no member is named 'terrace'{_UNKNOWN}",
            xml="ObjectEvent[1]/ilmd/terrace",
            xml_reason="no element is named 'terrace' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        *in_both(
            "ilmd-lot-without-prefix", "a lot number without the prefix that makes it one",
            "making", rename("[1].ilmd.cbvmda:lotNumber", "lotNumber"),
            place="[1].ilmd", reason=f"no member is named 'lotNumber'{_UNKNOWN}",
            xml="TransformationEvent[1]/ilmd/lotNumber",
            xml_reason="no element is named 'lotNumber' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        *in_both(
            "ilmd-of-an-observation", "master data in an event that puts nothing into being",
            "shipping", put("[2].ilmd", {"cbvmda:lotNumber": "B7"}),
            place="[2]",
            reason="only an ObjectEvent with action ADD has ilmd: leave it out, or say it in the event that put the items into being",
            xml="ObjectEvent[1]",
        ),
        *in_both(
            "ilmd-of-an-aggregation", "master data in an AggregationEvent, which cannot have any",
            "shipping", put("[0].ilmd", {"cbvmda:lotNumber": "B7"}),
            place="[0]", reason="ilmd is no member of AggregationEvent: leave it out",
            xml="AggregationEvent[1]",
        ),
        *in_both(
            "ilmd-text", "master data that is text",
            "making", put("[0].ilmd", "G25-03"),
            place="[0].ilmd",
            reason="this must be an object, not text: write each of its members under its name",
            xml="ObjectEvent[1]/ilmd",
            xml_reason="elements belong here, and no text: put it in one of them",
        ),
        in_json(
            "ilmd-lot-number", "a lot number that is a number, so that leading zeros are lost",
            "making", put("[2].ilmd.cbvmda:lotNumber", 7),
            place="[2].ilmd", reason="a lot number is text: write it as text",
        ),
        *in_both(
            "ilmd-lot-impossible", "a lot number that GS1 does not allow",
            "making", put("[1].ilmd.cbvmda:lotNumber", "T 2503"),
            place="[1].ilmd",
            reason="the lot (10) has 1 to 20 characters and no ' ', unlike 'T 2503': look it up again",
            xml="TransformationEvent[1]/ilmd",
        ),
    ]  # fmt: skip
