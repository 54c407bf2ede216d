// SPDX-License-Identifier: MIT
// The "Key:   1234 kB" lines of /proc/meminfo and /proc/PID/status.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast {

/// The value of the line that starts with `key` and a colon, in bytes. Nothing when there is no
/// such line, or when it does not hold a number of kB. `key` is given without the colon.
std::optional<int64_t> kilobyte_field(std::string_view text, std::string_view key);

}  // namespace holdfast
