# Shared by the scripts of this folder: where things are, and how a person is told.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
# The toolchain of rust-toolchain.toml is found through rustup's folder even where the shell's profile does not name it.
export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"

say() { printf '\033[1m== %s\033[0m\n' "$*"; }

# One clear sentence, then the end.
fail() {
  printf '\033[31m%s\033[0m\n' "$*" >&2
  exit 1
}

need() {
  command -v "$1" >/dev/null 2>&1 || fail "$1 is not installed; $2"
}
