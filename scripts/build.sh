#!/usr/bin/env bash
# Builds what is out of date: npm packages, the two web applications, the release binaries (which embed them).
# Usage: build.sh [npm] [web] [binaries]; all three without arguments.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
need cargo "install Rust from https://rustup.rs"
need npm "install Node 20 (apt-get install nodejs npm, or https://nodejs.org)"

steps=${*:-npm web binaries}
stamps=$target/stamps
mkdir -p "$stamps"

# A step runs again when the content of its inputs changed.
fresh() { [ -f "$stamps/$1" ] && [ "$(cat "$stamps/$1")" = "$2" ]; }
hash_of() { find "$@" \( -name node_modules -o -name dist \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

for step in $steps; do
  case $step in
    npm)
      now=$(hash_of package-lock.json)
      if ! { fresh npm "$now" && [ -d node_modules ]; }; then
        say "npm ci"
        npm ci --no-audit --no-fund --loglevel=error
        echo "$now" >"$stamps/npm"
      fi
      ;;
    web)
      now=$(hash_of package-lock.json tsconfig.base.json relay/client clinic-agent/web hospital-console/web)
      if ! { fresh web "$now" && [ -f clinic-agent/web/dist/index.html ] && [ -f hospital-console/web/dist/index.html ]; }; then
        say "building the web applications"
        npm run build --silent
        echo "$now" >"$stamps/web"
      fi
      ;;
    binaries)
      say "building the release binaries (nothing to do takes a second; the first time takes minutes)"
      cargo build --release --quiet -p yunzhen-relay -p yunzhen-hospital-console -p yunzhen-clinic-agent -p yunzhen-certs --bins
      ;;
    *) fail "build.sh knows npm, web and binaries, not '$step'" ;;
  esac
done
