#!/usr/bin/env bash
# make demo: everything that is missing is installed and built, then the product runs until Ctrl-C.
# CAMERA=/dev/video0 | rtsp://… | file.mp4, MIC=default | hw:1,0 | file, BUTTONS=simulated, DEMO_DIR=./demo-data, PORTS=default|free
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build
scripts/build.sh
# A file or a camera in the network comes with its own sound, unless a microphone is named.
exec node scripts/stack.mjs demo --dir "${DEMO_DIR:-demo-data}" --ports "${PORTS:-default}" --camera "${CAMERA:-synthetic}" \
  --buttons "${BUTTONS:-none}" ${MIC:+--mic "$MIC"}
