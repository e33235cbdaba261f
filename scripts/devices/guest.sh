#!/bin/bash
# The first program of the virtual machine, in place of init: shows devices, runs what needs them, switches off. Its output is the machine's only screen.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root RUST_BACKTRACE=1 CARGO_TARGET_DIR=/work/target YUNZHEN_PROFILE=debug
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
for folder in /dev/shm /run /tmp; do mount -t tmpfs tmpfs $folder; done
/work/busybox ip link set lo up
echo "127.0.0.1 localhost" >/etc/hosts

# One webcam (input type 0) and nothing else of vivid; nodes 8 and 9 for what other programs show; a sound card that hears itself; keys.
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0
insmod /work/v4l2loopback.ko devices=2 video_nr=8,9 exclusive_caps=1,1
for module in snd-aloop uinput evdev; do modprobe "$module"; done

said=0 ran=0
verdict() {
  ran=$((ran + 1))
  if [ "$1" = 0 ]; then echo "PASSED $2 ($3 s)"; else echo "FAILED $2 ($3 s, code $1)" && said=1; fi
}

# As after the machine's start, whatever the test before left behind.
reset_devices() {
  v4l2-ctl -d /dev/video0 -c percentage_of_dropped_buffers=0 >/dev/null 2>&1
  for driver in vivid snd_aloop; do
    [ -e /sys/bus/platform/drivers/$driver/$driver.0 ] || echo $driver.0 >/sys/bus/platform/drivers/$driver/bind
  done
}

tests=$(/work/tests --list --ignored --format terse | sed -n 's/: test$//p' | grep capture::device_tests::)
for test in $tests buttons::input::tests::a_key_of_a_real_input_device_is_heard_and_found_again; do
  case $test in *${ONLY:-}*) ;; *) continue ;; esac
  reset_devices
  began=$SECONDS
  # A test that hangs in a driver cannot be ended by itself.
  timeout -k 1 60 /work/tests --exact "$test" --include-ignored --nocapture --test-threads=1 2>&1 | grep -v '^$\|^running \|^test result\|^test .*ok$'
  verdict "${PIPESTATUS[0]}" "$test" $((SECONDS - began))
done

if [ -x $CARGO_TARGET_DIR/debug/relay ] && [[ product == *${ONLY:-}* ]]; then
  reset_devices
  ffmpeg -loglevel error -re -f lavfi -i sine=frequency=440 -f alsa hw:Loopback,1 </dev/null &
  began=$SECONDS
  timeout -k 5 300 /work/node /work/scripts/stack.mjs run --dir /tmp/stack --camera /dev/video0 --mic default -- /work/node /work/scripts/devices/product.mjs /results
  verdict $? "the product with camera, microphone and button" $((SECONDS - began))
  cp -r /tmp/stack/logs /results/
fi
[ $ran -gt 0 ] || said=1
echo "the machine ran $(cut -d. -f1 /proc/uptime) s: $([ $said = 0 ] && echo all passed || echo something failed)"
sync
echo o >/proc/sysrq-trigger
# Until it is off.
while :; do :; done
