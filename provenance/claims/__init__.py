"""Claims: who says what about which item.

Events and the leaves that conceal and reveal them, statements and their
signatures, actors with their keys and grants, the registry that they make up,
and the chain of links that is one item's trail.

Values are frozen, and made only in a form that can be signed. A claim is read
without believing it: whether its signer was entitled to it is for
`provenance.rules`. Nothing here knows a log, a proof or EPCIS.
"""
