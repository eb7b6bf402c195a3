"""The log: the arithmetic and the texts of a transparency log.

Merkle trees and their proofs, tiles, the Merkle-Patricia map, signed notes,
checkpoints, cosignatures and the policy that says how many are enough; as
C2SP and RFC 6962 have them, checked against published vectors.

Proving and verifying are pairs and share one walk. Nothing here knows an
item, an actor or an event: entries are bytes, and keys of the map are hashes.
"""
