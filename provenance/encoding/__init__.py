"""Bytes and values: the floor that everything signed or hashed stands on.

Canonical msgpack, base64 and JSON with one spelling for every value; hashes,
small Merkle trees and proofs over them; times; and the words with which a
message says where something is wrong.

What is read is read strictly: bytes that another reader could take otherwise
are refused, with their place. All of it is pure, and each format has its twin
in JavaScript. Nothing here knows what an event, an item or a log is.
"""
