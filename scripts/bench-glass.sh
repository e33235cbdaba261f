#!/usr/bin/env bash
# make bench-glass: capture stamp to rendered frame in Chromium through the whole path, and the nurse's press to her first remote frame.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build test
scripts/build.sh
dir=$(mktemp -d)
code=0
node scripts/stack.mjs run --dir "$dir" --ports free -- npx --workspace e2e/browser playwright test --project glass || code=$?
if [ "$code" = 0 ]; then rm -rf "$dir"; else echo "the programs' logs are in $dir/logs" >&2; fi
exit "$code"
