"""A case file: what came out when evidence was judged, to hand on.

    html        one page without scripts, to be read and printed
    table       the same findings, a line for each
    words       its headings, and what it does not prove, in each language

It is no evidence itself: it says how to repeat what it tells. Whatever comes
from evidence is escaped here. Nothing here judges, and nothing opens a file.
"""
