#!/usr/bin/env bash
# make bench-rx: the chain from the signature to the nurse's count, and every list of every screen, with a million prescriptions present, on SQLite and on a private
# PostgreSQL server, both with fsync, on the disk that holds BENCH_DIR (/tmp; about 8 GB for a while). Arguments go to the load generator, e.g. --seconds 60.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build postgres
cargo build --release --quiet -p yunzhen-load --bins
mkdir -p "${BENCH_DIR:-/tmp}"
dir=$(mktemp -d "${BENCH_DIR:-/tmp}/yunzhen-bench-rx.XXXXXX")
trap 'scripts/postgres.sh stop "$dir/server"; rm -rf -- "$dir"' EXIT
chmod 0755 "$dir"
url=$(scripts/postgres.sh start "$dir/server")
"$target/release/yunzhen-load" rx --folder "$dir" --postgres "$url" "$@"
