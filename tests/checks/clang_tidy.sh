#!/bin/sh
# SPDX-License-Identifier: MIT
# clang_tidy.sh SOURCE_ROOT BUILD_DIR: clang-tidy over every .cc of src/. It has a configuration of
# its own, made with clang and without precompiled headers: g++ options and g++ .gch files mean
# nothing to it. Files that passed are not looked at again until one of them, a header, or .clang-tidy
# changes; preprocessing tells, and costs a twentieth of the analysis.
set -eu
if ! command -v clang-tidy >/dev/null || ! command -v clang++ >/dev/null; then
  echo "SKIP: clang-tidy or clang++ is not installed"
  exit 77
fi
source=$1
build=$2
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_C_COMPILER=clang \
  -DCMAKE_BUILD_TYPE=Debug -DBUILD_TESTING=OFF -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DHF_GROUPS=OFF \
  -DCMAKE_CXX_COMPILER_LAUNCHER= -DCMAKE_C_COMPILER_LAUNCHER= >"$build.log" 2>&1 ||
  { cat "$build.log"; exit 1; }
exec python3 "$(dirname "$0")/clang_tidy.py" "$source" "$build"
