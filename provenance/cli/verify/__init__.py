"""Commands that take evidence out of a ledger, and that judge it.

Who verifies has a trust file and the evidence, and needs no ledger and no
network: nothing here loads a database unless a ledger is what is judged. What
a command shares with those of other groups is above, in `provenance.cli`; no
group imports another.
"""
