// SPDX-License-Identifier: MIT
#include "core/proc_limits.h"

#include "core/kernel_text.h"

namespace holdfast {

namespace {

/// The first number of the line that begins with `name`.
template <class Number>
std::optional<Number> soft_limit(std::string_view limits, std::string_view name) {
  TextReader lines(limits);
  while (!lines.is_at_end()) {
    const std::string_view line = lines.take_line();
    if (line.starts_with(name)) {
      return parse_number<Number>(TextReader(line.substr(name.size())).take_field());
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<size_t> parse_stack_limit(std::string_view limits) {
  return soft_limit<size_t>(limits, "Max stack size");
}

std::optional<int64_t> parse_lock_limit(std::string_view limits) {
  return soft_limit<int64_t>(limits, "Max locked memory");
}

}  // namespace holdfast
