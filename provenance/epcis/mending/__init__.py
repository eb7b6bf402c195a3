"""Mending: what a lenient reading changes in a document, and says so.

Each mend is a function from a document to a document that a strict reading
takes, and a line that tells what was changed and where. A strict reading runs
none of them.
"""
