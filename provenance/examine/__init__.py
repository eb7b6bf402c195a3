"""Evidence in files and folders, known by what it says, and judged.

    files       what a file is, and which entry belongs to a receipt
    judge       each kind judged, a folder's parts one by one
    logs        checkpoints, exported tiles and ledgers
    copies      a second copy, to see how what differs reads there
    growth      whether one log has all that another checkpoint of it had

Bundles are verified by `provenance.proof`; here are the other kinds, the files
around them, and how each would end a command. Nothing here prints, and nothing
reads standard input: whoever calls says how a named file is read.
"""
