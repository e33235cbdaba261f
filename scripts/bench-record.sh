#!/usr/bin/env bash
# make bench-care, make bench-rx: the load generator's `care` or `rx` on SQLite and on a private PostgreSQL server, both with fsync, on the disk that holds BENCH_DIR
# (/tmp; rx needs about 16 GB for a while). Usage: bench-record.sh care|rx [options of the load generator, e.g. --seconds 10 --json figures.json]
# BENCH_KEEP=<folder> keeps rx's two filled databases there for the next run of the same size; a filling that was broken off goes on.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build postgres
cargo build --release --quiet -p yunzhen-load --bins
if [ -n "${BENCH_KEEP:-}" ]; then
  dir=$BENCH_KEEP
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  # Recovering from a crash would be measured with the next run's first lists.
  trap 'scripts/postgres.sh halt "$dir/server"' EXIT
else
  mkdir -p "${BENCH_DIR:-/tmp}"
  dir=$(mktemp -d "${BENCH_DIR:-/tmp}/yunzhen-bench.XXXXXX")
  trap 'scripts/postgres.sh stop "$dir/server"; rm -rf -- "$dir"' EXIT
fi
chmod 0755 "$dir"
url=$(scripts/postgres.sh start "$dir/server")
"$target/release/yunzhen-load" "$@" --folder "$dir" --postgres "$url"
