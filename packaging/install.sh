#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh BUILD_DIR PREFIX: installs a finished build, as root only where PREFIX asks for it.
# DESTDIR is honoured, as packagers expect.
set -eu
build=$1
prefix=$2

# The nearest folder that exists decides whether we may write there.
existing=${DESTDIR:-}$prefix
while [ ! -e "$existing" ]; do existing=$(dirname "$existing"); done

if [ -w "$existing" ]; then
  exec cmake --install "$build" --prefix "$prefix"
fi
echo "holdfast: $prefix is not yours to write; PREFIX=\$HOME/.local would need no root" >&2
exec "$(dirname "$0")/as_root.sh" \
  "DESTDIR='${DESTDIR:-}' cmake --install '$(realpath "$build")' --prefix '$prefix'"
