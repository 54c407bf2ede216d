// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "act/lock.h"
#include "act/lock_budget.h"
#include "act/lock_trials.h"
#include "act/small_file.h"
#include "act/trial.h"
#include "core/kilobyte_field.h"

namespace holdfast::act {
namespace {

int64_t bytes_of(std::span<const MemoryRange> ranges) {
  int64_t total = 0;
  for (const MemoryRange& range : ranges) {
    total += static_cast<int64_t>(whole_pages(range).size_bytes);
  }
  return total;
}

int lock_all_of(std::span<const MemoryRange> ranges) {
  raise_lock_budget();
  const LockOutcome outcome = lock_ranges(ranges);
  return outcome.refused.empty() ? 0 : outcome.refused.front().system_errno;
}

int lock_page() {
  raise_lock_budget();
  alignas(4096) static char page[4096];
  return mlock(page, sizeof page) == 0 ? 0 : errno;
}

/// With ONFAULT the limit decides in the same way, and nothing is read into memory for a trial.
int lock_everything(int flags) {
  raise_lock_budget();
  return mlockall(flags | MCL_ONFAULT) == 0 ? 0 : errno;
}

void* do_nothing(void* argument) {
  return argument;
}

int start_thread_after_future_lock() {
  if (const int refusal = lock_everything(MCL_CURRENT | MCL_FUTURE); refusal != 0) return refusal;
  pthread_t thread = {};
  const int refusal = pthread_create(&thread, nullptr, &do_nothing, nullptr);
  if (refusal == 0) pthread_join(thread, nullptr);
  return refusal;
}

int64_t default_stack_bytes() {
  pthread_attr_t attributes;
  if (pthread_getattr_default_np(&attributes) != 0) return 0;
  size_t size = 0;
  pthread_attr_getstacksize(&attributes, &size);
  pthread_attr_destroy(&attributes);
  return static_cast<int64_t>(size);
}

int64_t own_address_space_bytes() {
  const auto status = read_small_file("/proc/self/status");
  return status ? kilobyte_field(*status, "VmSize").value_or(0) : 0;
}

Trial sized(Trial trial, int64_t bytes) {
  trial.bytes = bytes;
  return trial;
}

/// Not tried where nothing is known to be locked.
Trial try_ranges(std::span<const MemoryRange> ranges) {
  if (ranges.empty()) return {};
  return sized(try_in_child([ranges] { return lock_all_of(ranges); }), bytes_of(ranges));
}

}  // namespace

LockTrials try_locks(std::span<const MemoryRange> working_set, std::span<const MemoryRange> code) {
  LockTrials trials;
  const LockBudget budget = read_lock_budget();
  trials.limit_bytes = budget.hard_bytes;
  trials.is_unlimited = budget.is_unlimited || budget.hard_bytes == INT64_MAX;
  trials.is_privileged = geteuid() == 0;
  trials.page = sized(try_in_child(&lock_page), 4096);
  trials.working_set = try_ranges(working_set);
  trials.code = try_ranges(code);
  trials.everything =
      sized(try_in_child([] { return lock_everything(MCL_CURRENT); }), own_address_space_bytes());
  trials.new_thread = sized(try_in_child(&start_thread_after_future_lock), default_stack_bytes());
  // The limit refused to lock even what there is: it was never about the thread.
  if (trials.everything.is_refused()) trials.new_thread.was_tried = false;
  return trials;
}

}  // namespace holdfast::act
