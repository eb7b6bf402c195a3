#!/bin/sh
# Takes a dated backup while the node serves, audits the copy, and lets old
# ones go. For provenance-backup.timer, or for cron, as the user @USER@:
#
#     17 2 * * * @SETTINGS@/backup.sh
#
# No program is looked for on the PATH. The trust file is from elsewhere than
# the ledger's folder: the copy is held against that. The copy has neither the
# log's key nor its signer's memory (node/DEPLOYMENT.md).
set -eu
exec @PROGRAM@ backup --quiet --keep @KEEP@ \
    --ledger @LEDGER@ --trust @SETTINGS@/trust.toml @BACKUPS@
