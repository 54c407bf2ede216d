#!/bin/sh
# SPDX-License-Identifier: MIT
# install_packages.sh SECTION...: installs what is missing of the named sections of
# debian-packages.txt. Does nothing, and calls no apt, when nothing is missing.
set -eu
here=$(dirname "$0")
list=$here/debian-packages.txt

# Names of the packages in the sections given, one per line.
packages_of() {
  awk -v wanted=" $* " '
    { sub(/#.*/, ""); gsub(/[ \t]/, "") }
    /^\[.*\]$/ { section = substr($0, 2, length($0) - 2); next }
    $0 != "" && index(wanted, " " section " ") { print }' "$list"
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

[ $# -gt 0 ] || { echo "usage: install_packages.sh SECTION..." >&2; exit 2; }
[ -n "$(packages_of "$@")" ] || { echo "install_packages.sh: no such section: $*" >&2; exit 2; }

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
  echo "holdfast: not a Debian system; going on with what is installed. Needed:" >&2
  packages_of "$@" | tr '\n' ' ' | sed 's/^/    /; s/$/\n/' >&2
  exit 0
fi

missing=
for package in $(packages_of "$@"); do
  is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "holdfast: installing Debian packages:$missing" >&2
# Lists first: on a fresh machine they are empty, on an old one they name files that are gone.
exec "$here/as_root.sh" "apt-get update && \
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends$missing"
