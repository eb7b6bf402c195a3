"""EPCIS 2.0 over HTTP: queries of events, and their capture.

resources   which there are, and their methods
asking      what a request asks for: parameters, headers
searchers   children that search, and keep the index of queries
searching   what the routes search through
documents   answers as EPCIS has them
tokens      who may capture
signers     children that sign what is captured
capture     from a document to a job, and from a job to the log
exceptions  errors, by the names that EPCIS has for them
lists       pages of what the node keeps itself: jobs, queries

What an event must be is `provenance.epcis`'s, what may be said the ledger's:
here is the binding to HTTP alone. Capture signs with `provenance.Intake`.
"""
