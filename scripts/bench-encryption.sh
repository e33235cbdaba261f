#!/usr/bin/env bash
# make bench-encryption: what the encryption of the record's file costs, on the disk that holds BENCH_DIR (/tmp).
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build
cargo run --release --quiet -p yunzhen-store --example bench_encryption
