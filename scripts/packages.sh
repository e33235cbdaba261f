#!/usr/bin/env bash
# Installs the Debian packages that are missing. Usage: packages.sh build|test|bench|postgres|devices …
# Prints nothing when all are there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

declare -A groups=(
  # FFmpeg's headers and libraries, clang for their bindings, a C compiler for ring and SQLCipher, D-Bus to speak with BlueZ, libcrypto for SQLCipher.
  [build]="build-essential pkg-config clang libclang-dev libavcodec-dev libavformat-dev libavutil-dev libavfilter-dev libavdevice-dev libswscale-dev libswresample-dev libdbus-1-dev libssl-dev"
  # A real browser, fonts that have Chinese (pages to print use them too), poppler to read PDFs back, ffmpeg to make and to look at media, a D-Bus of the tests' own.
  [test]="chromium chromium-headless-shell fonts-noto-cjk poppler-utils ffmpeg dbus-daemon"
  # The relay that ours is measured beside.
  [bench]="janus ffmpeg"
  # The second database; scripts/postgres.sh starts a private server of it.
  [postgres]="postgresql"
  # A virtual machine and what is in it; scripts/devices.sh makes it.
  [devices]="build-essential qemu-system-x86 seabios debootstrap cpio"
)

missing=()
for group in "$@"; do
  [ -n "${groups[$group]:-}" ] || fail "packages.sh knows build, test, bench, postgres and devices, not '$group'"
  for package in ${groups[$group]}; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
  done
done
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null 2>&1 ||
  fail "these packages are missing and this is no Debian system, please install them yourself: ${missing[*]}"
as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null 2>&1 || fail "these packages are missing; as root run: apt-get install ${missing[*]}"
  as_root=(sudo)
fi
say "installing ${missing[*]}"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
if ! { "${as_root[@]}" apt-get update -q && "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  fail "apt-get could not install the packages above; the whole output is in $log"
fi
rm -f "$log"
