// SPDX-License-Identifier: MIT
// Tries files: opens devices without using them, and writes where nothing stays.
#pragma once

#include <string>

#include "base/quantity.h"
#include "core/finding.h"

namespace holdfast::act {

/// Opens `path` for writing, and closes it. For devices where that alone does nothing. Not tried
/// when it is not there.
Trial try_to_open(const std::string& path);

/// What came of writing, and how long it took.
struct WriteTrial {
  Trial trial;
  Nanos time;
};

/// Writes 1 MiB to a file without a name in the current directory, and synchronises it. It is gone
/// with its descriptor, also when this process is killed. Not tried where the file system knows no
/// such files.
WriteTrial try_to_write_here();

}  // namespace holdfast::act
