"""Commands that ask a ledger, in its folder or behind a node.

They show what is logged and prove nothing of it. What a command shares with
those of other groups is above, in `provenance.cli`; no group imports another.
"""
