"""Prefixes: how EPCIS JSON shortens the names of extensions.

A document's `@context` gives prefixes their namespaces, and a *CURIE* such as
`ext:grade` stands for the namespace and the rest:

    "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
                 {"ext": "https://ns.example.com/epcis/"}]
    "ext:grade" → https://ns.example.com/epcis/grade

A name must mean one thing to every reader, now and in ten years. So nothing
is fetched: GS1's own context is known here, others are refused, and so is a
prefix that nobody defines or that would change the meaning of plain URIs.

In full: `FORMATS.md`, section 11.
"""

import re
from collections.abc import Mapping

from provenance.errors import MalformedError

EPCIS_CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
"""The context that GS1 publishes for EPCIS."""

STANDARD_PREFIXES: Mapping[str, str] = {
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "dcterms": "http://purl.org/dc/terms/",
    "epcis": "https://ref.gs1.org/epcis/",
    "gs1": "https://gs1.org/voc/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefix → namespace, as GS1's context defines them."""

_GS1_CONTEXT = re.compile(
    r"https://ref\.gs1\.org/standards/epcis/(2\.[0-9]+\.[0-9]+/)?"
    r"epcis-context\.jsonld"
    r"|https://gs1\.github\.io/EPCIS/epcis-context\.jsonld"
)
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
# The schemes that URIs in events have, which no prefix may stand in for. The
# `example` of RFC 7595 is one as long as it is not defined as a prefix.
_SCHEMES = frozenset(
    {"data", "did", "file", "ftp", "http", "https", "info", "mailto", "ni",
     "oid", "tag", "tel", "urn", "uuid", "ws", "wss"}
)  # fmt: skip
_EXAMPLE = "example"
_URI_TEXT = re.compile(r"[!-~]{1,2048}")


def read_context(context: object) -> dict[str, str]:
    """Return the prefixes that an `@context` defines, with their namespaces.

    Raises:
        MalformedError: It does something else, or names a context that is
            not GS1's.
    """
    prefixes: dict[str, str] = {}
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, dict):
            for prefix, namespace in part.items():
                _require_prefix(prefix, namespace)
                prefixes[prefix] = namespace
        elif not isinstance(part, str):
            raise MalformedError(
                "an @context is the address of GS1's context, prefixes, or a"
                f" list of these: write {EPCIS_CONTEXT!r}"
            )
        elif _GS1_CONTEXT.fullmatch(part) is None:
            raise MalformedError(
                f"the context {part[:200]!r} is not GS1's, and nothing is"
                " fetched: define its prefixes in the document"
            )
    return prefixes


def prefixes_of(body: Mapping[str, object]) -> Mapping[str, str]:
    """Return the prefixes that the event of this *body* defines.

    Raises:
        MalformedError: As `read_context`.
    """
    context = body.get("@context")
    return {} if context is None else read_context(context)


def expand(text: str, prefixes: Mapping[str, str]) -> str:
    """Return the URI that *text*, a CURIE or a URI, stands for.

    *prefixes* are those that the document defines; the standard ones need not
    be among them.

    Raises:
        MalformedError: It is neither, or nobody defines its prefix.
    """
    prefix, colon, rest = text.partition(":")
    if not colon or not rest or _URI_TEXT.fullmatch(text) is None:
        raise MalformedError(
            f"{text[:80]!r} is neither a URI nor prefix:name: write one of"
            " these"
        )
    if rest.startswith("//") or prefix.lower() in _SCHEMES:
        return text
    namespace = prefixes.get(prefix) or STANDARD_PREFIXES.get(prefix)
    if namespace is None and prefix == _EXAMPLE:
        return text
    if namespace is None:
        raise MalformedError(
            f"nobody defines the prefix of {text[:80]!r}: define it in"
            " @context, or with xmlns in XML"
        )
    return namespace + rest


def full_id(text: str, prefixes: Mapping[str, str]) -> str:
    """Return the id *text* with its prefix written out, if it has one.

    Unlike a word, an id may have any scheme, so an unknown prefix is one.
    """
    prefix, _, rest = text.partition(":")
    if rest.startswith("//"):
        return text
    namespace = prefixes.get(prefix) or STANDARD_PREFIXES.get(prefix)
    return text if namespace is None else namespace + rest


def _require_prefix(prefix: str, namespace: object) -> None:
    if _PREFIX.fullmatch(prefix) is None or prefix.lower() in _SCHEMES:
        raise MalformedError(
            f"an @context may not define {prefix[:80]!r}: a prefix is a word,"
            " and no scheme of URIs; choose another"
        )
    if not isinstance(namespace, str) or not _is_in_full(namespace):
        raise MalformedError(
            f"the namespace of prefix {prefix!r} is a URI in full, unlike"
            f" {str(namespace)[:80]!r}: write it out"
        )


def _is_in_full(uri: str) -> bool:
    try:
        return expand(uri, {}) == uri
    except MalformedError:
        return False
