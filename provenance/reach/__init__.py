"""A ledger wherever it is: in a folder, or behind a node's URL.

    where      which of the two, and how it is opened
    ledgers    what is asked of a ledger, and a folder that answers it
    events     the events that a query finds, page by page
    signed     what an actor or a key signed

A caller asks for little, and each of the two has all of it. A node is asked
over HTTP, and what it answers is verified against the caller's own trust file;
a folder is opened here, and to be written no node may serve it. A signature
is made where its key is, in either case. Nothing here knows a terminal.
"""
