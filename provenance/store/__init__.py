"""Stores: where a ledger's bytes rest.

`protocol` says in small parts what a ledger asks of a database, and what is
durable when a method returns. A store is opened by its address; which one
stands behind it only this package knows. Keys, and the memory of what was
signed, are files of their own, outside the database on purpose.

A failed write is never retried: the outcome is unknown, and the writer stops.
Nothing here judges what it stores.
"""
