"""Commands of who makes things: what is logged, and the labels with it.

What a command shares with those of other groups is above, in `provenance.cli`;
no group imports another.
"""
