#!/usr/bin/env bash
# make attack: everything that an attacker would try, on a stack of its own, while a nurse and a specialist talk (docs/security/attack.md). QUICK=1: each kind of attack, fewer of each.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build test
scripts/build.sh
say "building yunzhen-load"
cargo build --release --quiet -p yunzhen-load
export YUNZHEN_ATTACK_BIN=$target/release/yunzhen-load
export YUNZHEN_ATTACK_REPORT=$target/attack
dir=$(mktemp -d)
code=0
node scripts/stack.mjs run --dir "$dir" --ports free -- npx --workspace e2e/browser playwright test --project attack || code=$?
echo "the report as JSON: $YUNZHEN_ATTACK_REPORT/attack.json"
if [ "$code" = 0 ]; then rm -rf "$dir"; else echo "the programs' logs are in $dir/logs" >&2; fi
exit "$code"
