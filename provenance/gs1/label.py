"""What a label says: the thing, and what else is beside its key.

    https://brand.example/01/09506000134352/10/L7/21/42?17=271231
    (01)09506000134352(21)42(10)L7(17)271231

Both name https://id.gs1.org/01/09506000134352/21/42, and say that its lot is
L7 and that it expires on 31 December 2027. Those are no part of what it is,
but can be held against what was logged of it (`provenance.proof.labelled`).

Of a link's query every number with a value is taken, valid or not: what is
wrong there does not agree with anything, and is not to pass for unsaid.
"""

import re
from typing import NamedTuple

from provenance.gs1.epcurn import is_epc_urn
from provenance.gs1.identifier import CANONICAL_STEM
from provenance.gs1.keyboard import tidy
from provenance.gs1.linkpath import parameters, split_link, unescape
from provenance.gs1.reading import content_of, read_item

_AI = re.compile("[0-9]{2,4}")

Said = tuple[tuple[str, str], ...]
"""(AI, value) pairs, in order."""


class LabelData(NamedTuple):
    """What a label says.

    Attributes:
        item: The id of what it names.
        said: What it says of it besides, each once.
    """

    item: str
    said: Said


def read_label(text: str) -> LabelData:
    """Return what *text* says: any text that `read_item` reads.

    Raises:
        MalformedError: It names nothing, or not validly.
    """
    item = read_item(text)
    if not item.startswith(f"{CANONICAL_STEM}/"):
        return LabelData(item, ())
    content = content_of(tidy(text))
    if content is None:
        # The table of AIs is read for who scans, not for who verifies.
        from provenance.gs1.scan import parse_scan  # noqa: PLC0415

        elements = parse_scan(text).elements
    elif is_epc_urn(content):
        return LabelData(item, ())
    else:
        link = split_link(content)
        elements = (*link.identifier.elements, *_read_query(link.query))
    own = {*split_link(item).identifier.elements, ("254", "0")}
    return LabelData(
        item, tuple(each for each in dict.fromkeys(elements) if each not in own)
    )


def _read_query(query: str) -> Said:
    return tuple(
        (ai, unescape(value.replace("+", " ")))
        for ai, value in parameters(query)
        if _AI.fullmatch(ai) and value
    )
