"""Commands that set up a ledger: its folder, keys, actors and rules.

What a command shares with those of other groups is above, in `provenance.cli`;
no group imports another.
"""
