#!/usr/bin/env bash
# make bench-safety: one safety check of 15 medicines against all rules, in microseconds. Fails above 1 ms at p99.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
cargo run --release --quiet -p yunzhen-domain --example bench_safety
