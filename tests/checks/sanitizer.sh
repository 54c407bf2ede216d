#!/bin/sh
# SPDX-License-Identifier: MIT
# sanitizer.sh SOURCE_ROOT PRESET BUILD_DIR: builds the preset in a folder of its own and runs the
# unit tests, the fuzz tests, and the system tests labelled `system_sanitize` under it. For threads
# (tsan), those of the layers where threads meet.
set -eu
cd "$1"
cmake --preset "$2" -B "$3" >"$3.log" 2>&1 || { cat "$3.log"; exit 1; }
cmake --build "$3" --target sanitized >"$3.log" 2>&1 || { tail -50 "$3.log"; exit 1; }
cd "$3"
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
labels='unit|fuzz|system_sanitize'
[ "$2" != tsan ] || labels='unit|system_sanitize'
exec ctest --output-on-failure --no-tests=error --parallel "$(nproc)" --label-regex "^($labels)\$"
