// SPDX-License-Identifier: MIT
// Whole small files, such as the controls of the kernel: read at once, written with one write().
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::act {

/// The content of `path`, up to 1 MiB.
Result<std::string> read_small_file(const std::string& path);

/// The last `most_bytes` of a file of any size, or all of a shorter one.
Result<std::string> read_end_of_file(const std::string& path, size_t most_bytes);

/// Writes `text` to the existing file `path` in one write(); the kernel's refusal is the error.
Result<> write_small_file(const std::string& path, std::string_view text);

}  // namespace holdfast::act
