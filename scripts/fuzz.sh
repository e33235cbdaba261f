#!/usr/bin/env bash
# make fuzz: each fuzz target (relay/protocol/fuzz) for SECONDS_EACH (60) seconds, one to a core; on stable Rust, see relay/protocol/fuzz/run.sh.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build
export CARGO_TARGET_DIR=$target
relay/protocol/fuzz/run.sh "${SECONDS_EACH:-60}"
echo "FUZZ no finding"
