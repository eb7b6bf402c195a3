"""Rules: what may be said, judged once.

The ledger admits by these rules, a rehearsal rehearses by them, an audit
replays them, a prover proves what they ask for, and a verifier, in Python and
in the page, verifies by them. Each has a name (`table`), and what words mean,
who may use them and within which bounds is data (`evidence-1.json`).

A rule is a pure function of what the judge has been shown. It never asks who
the judge is: whoever cannot see enough says that it is unknown.
"""
