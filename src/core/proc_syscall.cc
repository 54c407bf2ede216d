// SPDX-License-Identifier: MIT
// "running"; or "NUMBER arg1..arg6 SP PC" in a system call; or "-1 SP PC" blocked outside of one,
// for instance in a page fault (proc(5)).
#include "core/proc_syscall.h"

#include <string>

#include "core/kernel_text.h"

namespace holdfast {

Result<std::optional<BlockedAt>> parse_proc_syscall(std::string_view line) {
  line = line.substr(0, line.find('\n'));
  if (line == "running") return std::optional<BlockedAt>();
  TextReader reader(line);
  if (reader.take_field() != "-1") {
    for (int argument = 0; argument < 6; ++argument) reader.take_field();
  }
  const auto stack_pointer = parse_number<uintptr_t>(reader.take_field(), 16);
  const auto program_counter = parse_number<uintptr_t>(reader.take_field(), 16);
  if (!stack_pointer || !program_counter || !reader.take_rest().empty()) {
    return Error{ErrorKind::kBadData, 0, "not a syscall line: '" + std::string(line) + "'"};
  }
  return std::optional<BlockedAt>(BlockedAt{*stack_pointer, *program_counter});
}

}  // namespace holdfast
