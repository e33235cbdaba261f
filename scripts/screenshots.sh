#!/usr/bin/env bash
# make screenshots: every screen on the running product, both languages, light and dark, into docs/screenshots.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build test
scripts/build.sh
dir=$(mktemp -d)
code=0
node scripts/stack.mjs run --dir "$dir" --ports free -- npx --workspace e2e/browser playwright test --project screenshots || code=$?
if [ "$code" = 0 ]; then rm -rf "$dir"; else echo "the programs' logs are in $dir/logs" >&2; fi
exit "$code"
