// SPDX-License-Identifier: MIT
#include "core/machine_line.h"

#include <algorithm>
#include <charconv>

#include "core/byte_size.h"

namespace holdfast {
namespace {

constexpr int64_t kMostProcessors = 1 << 16;
constexpr int64_t kMostMebibytes = int64_t{1} << 32;

std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view word = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  return word;
}

/// The number in "16 processors"; 0 when it is something else.
int64_t number_before(std::string_view text, std::string_view unit, int64_t most) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0 || value > most) return 0;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return text.starts_with(' ') && text.substr(1) == unit ? value : 0;
}

}  // namespace

std::string to_text(const MachineLine& line) {
  return line.system + " " + line.release + " " + line.arch + ", " +
         std::to_string(line.processors) + " processors, " +
         std::to_string(line.memory_bytes / kMebibyte) + " MiB";
}

MachineLine parse_machine_line(std::string_view text) {
  MachineLine line;
  std::string_view names = take_until(text, ',');
  line.system = take_until(names, ' ');
  line.release = take_until(names, ' ');
  line.arch = take_until(names, ' ');
  while (!text.empty()) {
    const std::string_view part = take_until(text, ',');
    line.processors = std::max(line.processors, number_before(part, "processors", kMostProcessors));
    line.memory_bytes =
        std::max({line.memory_bytes, number_before(part, "MiB", kMostMebibytes) * kMebibyte,
                  number_before(part, "GiB", kMostMebibytes >> 10) * (kMebibyte << 10)});
  }
  return line;
}

}  // namespace holdfast
