"""Intake: from what people have to signed statements in a ledger.

    documents   EPCIS in JSON, XML or lines; read, mended if that is asked
    tables      CSV, with a mapping
    statements  signed already, each in a .submission
                            │
    prepare     events with fresh secrets; what is concealed taken out
    steps       rehearsed, split into statements, signed; kept in a journal
    hand_in     handed to a ledger or a node; what became of each file
    intake      all of it: `provenance.Intake`

The command line prints what comes out, the node answers with it, and Python
calls it. So it prints nothing itself, asks nobody, and knows neither of them.
"""
