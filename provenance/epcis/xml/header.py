"""The header of a document in XML, and what EPCIS JSON says for it.

    <EPCISHeader>
      <sbdh:StandardBusinessDocumentHeader>
        <sbdh:Sender><sbdh:Identifier Authority="SGLN">urn:…</sbdh:Identifier>
        …<sbdh:InstanceIdentifier>MSG-1</sbdh:InstanceIdentifier>…
      <extension><EPCISMasterData>…</EPCISMasterData></extension>
    </EPCISHeader>

    {"sender": "urn:…", "instanceIdentifier": "MSG-1", "epcisHeader": {
       "epcisMasterData": {"vocabularyList": […]},
       "sbdh:StandardBusinessDocumentHeader": {…}}}

What JSON has a member for goes there, and comes back from there; the rest of
the business document header stays beside it, as any extension does. What is
not built as the standard has it stays as it is, too: `lower` undoes `lift`.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import cast

from provenance.encoding.strict_json import JSON

SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"

_HEADER = "StandardBusinessDocumentHeader"
_LIFTED: Mapping[str, tuple[str, ...]] = {
    "sender": ("Sender", "Identifier"),
    "receiver": ("Receiver", "Identifier"),
    "instanceIdentifier": ("DocumentIdentification", "InstanceIdentifier"),
}
"""Member of a document in JSON → where the business header says it."""

_ORDER = ("HeaderVersion", "Sender", "Receiver", "DocumentIdentification",
          "Manifest", "BusinessScope", "Standard", "TypeVersion",
          "InstanceIdentifier", "Type", "MultipleType",
          "CreationDateAndTime", "Identifier",
          "ContactInformation")  # fmt: skip
"""The elements of a business header, as they follow each other."""

_LIST = "vocabularyList"
_ELEMENTS = "vocabularyElementList"


def lift(header: JSON, prefix: str) -> dict[str, JSON]:
    """Return the members of a document in JSON that say what *header* says.

    Args:
        header: The EPCISHeader, as extensions are read.
        prefix: What stands before the names of the business header.
    """
    if not isinstance(header, dict):
        return {"epcisHeader": header}
    rest = deepcopy(header)
    members: dict[str, JSON] = {}
    for member, path in _LIFTED.items():
        steps = [f"{prefix}:{step}" for step in (_HEADER, *path)]
        found = _take(rest, steps)
        if found is not None:
            members[member] = found
    wrapper = rest.get("extension")
    if isinstance(wrapper, dict):
        master = _master_data(wrapper.get("EPCISMasterData"))
        if master is not None:
            del wrapper["EPCISMasterData"]
            rest["epcisMasterData"] = master
            if not wrapper:
                del rest["extension"]
    return {**members, "epcisHeader": rest} if rest else members


def lower(members: Mapping[str, JSON], prefix: str) -> dict[str, JSON]:
    """Return the EPCISHeader for these *members*: what `lift` was given.

    Of what never was XML the business header has what there is.
    """
    header = members.get("epcisHeader", {})
    rest = deepcopy(header) if isinstance(header, dict) else {}
    lifted = {n: members[n] for n in _LIFTED if n in members}
    if lifted:
        name = f"{prefix}:{_HEADER}"
        business = rest.pop(name, {})
        if isinstance(business, dict):
            for member, value in lifted.items():
                steps = [f"{prefix}:{step}" for step in _LIFTED[member]]
                _give(business, steps, value)
            business = _in_order(business, prefix)
        # It comes first.
        rest = {name: business, **rest}
    if "epcisMasterData" in rest:
        plain = _from_master_data(rest["epcisMasterData"])
        if plain is not None:
            del rest["epcisMasterData"]
            wrapper = rest.setdefault("extension", {})
            if isinstance(wrapper, dict):
                wrapper["EPCISMasterData"] = plain
    return rest


def lift_list(vocabularies: JSON) -> dict[str, JSON]:
    """Return the member for the *vocabularies* of a master data document."""
    master = _master_data({"VocabularyList": vocabularies})
    body = master if isinstance(master, dict) else {_LIST: vocabularies}
    return {"epcisBody": body}


def lower_list(body: JSON) -> JSON:
    """Return the vocabularies that `lift_list` was given."""
    plain = _from_master_data(body)
    if plain is not None:
        return plain["VocabularyList"]
    return body.get(_LIST) if isinstance(body, dict) else None


def _take(members: dict[str, JSON], steps: list[str]) -> str | None:
    """Take out the text at *steps*; its attributes stay."""
    step, *deeper = steps
    inner = members.get(step)
    if not deeper:
        if isinstance(inner, str):
            del members[step]
            return inner
        if isinstance(inner, dict) and isinstance(inner.get("value"), str):
            return cast("str", inner.pop("value"))
        return None
    if not isinstance(inner, dict):
        return None
    found = _take(inner, deeper)
    if found is not None and not inner:
        del members[step]
    return found


def _give(members: dict[str, JSON], steps: list[str], value: JSON) -> None:
    step, *deeper = steps
    if deeper:
        inner = members.setdefault(step, {})
        if isinstance(inner, dict):
            _give(inner, deeper, value)
        return
    inner = members.get(step)
    members[step] = (
        {**inner, "value": value} if isinstance(inner, dict) else (value)
    )


def _in_order(members: dict[str, JSON], prefix: str) -> dict[str, JSON]:
    """Return *members* as the schema orders them, others last."""
    order = {f"{prefix}:{name}": place for place, name in enumerate(_ORDER)}
    names = sorted(members, key=lambda n: (n in order, order.get(n, 0)))
    return {
        name: _in_order(value, prefix) if isinstance(value, dict) else value
        for name in names
        for value in [members[name]]
    }


def _master_data(value: JSON) -> JSON:
    """Return master data as JSON has them; None if `lower` would lose any."""
    found = _read_master_data(value)
    return found if found and _from_master_data(found) == value else None


def _read_master_data(value: JSON) -> dict[str, JSON] | None:
    vocabularies = _inner(value, "VocabularyList", "Vocabulary")
    if vocabularies is None:
        return None
    found: list[JSON] = []
    for vocabulary in vocabularies:
        elements = _inner(
            vocabulary, "VocabularyElementList", "VocabularyElement"
        )
        if elements is None or not isinstance(vocabulary, dict):
            return None
        listed: list[JSON] = [_read_element(each) for each in elements]
        found.append({"type": vocabulary.get("@type"), _ELEMENTS: listed})
    return {_LIST: found}


def _read_element(element: JSON) -> JSON:
    if not isinstance(element, dict):
        return None
    said: dict[str, JSON] = {"id": element.get("@id")}
    if "attribute" in element:
        said["attributes"] = [
            {"id": each.get("@id"), "attribute": _content(each)}
            if isinstance(each, dict)
            else None
            for each in _listed(element["attribute"])
        ]
    children = element.get("children")
    if isinstance(children, dict):
        said["children"] = _listed(children.get("id"))
    return said


def _content(attribute: dict[str, JSON]) -> JSON:
    inner = {name: v for name, v in attribute.items() if name != "@id"}
    return inner.get("value") if inner.keys() == {"value"} else inner or ""


def _from_master_data(value: JSON) -> dict[str, JSON] | None:
    """Return master data as XML has them; None if they have another form."""
    vocabularies = value.get(_LIST) if isinstance(value, dict) else None
    if not isinstance(vocabularies, list) or len(value) != 1:  # type: ignore[arg-type]  # a dict
        return None
    found: list[JSON] = []
    for vocabulary in vocabularies:
        if not isinstance(vocabulary, dict):
            return None
        elements = vocabulary.get(_ELEMENTS)
        if vocabulary.keys() != {"type", _ELEMENTS} or not isinstance(
            elements, list
        ):
            return None
        written = [_write_element(each) for each in elements]
        if None in written:
            return None
        found.append(
            {
                "@type": vocabulary["type"],
                "VocabularyElementList": {
                    "VocabularyElement": _unlisted(written)
                },
            }
        )
    return {"VocabularyList": {"Vocabulary": _unlisted(found)}}


def _write_element(element: JSON) -> JSON:
    if not isinstance(element, dict) or not element.keys() <= {
        "id", "attributes", "children",
    }:  # fmt: skip
        return None
    said: dict[str, JSON] = {"@id": element.get("id")}
    if "attributes" in element:
        attributes: list[JSON] = []
        for each in _listed(element["attributes"]):
            if not isinstance(each, dict) or each.keys() != {"id", "attribute"}:
                return None
            content = each["attribute"]
            inner = content if isinstance(content, dict) else {"value": content}
            if content == "":
                inner = {}
            attributes.append({"@id": each["id"], **inner})
        said["attribute"] = _unlisted(attributes)
    if "children" in element:
        said["children"] = {"id": _unlisted(_listed(element["children"]))}
    return said


def _inner(value: JSON, around: str, each: str) -> list[JSON] | None:
    if not isinstance(value, dict):
        return None
    inner = value.get(around)
    if not isinstance(inner, dict) or each not in inner:
        return None
    return _listed(inner[each])


def _listed(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else [value]


def _unlisted(values: list[JSON]) -> JSON:
    return values[0] if len(values) == 1 else values
