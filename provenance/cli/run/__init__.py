"""Commands of an operator: audits, copies, exports and the node.

Only `node` and `node_install` load the node's package, when they are used.
What a command shares with those of other groups is above, in
`provenance.cli`; no group imports another.
"""
