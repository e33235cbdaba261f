#!/usr/bin/env bash
# make bench-link-real: our product and Chromium through Janus on the same seeded links, in real time and seen in Chromium. Arguments: e2e/browser/link-real/options.ts.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build test bench
scripts/build.sh
cargo build --release --quiet -p yunzhen-load --bins
# Half a gigabyte of film goes whatever happens, the programs' logs when all went well.
dir=$(mktemp -d)
code=1
trap 'rm -rf "$dir"/*/room.y4m; [ "$code" != 0 ] || rm -rf "$dir"' EXIT
TMPDIR=$dir YUNZHEN_LINK_REAL="--json $target/bench-link-real.json $*" npx --workspace e2e/browser playwright test --project link-real
code=0
