// SPDX-License-Identifier: MIT
// The line of a trace that says on what machine it was made, and what can be read from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast {

/// What the line tells. Texts are empty and numbers 0 where it does not.
struct MachineLine {
  std::string system;   ///< "Linux".
  std::string release;  ///< "6.1.0-28-amd64".
  std::string arch;     ///< "x86_64".
  int64_t processors = 0;
  int64_t memory_bytes = 0;

  friend bool operator==(const MachineLine&, const MachineLine&) = default;
};

/// "Linux 6.1.0-28-amd64 x86_64, 16 processors, 15872 MiB".
std::string to_text(const MachineLine& line);
/// The inverse. What is not as expected is left out: the line is for people first.
MachineLine parse_machine_line(std::string_view text);

}  // namespace holdfast
