#!/usr/bin/env bash
# make demo: everything that is missing is installed and built, then the product runs until Ctrl-C.
# CAMERA=/dev/video0 | rtsp://… | file.mp4, MIC=default | hw:1,0 | file, DEMO_DIR=./demo-data, PORTS=default|free
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
scripts/packages.sh build
scripts/build.sh
# A camera of the person's own comes with the sound of that source, or with a microphone that is named.
camera=${CAMERA:-synthetic}
mic=${MIC:-synthetic}
exec node scripts/stack.mjs demo --dir "${DEMO_DIR:-demo-data}" --ports "${PORTS:-default}" --camera "$camera" --mic "$mic"
