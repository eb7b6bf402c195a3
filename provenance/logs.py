"""What the library says of its own doings, to whoever listens.

    logging.getLogger("provenance").setLevel("INFO")
    logging.basicConfig()

Silent by default: without a handler of the program's own nothing is printed,
whatever the level. Records are made where the world is touched, and never in
the pure floors:

    provenance.store    INFO     a ledger or an index was opened, closed
                        WARNING  an index was not usable and is made again
    provenance.ledger   DEBUG    a batch was committed; an index caught up
                        INFO     a ledger was opened for writing; a statement
                                 was refused
                        WARNING  entries were signed after a crash; a witness
                                 did not cosign
                        ERROR    writing failed, and was stopped
    provenance.client   WARNING  a request is made again, or given up

A record has counts, log indexes, paths, the ledger's name, the names of
witnesses, and URLs of nodes. It has no key, no event or part of one, no item
and no body: a refusal is logged by its class and its statement's id, and what
it says is the caller's alone.
"""

import logging

STORE = logging.getLogger("provenance.store")
LEDGER = logging.getLogger("provenance.ledger")
CLIENT = logging.getLogger("provenance.client")

# Else Python itself would print what is grave to stderr.
logging.getLogger("provenance").addHandler(logging.NullHandler())
