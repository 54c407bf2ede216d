// SPDX-License-Identifier: MIT
// The kernel's log as /dev/kmsg gives it, and which of its messages matter for audio under memory
// pressure: who was killed for memory, what real-time limits did, what stood still.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

/// One message.
struct KernelMessage {
  int64_t since_boot_us = 0;  ///< By the kernel's own clock, which stops while it is suspended.
  std::string text;           ///< One line; control characters are '?'.
};

/// One record of /dev/kmsg: "6,339,5140900,-;text" and lines of details, which are left out.
std::optional<KernelMessage> parse_kernel_message(std::string_view record);

/// Whether a message tells of memory that ran out, of a real-time limit that took effect, or of
/// tasks, processors or clocks that stood still; not the stack traces behind it.
bool is_about_memory_or_limits(std::string_view text);

}  // namespace holdfast
