// SPDX-License-Identifier: MIT
// Every parser of text: files of /proc and of cgroups, the front of a trace, options that people
// type. All get the same bytes; none may crash, and what reads back must read back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "audio/virtual_options.h"
#include "base/duration.h"
#include "core/byte_size.h"
#include "core/cgroup_memory.h"
#include "core/demo_result.h"
#include "core/memory_cgroup_place.h"
#include "core/proc_limits.h"
#include "core/proc_maps.h"
#include "core/proc_smaps.h"
#include "core/proc_stat.h"
#include "core/proc_status.h"
#include "core/proc_syscall.h"
#include "core/session_info.h"
#include "core/undo_journal.h"

namespace holdfast {
namespace {

/// Ends the run as a crash would.
void require(bool holds) {
  if (!holds) std::abort();
}

void parse_kernel_text(std::string_view text) {
  static_cast<void>(parse_proc_maps(text));
  static_cast<void>(parse_locked_mappings(text));
  static_cast<void>(parse_proc_stat(text));
  static_cast<void>(parse_proc_status(text));
  static_cast<void>(parse_proc_syscall(text));
  static_cast<void>(parse_stack_limit(text));
  static_cast<void>(parse_cgroup_memory(text));
  const size_t half = text.size() / 2;
  static_cast<void>(parse_memory_cgroup_place(text.substr(0, half), text.substr(half)));
}

void parse_own_text(std::string_view text) {
  static_cast<void>(parse_undo_journal(text));
  static_cast<void>(parse_counter_output(text));
  static_cast<void>(parse_byte_size(text));
  if (const auto duration = parse_duration(text)) {
    require(*parse_duration(to_text(*duration)) == *duration);
  }
  if (const auto info = parse_session_info(text)) {
    require(*parse_session_info(to_text(*info)) == *info);
  }
  if (const auto options = audio::parse_virtual_options(text)) {
    const std::string again = to_text(*options).substr(std::string_view("virtual").size());
    require(*audio::parse_virtual_options(again) == *options);
  }
}

}  // namespace
}  // namespace holdfast

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  holdfast::parse_kernel_text(text);
  holdfast::parse_own_text(text);
  return 0;
}
