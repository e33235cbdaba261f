#!/bin/sh
# Fuzzes every parser of bytes from outside, one target each (fuzz_targets/*.rs), each for SECONDS (default 60), or for its own (NAME:SECONDS), on stable Rust: the coverage instrumentation of libFuzzer through plain compiler flags, so neither
# cargo-fuzz nor a nightly toolchain is needed. PROFILE=quick (of its Cargo.toml) is built in half the time and runs slower. Seeds are the golden vectors of the protocol and corpus/<target>/ and seeds/<target>.txt. A crash fails the run; the input is kept in target/fuzz/crashes.
#
#   relay/protocol/fuzz/run.sh [SECONDS] [TARGET[:SECONDS]...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
seconds=${1:-60}
profile=${PROFILE:-release}
[ $# -gt 0 ] && shift
# shellcheck disable=SC2046  # names of targets have no spaces
[ $# -gt 0 ] || set -- $(find "$here/fuzz_targets" -name '*.rs' -exec basename {} .rs \; | sort)
# Its own directory: other flags would make cargo build everything else anew.
target="${CARGO_TARGET_DIR:-$here/../../../target}/fuzz"
triple=$(rustc -vV | sed -n 's/^host: //p')
corpus="$target/corpus"

# Every option that libFuzzer needs; --target keeps build scripts and macros free of them.
RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1" \
    cargo build --quiet --profile "$profile" --manifest-path "$here/Cargo.toml" --target-dir "$target" --target "$triple"

for target_seconds in "$@"; do
    name=${target_seconds%%:*}
    mkdir -p "$corpus/$name" "$target/crashes"
    [ ! -d "$here/corpus/$name" ] || cp "$here/corpus/$name"/* "$corpus/$name/"
    # A target with neither starts from nothing.
    for seeds in "$here/../tests/snapshots/golden__$name.snap" "$here/seeds/$name.txt"; do
        [ -f "$seeds" ] || continue
        sed -n 's/^\([a-z0-9_]*\) \([0-9a-f]\{2,\}\)$/\1 \2/p' "$seeds" | while read -r vector hex; do
            # Octal: the one escape that every shell's printf knows.
            # shellcheck disable=SC2059  # the escapes are the point
            printf "$(echo "$hex" | fold -w2 | while read -r byte; do printf '\\%03o' "0x$byte"; done)" > "$corpus/$name/golden_$vector"
        done
    done
done

# One target to a core; what a target prints comes in one piece when it has ended.
# shellcheck disable=SC2016  # expanded by the inner shell
printf '%s\n' "$@" | xargs -P "$(nproc)" -I NAME sh -c '
    case $1 in *:*) set -- "${1%%:*}" "${1##*:}" "$3" "$4" "$5" ;; esac
    echo "fuzz $1 for $2 s, $(find "$3/corpus/$1" -type f | wc -l) seeds"
    code=0 longest=4096
    # An offer of Chromium has 17 kB.
    [ "$1" != sdp ] || longest=24576
    "$3/$4/$5/$1" -max_total_time="$2" -max_len="$longest" -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 \
        -verbosity=0 -artifact_prefix="$3/crashes/$1-" "$3/corpus/$1" > "$3/$1.log" 2>&1 || code=$?
    cat "$3/$1.log"
    exit "$code"
' fuzz NAME "$seconds" "$target" "$triple" "$profile"
