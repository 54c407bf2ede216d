// SPDX-License-Identifier: MIT
#include "core/stack_range.h"

#include <algorithm>

namespace holdfast {
namespace {

// A thread without a guard: how far below its stack pointer a callback may reach.
constexpr uintptr_t kBelowStackPointer = uintptr_t{256} << 10;

StackRange range_between(uintptr_t begin, uintptr_t end, bool is_exact) {
  return {{begin, end - begin, "stack"}, is_exact};
}

bool has_guard_below(const std::vector<Mapping>& mappings, const Mapping& stack) {
  return std::any_of(mappings.begin(), mappings.end(), [&stack](const Mapping& mapping) {
    return mapping.end == stack.begin && mapping.is_inaccessible();
  });
}

std::optional<StackRange> main_stack(const std::vector<Mapping>& mappings) {
  const auto found = std::find_if(mappings.begin(), mappings.end(),
                                  [](const Mapping& mapping) { return mapping.path == "[stack]"; });
  if (found == mappings.end()) return std::nullopt;
  return range_between(found->begin, found->end, true);
}

/// Above the guard: the lower end is exact, the upper one only when nothing can have been merged.
StackRange guarded_stack(const Mapping& mapping, const ThreadPlace& place) {
  const size_t limit_bytes = place.stack_limit_bytes;
  if (mapping.size_bytes() <= limit_bytes) return range_between(mapping.begin, mapping.end, true);
  const uintptr_t usual_end = mapping.begin + limit_bytes;
  return range_between(mapping.begin, *place.stack_pointer < usual_end ? usual_end : mapping.end,
                       false);
}

StackRange unguarded_stack(const Mapping& mapping, const ThreadPlace& place) {
  const uintptr_t page = *place.stack_pointer / place.page_bytes * place.page_bytes;
  const uintptr_t begin = page - std::min(page - mapping.begin, kBelowStackPointer);
  return range_between(begin, page + std::min(mapping.end - page, place.stack_limit_bytes), false);
}

}  // namespace

std::optional<StackRange> find_stack(const std::vector<Mapping>& mappings,
                                     const ThreadPlace& place) {
  if (place.stack) return StackRange{*place.stack, true};
  if (place.is_main) return main_stack(mappings);
  if (!place.stack_pointer) return std::nullopt;
  const Mapping* const mapping = find_mapping(mappings, *place.stack_pointer);
  if (mapping == nullptr || !mapping->is_writable) return std::nullopt;
  const auto find = has_guard_below(mappings, *mapping) ? guarded_stack : unguarded_stack;
  return find(*mapping, place);
}

}  // namespace holdfast
