// SPDX-License-Identifier: MIT
#include "session/call_names.h"

#include <sys/stat.h>

#include <utility>

#include "core/address_lines.h"
#include "core/stack_range.h"
#include "probe/page_cache_linux.h"
#include "probe/proc_file_linux.h"

namespace holdfast::session {
namespace {

/// "stack of thread audio", "libfoo.so library data", "/dev/shm/jack_x shared memory".
std::string object_text(const PageOwner& owner) {
  if (owner.role == MemoryRole::kUnknown) return "not mapped";
  std::string text(holdfast::name_of(owner.role));
  if (!owner.of.empty()) text += " of thread " + owner.of;
  const bool is_named = !owner.mapping.empty() && !owner.mapping.starts_with('[');
  return is_named ? owner.mapping + " " + text : text;
}

}  // namespace

std::string root_folder_of(pid_t pid) {
  const std::string theirs = probe::proc_path("/proc", pid, "root");
  struct stat their_root = {};
  struct stat our_root = {};
  if (stat((theirs + "/").c_str(), &their_root) != 0 || stat("/", &our_root) != 0) return "";
  const bool is_same = their_root.st_dev == our_root.st_dev && their_root.st_ino == our_root.st_ino;
  return is_same ? "" : theirs;
}

CallNames::CallNames(pid_t pid, Symbolizer& symbolizer, probe::AddressSpaceWatch watch)
    : symbolizer_(&symbolizer), watch_(std::move(watch)), stacks_(root_folder_of(pid)) {}

Result<CallNames> CallNames::open(pid_t pid, Symbolizer& symbolizer) {
  HF_TRY_ASSIGN(auto watch, probe::AddressSpaceWatch::open(pid));
  return CallNames(pid, symbolizer, std::move(watch));
}

void CallNames::look(const probe::TracedCall& call) {
  const Result<std::vector<std::string>> lines = watch_.changes();
  if (lines && !lines->empty()) {
    for (const std::string& line : *lines) space_.take_line(line);
    stacks_.set_mappings(watch_.mappings());
  }
  know_stack_of(call);
}

/// Its stack pointer is known, which is all that is needed to tell its stack from other memory.
void CallNames::know_stack_of(const probe::TracedCall& call) {
  if (call.thread == call.pid || call.snapshot.stack_pointer == 0) return;
  ThreadPlace place;
  place.tid = call.thread;
  place.stack_pointer = call.snapshot.stack_pointer;
  place.page_bytes = probe::page_bytes();
  const auto stack = find_stack(watch_.mappings(), place);
  if (stack) space_.take_line(stack_line(static_cast<uint32_t>(call.thread), stack->range));
}

CallFrame CallNames::frame_at(uint64_t address, bool is_return_address) {
  // The call is before the address where it returns to, maybe at the end of another function.
  const uint64_t place = is_return_address ? address - 1 : address;
  CallFrame frame = {address, space_.owner_of(place, 0)};
  if (!space_.has_symbol(place)) {
    const auto line = symbolizer_->symbol_line(frame.owner, place);
    if (line) space_.take_line(*line);
    frame.owner = space_.owner_of(place, 0);
  }
  return frame;
}

void CallNames::name(const probe::TracedCall& call, AuditedCall& audited) {
  const auto thread = static_cast<uint32_t>(call.thread);
  const uint64_t address = audited.address();
  if (audited.call.size_bytes > 0 && address != 0) {
    audited.object = object_text(space_.owner_of(address, thread));
  }
  if (call.snapshot.program_counter == 0) return;
  // The counter stands behind the instruction that made the call.
  for (const uint64_t each : stacks_.unwind(call.snapshot)) {
    audited.stack.push_back(frame_at(each, true));
  }
}

}  // namespace holdfast::session
