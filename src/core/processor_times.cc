// SPDX-License-Identifier: MIT
// "cpu0 user nice system idle iowait irq softirq steal guest guest_nice" (proc(5)); guest is part
// of user, guest_nice of nice.
#include "core/processor_times.h"

#include <array>
#include <optional>
#include <string>

#include "core/kernel_text.h"

namespace holdfast {
namespace {

Error bad_line(std::string_view line) {
  return Error{ErrorKind::kBadData, 0, "not a processor's line: '" + std::string(line) + "'"};
}

/// "cpu" is -1, "cpu7" is 7.
std::optional<int> parse_name(std::string_view name) {
  if (!name.starts_with("cpu")) return std::nullopt;
  name.remove_prefix(3);
  if (name.empty()) return -1;
  const auto number = parse_number<int>(name);
  return number && *number >= 0 ? number : std::nullopt;
}

Result<ProcessorTimes> parse_line(std::string_view line) {
  enum Field { kUser, kNice, kSystem, kIdle, kIowait, kIrq, kSoftirq, kSteal, kFields };
  TextReader reader(line);
  const auto number = parse_name(reader.take_field());
  if (!number) return bad_line(line);
  std::array<int64_t, kFields> ticks = {};
  constexpr int64_t kMost = INT64_MAX / kFields;  // so that the sum of busy fits
  for (int64_t& field : ticks) {
    const auto value = parse_number<int64_t>(reader.take_field());
    if (!value || *value < 0 || *value > kMost) return bad_line(line);
    field = *value;
  }
  return ProcessorTimes{
      *number, ticks[kUser] + ticks[kNice] + ticks[kSystem] + ticks[kIrq] + ticks[kSoftirq],
      ticks[kIdle], ticks[kIowait], ticks[kSteal]};
}

}  // namespace

Result<ProcessorTimes> parse_total_times(std::string_view text) {
  const std::string_view line = TextReader(text).take_line();
  HF_TRY_ASSIGN(const ProcessorTimes total, parse_line(line));
  if (total.number != -1) return bad_line(line);
  return total;
}

Result<MachineTimes> parse_processor_times(std::string_view text) {
  MachineTimes times;
  HF_TRY_ASSIGN(times.total, parse_total_times(text));
  TextReader reader(text);
  reader.take_line();
  while (reader.take_rest().starts_with("cpu")) {
    const std::string_view line = reader.take_line();
    HF_TRY_ASSIGN(const ProcessorTimes processor, parse_line(line));
    if (processor.number < 0) return bad_line(line);
    times.processors.push_back(processor);
  }
  return times;
}

}  // namespace holdfast
