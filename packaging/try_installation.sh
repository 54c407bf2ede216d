#!/bin/sh
# SPDX-License-Identifier: MIT
# try_installation.sh BUILD_DIR: installs into a temporary prefix and runs the programs from there,
# as somebody would who never saw the source tree.
set -eu
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
DESTDIR='' cmake --install "$1" --prefix "$prefix" >"$prefix/install.log"
cd /
echo "holdfast: installed programs:"
for program in "$prefix"/bin/*; do
  [ -x "$program" ] || continue
  echo "    $(basename "$program")"
done
"$prefix/bin/holdfast" --version
"$prefix/bin/holdfast" demo --report "$prefix/demo.html" || [ $? -eq 1 ]  # 1: it says why nothing could be shown here
echo "holdfast: the installation works from a place of its own"
