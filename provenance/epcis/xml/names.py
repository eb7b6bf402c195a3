"""Names in EPCIS XML, and the `prefix:name` that EPCIS JSON writes for them.

XML binds a prefix to a namespace anywhere, and binds it anew further in; an
event in JSON has one `@context`. So each event gets a table of its own: one
prefix for each namespace, the document's where that can be kept.

    <ext:grade xmlns:ext="https://ns.example.com/epcis/">A</ext:grade>
    {"@context": {"ext": "https://ns.example.com/epcis/"}, "ext:grade": "A"}

A namespace that GS1's context names has its prefix there, whatever the
document calls it, and these prefixes never stand for anything else. Where the
document's prefix means two things, is a scheme of URIs, or is none at all,
the event gets `ns1`, `ns2` and so on. A name is compared by namespace and
rest; the prefix is a spelling.
"""

import re
import string
from collections.abc import Collection
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from provenance.epcis.prefixes import STANDARD_PREFIXES, read_context
from provenance.errors import MalformedError

EPCIS = "urn:epcglobal:epcis:xsd:2"
"""The namespace of EPCIS 2.0 documents."""

EPCIS_QUERY = "urn:epcglobal:epcis-query:xsd:2"
"""The namespace of answers to queries."""

EPCIS_MASTER_DATA = "urn:epcglobal:epcis-masterdata:xsd:2"
"""The namespace of documents of master data."""

EPCIS_NAMESPACES = frozenset(
    {EPCIS, EPCIS_MASTER_DATA, "urn:epcglobal:epcis-masterdata:xsd:1",
     "urn:epcglobal:epcis:xsd:1", EPCIS_QUERY,
     "urn:epcglobal:epcis-query:xsd:1"}
)  # fmt: skip
"""Where EPCIS's own names are: here, or in no namespace at all."""

RESERVED = "urn:epcglobal:epcis"
"""What starts a namespace that is EPCIS's own, in whatever version."""

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XINCLUDE = "http://www.w3.org/2001/XInclude"
XML = "http://www.w3.org/XML/1998/namespace"
"""The namespace of `xml:lang`, bound in every document to `xml` alone."""

MASTER_DATA = "urn:epcglobal:cbv:mda"
"""What XML calls the namespace that JSON calls `urn:epcglobal:cbv:mda:`."""

TYPED_NAMESPACES = frozenset(
    {MASTER_DATA, f"{MASTER_DATA}:", STANDARD_PREFIXES["gs1"]}
)
"""The namespaces of GS1's own attributes, whose values have types."""

STANDARD_NAMESPACES = {
    MASTER_DATA: "cbvmda",
    **{namespace: prefix for prefix, namespace in STANDARD_PREFIXES.items()},
}
"""Namespace → the prefix that GS1's context gives it."""

# The letters that every edition of XML 1.0 takes in a name, of the scripts
# that trade writes: Latin, Greek, Cyrillic, kana, Han and Hangul. The editions
# differ about others.
_LETTERS = (
    "A-Za-z_\xc0-\xd6\xd8-\xf6\xf8-\xff\u03b1-\u03c9\u0391-\u03a1\u03a3-\u03a9"
    "\u0410-\u044f\u3041-\u3094\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
)
_NAME = re.compile(rf"[{_LETTERS}][{_LETTERS}0-9.-]*")
_LOCAL_LETTERS = string.ascii_letters + "_"
_LOCAL = _LOCAL_LETTERS + string.digits + ".-"


class QName(NamedTuple):
    """The name of an element or attribute.

    Attributes:
        namespace: Empty for EPCIS's own names.
        local: The rest of it.
        prefix: What the document writes before it; empty if nothing.
    """

    namespace: str
    local: str
    prefix: str

    @property
    def shown(self) -> str:
        """The name as the document writes it, but for EPCIS's own."""
        if self.namespace and self.prefix:
            return f"{self.prefix}:{self.local}"
        return self.local


@lru_cache(maxsize=4096)
def parse_name(raw: str) -> QName:
    """Return the name that the parser gives as `namespace local prefix`.

    A namespace with a space in it does not come this far: the parser refuses
    it.
    """
    parts = raw.split(" ")
    if len(parts) == 1:
        return QName("", raw, "")
    namespace, local, *prefix = parts
    if namespace in EPCIS_NAMESPACES:
        return QName("", local, "")
    return QName(namespace, local, prefix[0] if prefix else "")


def is_name(text: str) -> bool:
    """Return whether *text* can be a name without a prefix in any XML 1.0."""
    return _NAME.fullmatch(text) is not None


def split_uri(uri: str) -> tuple[str, str]:
    """Return the namespace and the local name that make up *uri*.

    The local name is the longest that leaves a namespace:
    `https://ns.example.com/x/name` ends in `name`.

    Raises:
        MalformedError: It ends in no name.
    """
    for start in range(len(uri.rstrip(_LOCAL)), len(uri)):
        if uri[start] in _LOCAL_LETTERS and _is_namespace(uri[:start]):
            return uri[:start], uri[start:]
    raise MalformedError(
        f"{uri[:80]!r} ends in nothing that can be the name of an XML element"
    )


def is_prefix(prefix: str) -> bool:
    """Return whether an `@context` may define *prefix*."""
    return _defines(prefix, EPCIS)


class PrefixTable:
    """The prefixes of one event, given out as its names are met.

    Attributes:
        prefixes: Prefix → namespace, but for the standard ones.
    """

    def __init__(self, avoided: Collection[str] = ()) -> None:
        """Start a table that gives out none of the prefixes *avoided*."""
        self.prefixes: dict[str, str] = {}
        self._given: dict[str, str] = {}
        self._avoided = avoided

    def member(self, name: QName) -> str:
        """Return the name in JSON of what XML calls *name*.

        Raises:
            MalformedError: Its namespace is no absolute URI.
        """
        if not name.namespace:
            return name.local
        return f"{self.prefix_of(name.namespace, name.prefix)}:{name.local}"

    def prefix_of(self, namespace: str, wanted: str) -> str:
        """Return the prefix of *namespace*, which is *wanted* if that can be.

        Raises:
            MalformedError: The namespace is no absolute URI.
        """
        if namespace not in self._given:
            prefix = STANDARD_NAMESPACES.get(namespace)
            if prefix is None:
                read_context({"ns": namespace})
                prefix = self._free(namespace, wanted)
                self.prefixes[prefix] = namespace
            self._given[namespace] = prefix
        return self._given[namespace]

    def known(self, namespace: str) -> str:
        """Return the prefix that *namespace* has; empty without one."""
        return self._given.get(namespace, "")

    def mention(self, namespace: str, prefix: str) -> None:
        """Keep what *prefix* means in a text, if nothing speaks against it."""
        if self._is_free(prefix, namespace) and _is_namespace(namespace):
            self.prefixes[prefix] = namespace
            if namespace not in STANDARD_NAMESPACES:
                self._given.setdefault(namespace, prefix)

    def _free(self, namespace: str, wanted: str) -> str:
        if self._is_free(wanted, namespace):
            return wanted
        made = (f"ns{number}" for number in count(1))
        return next(p for p in made if self._is_free(p, namespace))

    def _is_free(self, prefix: str, namespace: str) -> bool:
        return (
            prefix not in STANDARD_PREFIXES
            and prefix not in self._avoided
            and self.prefixes.get(prefix, namespace) == namespace
            and is_prefix(prefix)
        )


def _is_namespace(text: str) -> bool:
    return _defines("ns", text)


def _defines(prefix: str, namespace: str) -> bool:
    try:
        read_context({prefix: namespace})
    except MalformedError:
        return False
    return True
