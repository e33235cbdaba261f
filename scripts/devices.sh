#!/usr/bin/env bash
# make check-devices: cameras, microphone and buttons as a Linux kernel shows them, in a virtual machine: Debian's kernel with its own test drivers (vivid,
# v4l2loopback, snd-aloop, uinput) under QEMU's software emulation. Only Debian packages. Not part of `make test` and CI: the first time it fetches some 300 MB,
# each time it emulates a processor for minutes.
#
#   devices.sh [--tests <test binary of the clinic-agent> --binaries <folder of relay, hospital-console, clinic-agent, certs>] [--only <part of a test's name>]
#
# Without the first two both are built. What the machine said is in target/devices/console.log, what the product made in target/devices/results.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"

tests='' binaries='' only=''
while [ $# -gt 0 ]; do
  case $1 in
    --tests) tests=$2 ;;
    --binaries) binaries=$2 ;;
    --only) only=$2 ;;
    *) fail "devices.sh knows --tests, --binaries and --only, not '$1'" ;;
  esac
  shift 2
done

[ "$(id -u)" = 0 ] || fail "make check-devices needs root: it makes a Debian system in target/devices (debootstrap) and its kernel's modules"
need node "install Node 20"
scripts/packages.sh devices
kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: linux-image-//p' | head -n 1)
[ -n "$kernel" ] || fail "apt knows no linux-image-amd64: is this Debian on amd64?"
here=$target/devices
system=$here/root
mkdir -p "$here/packages"

inside=libavcodec59,libavformat59,libavutil57,libavfilter8,libavdevice59,libswscale6,libswresample4,libdbus-1-3,libssl3,ffmpeg,v4l-utils,libstdc++6,alsa-utils,kmod,python3-evdev
# Made once for each kernel and what is inside: what is there is whole, because its mark is written last.
if [ "$(cat "$here/made" 2>/dev/null)" != "$kernel $inside" ]; then
  say "a Debian 12 system and its kernel $kernel (once)"
  rm -rf "$system" "$here/kernel" "$here/initramfs" "$here/made"
  debootstrap --variant=minbase --include="$inside" \
    bookworm "$system" http://deb.debian.org/debian >"$here/debootstrap.log" || fail "debootstrap failed, see $here/debootstrap.log"
  (cd "$here/packages" && rm -f ./*.deb && apt-get download -q "linux-image-$kernel" "linux-headers-$kernel" "linux-headers-${kernel%-*}-common" linux-kbuild-6.1 busybox-static v4l2loopback-dkms 2>/dev/null) ||
    fail "apt-get could not download the kernel $kernel"
  for package in "$here"/packages/*.deb; do dpkg -x "$package" "$here/kernel"; done
  mkdir -p "$system/lib/modules"
  cp -a "$here/kernel/lib/modules/." "$system/lib/modules/"
  chroot "$system" depmod "$kernel"
  # The headers name their own place; it is this folder here.
  sed -i "s,/usr/src/,$here/kernel/usr/src/,g" "$here/kernel/usr/src/linux-headers-$kernel/Makefile"
  loopback=$(echo "$here"/kernel/usr/src/v4l2loopback-*)
  make -C "$here/kernel/usr/src/linux-headers-$kernel" M="$loopback" modules >"$here/v4l2loopback.log" 2>&1 || fail "v4l2loopback does not build, see $here/v4l2loopback.log"

  ram=$here/initramfs
  mkdir -p "$ram"/{bin,proc,dev,lib,ro,rw,root}
  cp "$here/kernel/bin/busybox" "$ram/bin/"
  number=10
  for module in virtio_pci 9pnet_virtio 9p overlay; do
    for file in $(chroot "$system" modprobe -S "$kernel" --show-depends "$module" | awk '/^insmod/ { print $2 }'); do
      if ! compgen -G "$ram/lib/??-${file##*/}" >/dev/null; then
        cp "$system$file" "$ram/lib/$number-${file##*/}"
        number=$((number + 1))
      fi
    done
  done
  echo "$kernel $inside" >"$here/made"
fi
install -m 755 scripts/devices/initramfs.sh "$here/initramfs/init"
(cd "$here/initramfs" && find . | cpio -o -H newc --quiet) >"$here/initramfs.cpio"

if [ -z "$tests" ]; then
  scripts/packages.sh build
  scripts/build.sh npm web
  say "building the programs and the clinic-agent's tests"
  cargo build --quiet -p yunzhen-relay -p yunzhen-hospital-console -p yunzhen-clinic-agent -p yunzhen-certs --bins
  tests=$(cargo test --no-run -p yunzhen-clinic-agent --lib 2>&1 | sed -n 's/.*Executable.*(\(.*\))$/\1/p')
  binaries=$target/debug
fi
rm -rf "$here/work" "$here/results"
mkdir -p "$here/work/target/debug" "$here/results"
cp -r scripts "$here/work/"
cp "$here/kernel/bin/busybox" "$(echo "$here"/kernel/usr/src/v4l2loopback-*/v4l2loopback.ko)" "$here/work/"
# Debian's own Node is older than what the scripts are written for.
cp "$(readlink -f "$(command -v node)")" "$here/work/node"
install -m 755 "$tests" "$here/work/tests"
[ -z "$binaries" ] || cp "$binaries"/{relay,hospital-console,clinic-agent,certs} "$here/work/target/debug/"

say "the machine starts"
share() { echo -fsdev "local,id=$1,path=$2,security_model=$3${4:+,$4}" -device "virtio-9p-pci,fsdev=$1,mount_tag=$1"; }
# shellcheck disable=SC2046 # several words
timeout 1200 nice -n 15 qemu-system-x86_64 -accel tcg -cpu max -smp 1 -m 3072 -nodefaults -no-reboot -nic none -display none -serial stdio \
  -kernel "$here/kernel/boot/vmlinuz-$kernel" -initrd "$here/initramfs.cpio" -append "console=ttyS0 quiet panic=-1 ${only:+ONLY=$only}" \
  $(share root "$system" passthrough readonly=on) $(share work "$here/work" none readonly=on) $(share results "$here/results" none) \
  </dev/null | tee "$here/console.log" || fail "the machine did not end by itself, see $here/console.log"
grep -q 'the machine ran .* all passed' "$here/console.log" || fail "something failed, see $here/console.log"
