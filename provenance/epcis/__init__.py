"""EPCIS 2.0: documents in and out, queries, and the words of events.

A document in JSON, XML or CSV is read into drafts: events checked member by
member against the standard. `render` and `xml.write` are the way back. A
query is parsed here, and answered by `provenance.ledger`.

Reading is strict, and a refusal names the path. What a lenient reading mends
it lists (`mending`): nothing is changed in silence. Nothing here signs, knows
who is entitled to say something, or reads a file.
"""
