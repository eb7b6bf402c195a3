"""A ledger on the web: the only floor that knows FastAPI.

    app, serve         the application, and the server that it runs in
    node               what a node is made of, started and stopped in order
    routes             what it answers; `epcis` and `resolver` beside it
    writer             the one thread that commits; `checkers` before it
    readers, reading   children that prove from snapshots
    cosigning          asking witnesses; `heartbeat`, `clockwatch`, `metrics`
    access, limits     who may ask, how much and how often
    problems           errors as answers (`provenance.problems`)
    web                the page; `web/verify` mirrors the pure packages

Cost is bounded here: every queue, body, process and answer has a limit. It
takes no rule of its own, and knows neither the command line nor a database.
The extra `node` installs what it needs; `provenance node serve` starts it.
"""
