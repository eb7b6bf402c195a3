#!/bin/sh
# Takes a backup of a ledger while a node serves it, and audits the copy.
#
#     backup.sh /var/lib/provenance/ledger /var/backups/provenance trust.toml
#
# The last argument is a trust file from elsewhere than the ledger's folder:
# the copy is held against that. The folder that is printed can be put away; it
# has neither the log's key nor its signer's memory (node/DEPLOYMENT.md).
set -eu

ledger=$1
backups=$2
trust=$3

copy=$backups/$(date -u +%Y-%m-%dT%H-%M-%SZ)
provenance backup --quiet --ledger "$ledger" "$copy" >&2
if ! provenance audit --quiet --trust "$trust" "$copy" >&2; then
    # It is kept, to be looked at, but under a name that nobody restores.
    mv "$copy" "$copy.unsound"
    echo "$copy.unsound does not pass the audit" >&2
    exit 1
fi
echo "$copy"
