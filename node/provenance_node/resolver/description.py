"""What the resolver says of itself, and how its linksets are read as JSON-LD.

    GET /.well-known/gs1resolver           the description
    GET /.well-known/gs1resolver/context   the context of JSON-LD

(GS1-Conformant Resolver, "Resolver description file"; RFC 9264, appendix A.)
"""

from provenance.gs1.identifier import KEYS
from provenance_node.resolver.asked import VOCABULARY

DESCRIPTION_PATH = "/.well-known/gs1resolver"
CONTEXT_PATH = f"{DESCRIPTION_PATH}/context"

CONTEXT = {
    "@context": {
        "@version": 1.1,
        "@vocab": "https://www.iana.org/assignments/relation/",
        "gs1": VOCABULARY,
        "linkset": "@graph",
        "anchor": "@id",
        "href": "@id",
        "itemDescription": "http://www.w3.org/2000/01/rdf-schema#comment",
        "title": "http://purl.org/dc/terms/title",
        "type": "http://purl.org/dc/terms/format",
        "hreflang": {
            "@id": "http://purl.org/dc/terms/language",
            "@container": "@set",
        },
    }
}
"""Makes statements of a linkset: the anchor has a link of that type."""


def describe_resolver(base: str, origin: str) -> dict[str, object]:
    """Return the description.

    Args:
        base: This node's own address.
        origin: The ledger's name.
    """
    return {
        "name": f"provenance: {origin}",
        "resolverRoot": base,
        "supportedPrimaryKeys": sorted(KEYS),
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "jsonLdContextLocation": base + CONTEXT_PATH,
    }
