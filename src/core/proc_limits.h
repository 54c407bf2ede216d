// SPDX-License-Identifier: MIT
// /proc/PID/limits: the resource limits of a process. Any user may read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast {

/// The soft "Max stack size" in bytes, which is also how large glibc makes thread stacks. Nothing
/// when it is unlimited or the line is missing.
std::optional<size_t> parse_stack_limit(std::string_view limits);

/// The soft "Max locked memory" in bytes; nothing when it is unlimited or the line is missing.
std::optional<int64_t> parse_lock_limit(std::string_view limits);

}  // namespace holdfast
