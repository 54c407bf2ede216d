#!/bin/sh
# SPDX-License-Identifier: MIT
# format.sh SOURCE_ROOT: every C++ file is as clang-format would write it.
# To repair: find src tests bench include -name '*.cc' -o -name '*.h' | xargs clang-format -i
set -eu
if ! command -v clang-format >/dev/null; then
  echo "SKIP: clang-format is not installed"
  exit 77
fi
cd "$1"
for folder in src tests bench include; do
  [ ! -d $folder ] || find $folder -name '*.cc' -o -name '*.h' -o -name '*.c'
done | sort | xargs clang-format --dry-run --Werror
