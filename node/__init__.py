"""A ledger on the web: the only floor that knows FastAPI.

Install it with `pip install 'provenance[node]'`; `provenance node serve`
starts it.
"""
