"""Findings: what `verify` says of evidence that is no bundle.

A receipt, a checkpoint, an exported log or a ledger is judged by commands, not
by the verifier of bundles, whose codes are in `provenance.proof.codes`.
"""

from collections.abc import Mapping

RECEIPT_CODE = "PRV-9339"
RECEIPT_EXPLANATION = (
    "The receipt proves that this entry stands in the log at the place it"
    " names, under a checkpoint signed as the trust file asks. It does not"
    " say who may have signed the entry, nor what was logged later: for that,"
    " verify a bundle."
)
NO_ENTRY_CODE = "PRV-9331"
NO_EVIDENCE_CODE = "PRV-9334"
AGELESS_CODE = "PRV-9335"
TILES_CODE = "PRV-9330"
TILE_CHANGED_CODE = "PRV-9332"
TILE_MISSING_CODE = "PRV-9333"
TILE_SURPLUS_CODE = "PRV-9336"
LEDGER_CODE = "PRV-9337"
NO_PROOF_CODE = "PRV-9338"

FINDINGS: Mapping[str, str] = {
    RECEIPT_CODE: RECEIPT_EXPLANATION,
    NO_ENTRY_CODE: (
        "A receipt proves that one entry stands in the log, and does not hold"
        " it. Give the entry, or the .submission that it came in, with"
        " --entry, or put it into the receipt's folder: whichever file there"
        " fits is taken."
    ),
    NO_EVIDENCE_CODE: (
        "The file is neither a bundle, a receipt nor a checkpoint, and was"
        " not verified. It is named so that nothing in a folder is passed"
        " over. Take it out, or verify what it belongs to."
    ),
    AGELESS_CODE: (
        "A checkpoint by itself says no time. Witnesses add theirs when they"
        " cosign it; none that counts has, so its age cannot be told."
    ),
    TILES_CODE: (
        "Every entry, and every hash of every tile, full and partial, leads"
        " to the root that the log signed. It does not say who may have"
        " signed the entries: for that, audit a copy of the ledger, which has"
        " the events."
    ),
    TILE_CHANGED_CODE: (
        "A file of the exported log is not the one that leads to the root"
        " that the log signed. The entry or the hash that is named was"
        " changed after the log signed it; another copy shows what was there."
    ),
    TILE_MISSING_CODE: (
        "A tile that the log has at this size is not there, so what it holds"
        " cannot be checked. Copy the log again."
    ),
    TILE_SURPLUS_CODE: (
        "A file lies among the tiles that the checkpoint does not ask for."
        " It may be of a newer log, whose checkpoint was not copied, or be"
        " none of the log's: it was not verified."
    ),
    LEDGER_CODE: (
        "Everything in the ledger was derived again from the bytes that it"
        " stores and came out the same, by the trust file that was given."
    ),
    NO_PROOF_CODE: (
        "That a log of more entries has all those of an older checkpoint can"
        " be proved from its tiles, and not from the two checkpoints alone."
        " Whoever has the log can export them: provenance export-tiles."
    ),
}
"""Codes of what `verify` finds beside bundles → what they mean."""
