#!/bin/sh
# SPDX-License-Identifier: MIT
# python_names.sh SOURCE_ROOT: no script uses a name that nothing defines, or imports one in vain.
set -eu
cd "$1"
command -v pyflakes3 >/dev/null || { echo "SKIP: no pyflakes3"; exit 77; }
exec find bench packaging tests -name '*.py' -exec pyflakes3 {} +
