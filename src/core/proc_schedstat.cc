// SPDX-License-Identifier: MIT
#include "core/proc_schedstat.h"

#include <string>

#include "core/kernel_text.h"

namespace holdfast {

Result<ThreadSchedule> parse_proc_schedstat(std::string_view line) {
  line = line.substr(0, line.find('\n'));
  TextReader reader(line);
  const auto cpu = parse_number<int64_t>(reader.take_field());
  const auto run_delay = parse_number<int64_t>(reader.take_field());
  const auto slices = parse_number<int64_t>(reader.take_field());
  if (!cpu || !run_delay || !slices || !reader.take_rest().empty()) {
    return Error{ErrorKind::kBadData, 0, "not a schedstat line: '" + std::string(line) + "'"};
  }
  return ThreadSchedule{*cpu, *run_delay, *slices};
}

}  // namespace holdfast
