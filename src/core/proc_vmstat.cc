// SPDX-License-Identifier: MIT
#include "core/proc_vmstat.h"

#include <optional>
#include <string>

#include "core/kernel_text.h"

namespace holdfast {
namespace {

/// "NAME COUNT", times `unit`. False when the count is none, or too large.
bool take_count(TextReader line, int64_t unit, int64_t& target) {
  const auto count = parse_number<int64_t>(line.take_field());
  if (!count || *count < 0 || *count > INT64_MAX / unit) return false;
  target = *count * unit;
  return true;
}

/// False when the line is one of ours but unreadable.
bool take_line(TextReader line, int64_t page_bytes, MachineSwapping& result) {
  const std::string_view name = line.take_field();
  if (name == "pswpin") return take_count(line, page_bytes, result.swapped_in_bytes);
  if (name == "pswpout") return take_count(line, page_bytes, result.swapped_out_bytes);
  if (name == "pgmajfault") return take_count(line, 1, result.major_faults);
  return true;
}

}  // namespace

Result<MachineSwapping> parse_proc_vmstat(std::string_view text, int64_t page_bytes) {
  MachineSwapping result;
  for (TextReader reader(text); !reader.is_at_end();) {
    const std::string_view line = reader.take_line();
    if (take_line(TextReader(line), page_bytes, result)) continue;
    return Error{ErrorKind::kBadData, 0, "not a line of vmstat: '" + std::string(line) + "'"};
  }
  if (result.swapped_in_bytes < 0 && result.swapped_out_bytes < 0 && result.major_faults < 0) {
    return Error{ErrorKind::kBadData, 0, "vmstat without pswpin, pswpout and pgmajfault"};
  }
  return result;
}

}  // namespace holdfast
