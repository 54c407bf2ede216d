#!/bin/sh
# SPDX-License-Identifier: MIT
# uninstall.sh BUILD_DIR: removes the files that the last installation of this build wrote.
set -eu
manifest=$1/install_manifest.txt
if [ ! -e "$manifest" ]; then
  echo "holdfast: nothing was installed from here ($manifest is missing)" >&2
  exit 1
fi
is_writable=yes
while IFS= read -r file || [ -n "$file" ]; do
  [ ! -e "$file" ] || [ -w "$(dirname "$file")" ] || is_writable=
done <"$manifest"
if [ -n "$is_writable" ]; then
  xargs -d '\n' rm -fv <"$manifest"
else
  "$(dirname "$0")/as_root.sh" "xargs -d '\\n' rm -fv <'$(realpath "$manifest")'"
fi
rm -f "$manifest"
