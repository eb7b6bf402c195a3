"""The ledger: the verbs of the flow, and the one writer that runs them.

    check, admit, sequence, commit, publish, cosign, prove, audit

Each verb is a module; a stage's result is a type of its own, so that none can
be skipped. Reading works on a snapshot, beside the writer. What is admitted is
decided by `provenance.rules`, what a bundle must show by `provenance.proof`.

It knows the protocol of a store, never a database; it takes time from its
clock, and nothing from a network.
"""
