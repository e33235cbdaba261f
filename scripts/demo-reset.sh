#!/usr/bin/env bash
# make demo-reset: removes the demo's data (DEMO_DIR, ./demo-data); the next make demo starts over.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
dir=${DEMO_DIR:-demo-data}
[ -d "$dir" ] || { echo "there is no demo data at $dir; \`make demo\` makes it"; exit 0; }
# Only a folder that a demo made: a DEMO_DIR with a typing mistake must not cost anybody their files.
[ -d "$dir/pki" ] && [ -d "$dir/state" ] || fail "$dir was not made by make demo; nothing was removed"
if [ -f "$dir/stack.pid" ] && grep -qsa stack.mjs "/proc/$(cat "$dir/stack.pid")/cmdline"; then
  fail "the demo on $dir runs (process $(cat "$dir/stack.pid")); stop it first with Ctrl-C"
fi
rm -rf -- "$dir"
echo "removed $dir; the next \`make demo\` starts over"
