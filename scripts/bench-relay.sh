#!/usr/bin/env bash
# make bench-relay: the relay's forwarding beside raw UDP and janus on this machine. Arguments go to the load generator.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build bench
cargo build --release --quiet -p yunzhen-load --bins
exec "$target/release/yunzhen-load" "$@"
