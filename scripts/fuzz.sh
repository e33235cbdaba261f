#!/usr/bin/env bash
# make fuzz: each fuzz target of relay/protocol for SECONDS_EACH (60) seconds. Needs the nightly toolchain and cargo-fuzz; both are installed when missing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root/relay/protocol"
[ -d fuzz ] || fail "relay/protocol/fuzz is not there"
need rustup "install Rust by https://rustup.rs: fuzzing needs its nightly toolchain"
rustup toolchain list | grep -q '^nightly' || rustup toolchain install nightly --profile minimal
command -v cargo-fuzz >/dev/null 2>&1 || cargo install cargo-fuzz --locked --quiet
# cargo-fuzz keeps a folder of its own unless told otherwise; it must not share the instrumented objects with other builds.
export CARGO_TARGET_DIR=$target/fuzz
targets=$(cargo +nightly fuzz list)
count=0
for name in $targets; do
  say "fuzz $name, ${SECONDS_EACH:-60} s"
  cargo +nightly fuzz run "$name" -- -max_total_time="${SECONDS_EACH:-60}" -print_final_stats=1 -verbosity=0
  count=$((count + 1))
done
echo "FUZZ $count targets, no finding"
