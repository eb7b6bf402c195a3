"""The demo: one whole import on a real ledger, verified, and then attacked.

    cast        who takes part, where, and what is moved
    epcis       the parts of their EPCIS documents
    scenes      what each party signs, scene by scene
    play        the story on a ledger, and the bundle that comes out
    attacks     what cheats may try, and what comes of each
    words       the sentences, in English and Chinese
    command     `provenance demo`, which prints all of it

It stands above the command line, and only `provenance demo` and
`provenance node serve --demo` load it. Nothing of it is of use to a ledger:
no other package may import it.
"""
