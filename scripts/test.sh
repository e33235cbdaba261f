#!/usr/bin/env bash
# make test: everything, browser included. Each step's output is kept in target/test-logs; the last lines are the totals.
# Usage: test.sh [rust] [web] [browser]; all three without arguments.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
need cargo "install Rust from https://rustup.rs"
need node "install Node 20"
began=$SECONDS
logs=$target/test-logs
rm -rf "$logs"
mkdir -p "$logs"
parts=${*:-web rust browser}

# Runs a step with its output on the screen and in a log; goes on after a failure, so that one run tells all of them.
failed=()
step() {
  local name=$1 from=$SECONDS
  shift
  say "$name"
  if "$@" 2>&1 | tee "$logs/$name.log"; then
    echo "$name took $((SECONDS - from)) s"
  else
    failed+=("$name")
    echo "$name FAILED after $((SECONDS - from)) s"
  fi
}

# The same tests of the record on PostgreSQL, and every route's statements: a private server, without fsync, each test with a database of its own. What else the API's tests ask
# (streams, legs, limits) is the same on both.
postgres_tests() {
  local dir url code=0
  dir=$(mktemp -d)
  url=$(scripts/postgres.sh start "$dir" --no-fsync) || return
  if command -v cargo-nextest >/dev/null 2>&1; then
    YUNZHEN_TEST_POSTGRES=$url cargo nextest run --workspace --no-fail-fast \
      -E 'package(yunzhen-store) + (package(yunzhen-relay) - binary(api)) + (binary(api) & test(/^(access|fhir|input|paths)::/))' || code=$?
  else
    YUNZHEN_TEST_POSTGRES=$url cargo test -p yunzhen-store -p yunzhen-relay --tests --no-fail-fast || code=$?
  fi
  scripts/postgres.sh stop "$dir"
  return "$code"
}

rust_tests() {
  if command -v cargo-nextest >/dev/null 2>&1; then
    # Without documentation tests, which nextest does not run: no example of the documentation is Rust (e2e/tests/invariants.rs).
    cargo nextest run --workspace --no-fail-fast
  else
    cargo test --workspace --no-fail-fast
  fi
}

export YUNZHEN_PROFILE=debug

# Playwright against a stack of its own: ports of its own and data that is thrown away, so that a demo may run beside it.
# Usage: on_a_stack "<options of stack.mjs>" <options of playwright …>
on_a_stack() {
  local dir devices=$1
  shift
  dir=$(mktemp -d)
  local code=0
  # shellcheck disable=SC2086 # several words
  node scripts/stack.mjs run --dir "$dir" --ports free $devices -- npx --workspace e2e/browser playwright test "$@" || code=$?
  if [ "$code" = 0 ]; then rm -rf "$dir"; else echo "the programs' logs are in $dir/logs"; fi
  return "$code"
}

# As `make demo CAMERA=file.mp4`: half red, half blue, with a tone.
file_camera_test() {
  local clip=$target/file-camera.mp4
  ffmpeg -loglevel error -y -f lavfi -i color=red:s=640x720:r=30:d=4 -f lavfi -i color=blue:s=640x720:r=30:d=4 \
    -f lavfi -i sine=frequency=440:d=4 -filter_complex "[0:v][1:v]hstack" -pix_fmt yuv420p "$clip" &&
    on_a_stack "--camera $clip" --project=file-camera
}

scripts/packages.sh build test postgres
scripts/build.sh npm
# The Rust tests embed the built pages too: one build of the web for both.
step web-build scripts/build.sh web
for part in $parts; do
  case $part in
    web)
      step web-check npm run check --silent
      step web-unit npm test --silent
      ;;
    rust)
      step rust rust_tests
      step rust-postgres postgres_tests
      ;;
    browser)
      # In one graph with the Rust tests: a release build would take longer than all the scenarios together.
      step binaries cargo build --workspace --bins --tests --quiet
      # Made-up answers need no programs, and two pages at once are not in each other's way. Browsers and media share the cores of the machine: a second try, and who needed one is
      # named in the totals.
      step screens npx --workspace e2e/browser playwright test --project=screens --workers=2 --retries=1
      step browser on_a_stack "" --project=stack --retries=1
      step file-camera file_camera_test
      ;;
    *) fail "test.sh knows rust, web and browser, not '$part'" ;;
  esac
done

node scripts/totals.mjs "$logs" "$((SECONDS - began))" "${failed[@]}"
[ ${#failed[@]} -eq 0 ] || fail "failed: ${failed[*]} (logs in $logs)"
