"""Published bytes of every format, made again twice.

An independent implementation of the formats made `provenance-formats-v2`.
Here the library makes each of its files again, byte for byte, and so does the
reference that makes this project's own vectors: three that share nothing.
"""
