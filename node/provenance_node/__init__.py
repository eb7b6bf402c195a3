"""A ledger on the web: the only floor that knows FastAPI.

The extra `node` installs what it needs; `provenance node serve` starts it.
"""
