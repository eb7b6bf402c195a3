"""Proofs: from the ledger's bytes to a verdict that anyone can reach.

A bundle holds what one item's story needs; `pack` shows it, `verify` checks
it, and one walk (`trace`) decides for both what that is. A receipt proves
one statement. The registry of checks and codes says all that a verdict can.

What a bundle says is checked against nothing but itself and the caller's own
trust file and clock. Pure: no network, no disk, no ledger. The page has the
same modules in `web/verify/proof`, file for file.
"""
