// SPDX-License-Identifier: MIT
// limits.conf(5): which rules about memory and priority a login gets, without telling whose login.
#pragma once

#include <string>
#include <string_view>

namespace holdfast {

/// The rules of a file of limits.conf that matter for audio (memlock, rtprio, nice, priority,
/// rttime, stack, as, data), one a line. Who they are for is kept for everybody ("*") and for
/// groups of the system such as @audio; else it is "(somebody)". `is_full`: always kept.
std::string limit_rules(std::string_view text, bool is_full);

}  // namespace holdfast
