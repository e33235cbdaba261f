#!/usr/bin/env bash
# make fuzz: FUZZ_SECONDS (3600) of fuzzing, divided over all targets (relay/protocol/fuzz) or those in TARGETS, one to a core; or SECONDS_EACH for each, and SECONDS_LONG for those in
# LONG. On stable Rust, see relay/protocol/fuzz/run.sh.
# Building the targets comes on top.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build
export CARGO_TARGET_DIR=$target
read -ra targets <<<"${TARGETS:-$(basename -s .rs relay/protocol/fuzz/fuzz_targets/*.rs | tr '\n' ' ')}"
cores=$(nproc)
# Rounds of as many at once as there are cores.
rounds=$(((${#targets[@]} + cores - 1) / cores))
each=${SECONDS_EACH:-$((${FUZZ_SECONDS:-3600} / rounds))}
[ "$each" -ge 1 ] || fail "FUZZ_SECONDS is too little for ${#targets[@]} targets"
for name in ${LONG:-}; do
  [[ " ${targets[*]} " == *" $name "* ]] || fail "LONG names what is no target: $name"
done
say "fuzz: ${#targets[@]} targets for $each s each${LONG:+, of them $LONG for $SECONDS_LONG s}"
# The long ones first, so that at the end no core waits for one of them.
long=() short=()
for name in "${targets[@]}"; do
  if [[ " ${LONG:-} " == *" $name "* ]]; then long+=("$name:$SECONDS_LONG"); else short+=("$name"); fi
done
relay/protocol/fuzz/run.sh "$each" "${long[@]}" "${short[@]}"
echo "FUZZ no finding"
