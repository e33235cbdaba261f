#!/bin/busybox sh
# Mounts the root that the host shares, read only, under a layer in memory, and hands over to it.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t devtmpfs dev /dev
for module in /lib/*.ko; do $b insmod "$module"; done
share="trans=virtio,version=9p2000.L,msize=512000"
$b mount -t 9p -o "ro,cache=loose,$share" root /ro
$b mount -t tmpfs tmpfs /rw
$b mkdir /rw/upper /rw/work
$b mount -t overlay -o lowerdir=/ro,upperdir=/rw/upper,workdir=/rw/work overlay /root
for point in proc sys dev run tmp work results; do $b mkdir -p "/root/$point"; done
$b mount -t 9p -o "ro,cache=loose,$share" work /root/work
$b mount -t 9p -o "rw,$share" results /root/results
$b umount /proc /dev
exec $b switch_root /root /bin/bash /work/scripts/devices/guest.sh
