#!/usr/bin/env bash
# make bench-link: the picture on every named bad link in virtual time, one table, and plots in target/bench-link.svg. Arguments go to the load generator.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
cargo build --release --quiet -p yunzhen-load --bins
"$target/release/yunzhen-load" link --svg "$target/bench-link.svg" --json "$target/bench-link.json" "$@"
echo "plots: $target/bench-link.svg"
