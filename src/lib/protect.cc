// SPDX-License-Identifier: MIT
// Keeping pages in: the part of the C interface that locks.
#include <string>
#include <utility>

#include "core/protection.h"
#include "lib/border.h"
#include "lib/thread_protection_linux.h"

namespace holdfast::lib {
namespace {

static_assert(kProtectedKinds <= HF_KINDS);
static_assert(static_cast<int>(ProtectedKind::kHeap) == HF_KIND_HEAP);
static_assert(static_cast<int>(ProtectedKind::kGiven) == HF_KIND_GIVEN);

MemoryRange memory_range(const hf_range& range, const char* name) {
  return {reinterpret_cast<uintptr_t>(range.address), range.size_bytes, name};
}

bool is_range(const hf_range& range) {
  const auto begin = reinterpret_cast<uintptr_t>(range.address);
  return range.size_bytes == 0 || (begin != 0 && range.size_bytes <= UINTPTR_MAX - begin);
}

Result<ThreadWish> wish_of(const hf_protect_options& options, uintptr_t here) {
  constexpr unsigned kKnown =
      HF_PROTECT_PROGRAM | HF_PROTECT_LIBRARIES | HF_PROTECT_HEAP | HF_PROTECT_RAISE_LIMIT;
  if ((options.what & ~kKnown) != 0) return usage("`what` holds a kind that is not known");
  if (options.range_count > 0 && options.ranges == nullptr) return usage("`ranges` is NULL");
  ThreadWish wish;
  wish.here = here;
  if (options.stack_bytes != 0) wish.stack_bytes = options.stack_bytes;
  wish.leave_bytes = options.leave_bytes;
  wish.raises_limit = (options.what & HF_PROTECT_RAISE_LIMIT) != 0;
  wish.memory.has_program = (options.what & HF_PROTECT_PROGRAM) != 0;
  wish.memory.has_libraries = (options.what & HF_PROTECT_LIBRARIES) != 0;
  wish.memory.has_heap = (options.what & HF_PROTECT_HEAP) != 0;
  wish.memory.marked_text = memory_range(options.marks.text, "");
  wish.memory.marked_constants = memory_range(options.marks.constants, "");
  wish.memory.marked_data = memory_range(options.marks.data, "");
  for (size_t i = 0; i < options.range_count; ++i) {
    if (!is_range(options.ranges[i])) return usage("`ranges` holds what is no range");
    wish.memory.given.push_back(memory_range(options.ranges[i], ""));
  }
  return wish;
}

hf_protect_report report_of(const ThreadProtection& reached) {
  hf_protect_report report = {};
  report.locked_bytes = reached.protection.locked_bytes;
  report.refused_bytes = reached.protection.refused_bytes;
  report.stack_bytes = reached.stack_bytes;
  report.limit_bytes = reached.limit_bytes;
  report.process_bytes = reached.process_bytes;
  report.left_bytes = reached.left_bytes();
  report.took_ns = reached.took.count;
  for (size_t i = 0; i < kProtectedKinds; ++i) {
    const ProtectedTotal& total = reached.protection.kinds[i];
    report.kinds[i] = {total.asked_bytes, total.locked_bytes, total.refused_bytes, total.refusal,
                       0};
  }
  return report;
}

/// The sentence about what is not locked; "" when all is.
Result<std::string> protect_into(const hf_protect_options* given, uintptr_t here,
                                 hf_protect_report* into) {
  hf_protect_options options = {};
  options.what = HF_PROTECT_DEFAULT;
  if (given != nullptr) {
    HF_TRY_ASSIGN(options, read_struct(given));
  }
  if (into != nullptr) HF_TRY(read_struct(into));
  HF_TRY_ASSIGN(ThreadWish wish, wish_of(options, here));
  HF_TRY_ASSIGN(const ThreadProtection reached, protect_own_thread(std::move(wish)));
  if (into != nullptr) give(report_of(reached), into);
  return reached.missing_text();
}

Result<MemoryRange> range_from(const void* address, size_t size_bytes) {
  const hf_range range = {address, size_bytes};
  if (size_bytes == 0 || !is_range(range)) return usage("`address` and `size_bytes` are no range");
  return memory_range(range, "range");
}

}  // namespace
}  // namespace holdfast::lib

const char* hf_kind_name(int kind) noexcept {
  if (kind < 0 || kind >= static_cast<int>(holdfast::kProtectedKinds)) return "";
  return name_of(static_cast<holdfast::ProtectedKind>(kind)).data();
}

int hf_protect_current_thread(const hf_protect_options* options,
                              hf_protect_report* report) noexcept {
  using namespace holdfast;
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  std::string missing;
  const int code = lib::guarded([&]() -> Result<> {
    HF_TRY_ASSIGN(missing, lib::protect_into(options, here, report));
    return Done{};
  });
  if (code != HF_OK || missing.empty()) return code;
  lib::error_text() = std::move(missing);
  return HF_PARTLY;
}

int hf_unprotect_current_thread(void) noexcept {
  return holdfast::lib::guarded([] { return holdfast::lib::unlock_own_stack(); });
}

int hf_lock_range(const void* address, size_t size_bytes) noexcept {
  using namespace holdfast;
  return lib::guarded([&]() -> Result<> {
    HF_TRY_ASSIGN(const MemoryRange range, lib::range_from(address, size_bytes));
    return lib::lock_one_range(range);
  });
}

int hf_unlock_range(const void* address, size_t size_bytes) noexcept {
  using namespace holdfast;
  return lib::guarded([&]() -> Result<> {
    HF_TRY_ASSIGN(const MemoryRange range, lib::range_from(address, size_bytes));
    return lib::unlock_one_range(range);
  });
}
