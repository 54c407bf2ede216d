#!/bin/sh
# SPDX-License-Identifier: MIT
# as_root.sh 'COMMAND LINE': runs it in a shell as root, through sudo where needed. Without either
# it says exactly what somebody with root has to run, and fails.
set -eu
if [ "$(id -u)" -eq 0 ]; then
  exec sh -c "$1"
fi
if command -v sudo >/dev/null 2>&1; then
  echo "holdfast: root is needed, asking sudo to run: $1" >&2
  sudo sh -c "$1" && exit 0
fi
echo "holdfast: this needs root, and did not get it. Run as root, then try again:" >&2
echo "    $1" >&2
exit 1
