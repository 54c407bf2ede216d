// SPDX-License-Identifier: MIT
#include "core/proc_limits.h"

#include "core/kernel_text.h"

namespace holdfast {

std::optional<size_t> parse_stack_limit(std::string_view limits) {
  constexpr std::string_view kName = "Max stack size";
  TextReader lines(limits);
  while (!lines.is_at_end()) {
    const std::string_view line = lines.take_line();
    if (line.starts_with(kName)) {
      return parse_number<size_t>(TextReader(line.substr(kName.size())).take_field());
    }
  }
  return std::nullopt;
}

}  // namespace holdfast
