// SPDX-License-Identifier: MIT
#include "core/audited_call.h"

#include <algorithm>
#include <string_view>

#include "base/format.h"

namespace holdfast {
namespace {

/// Wrappers of system calls, and what runs before the program does.
bool is_system_library(const std::string& mapping) {
  constexpr std::string_view kNames[] = {"libc.so", "libc-",    "libpthread", "ld-linux",
                                         "ld-musl", "libdl.so", "ld.so",      "ld64.so",
                                         "libdl-",  "libc.musl"};
  return std::ranges::any_of(kNames,
                             [&](std::string_view name) { return mapping.starts_with(name); });
}

}  // namespace

uint64_t AuditedCall::address() const {
  const bool is_chosen = call.kind == LockCallKind::kMmap && has_succeeded();
  return is_chosen ? static_cast<uint64_t>(*result) : call.address;
}

size_t find_caller(const std::vector<CallFrame>& stack) {
  size_t first = 0;
  while (first < stack.size() && is_system_library(stack[first].owner.mapping)) ++first;
  if (first == stack.size()) return 0;
  for (size_t i = first; i < stack.size(); ++i) {
    if (stack[i].owner.mapping != stack[first].owner.mapping) break;
    if (!stack[i].owner.symbol.empty()) return i;
  }
  return first;
}

std::string function_text(const CallFrame& frame) {
  const PageOwner& owner = frame.owner;
  if (!owner.symbol.empty()) return owner.symbol.substr(0, owner.symbol.rfind("+0x"));
  return owner.is_file_backed ? "+" + hex_text(owner.file_offset) : hex_text(frame.address);
}

std::string frame_text(const CallFrame& frame) {
  const std::string& mapping = frame.owner.mapping;
  return mapping.empty() ? function_text(frame) : mapping + " " + function_text(frame);
}

}  // namespace holdfast
