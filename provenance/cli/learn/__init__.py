"""Commands that explain: codes, pages of help, completion.

What a command shares with those of other groups is above, in `provenance.cli`;
no group imports another.
"""
