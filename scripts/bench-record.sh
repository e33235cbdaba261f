#!/usr/bin/env bash
# make bench-care, make bench-rx: the load generator's `care` or `rx` on SQLite and on a private PostgreSQL server, both with fsync, on the disk that holds BENCH_DIR
# (/tmp; rx needs about 8 GB for a while). Usage: bench-record.sh care|rx [options of the load generator, e.g. --seconds 10 --json figures.json]
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build postgres
cargo build --release --quiet -p yunzhen-load --bins
mkdir -p "${BENCH_DIR:-/tmp}"
dir=$(mktemp -d "${BENCH_DIR:-/tmp}/yunzhen-bench.XXXXXX")
trap 'scripts/postgres.sh stop "$dir/server"; rm -rf -- "$dir"' EXIT
chmod 0755 "$dir"
url=$(scripts/postgres.sh start "$dir/server")
"$target/release/yunzhen-load" "$@" --folder "$dir" --postgres "$url"
