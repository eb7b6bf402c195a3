"""Makes a lost signer's memory again, from what the log's key has published.

    python recall_memory.py LEDGER CHECKPOINT...

For the day on which the disk with `signer.memory` is lost, or the ledger moves
to another machine without it. Each CHECKPOINT is a file with one that the log
published: from its witnesses, mirrors, monitors, from customers' bundles. The
largest becomes the memory. The node then starts only if its database holds
all of that log; if it is older, it says so (PRV-9040) and signs nothing.

It is only as safe as the search was thorough. A checkpoint that somebody has
and that is not given here is a fork that somebody can prove.
"""

import sys
from pathlib import Path

from provenance.folder import SIGNER_MEMORY, read_trust
from provenance.proof.opening import open_trusted
from provenance.store.signer_memory import SignerMemory


def main(ledger: Path, checkpoints: list[Path]) -> None:
    trust = read_trust(ledger)
    signed = [
        open_trusted(path.read_text(encoding="utf-8"), trust).checkpoint
        for path in checkpoints
    ]
    newest = max(signed, key=lambda checkpoint: checkpoint.size)
    # Refused if there is a memory: that one knows better.
    memory = SignerMemory.create(ledger / SIGNER_MEMORY, origin=trust.origin)
    memory.advance(newest.size, newest.root)
    print(f"{ledger / SIGNER_MEMORY}: the key has signed {newest.size} entries")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
