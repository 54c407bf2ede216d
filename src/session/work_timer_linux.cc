// SPDX-License-Identifier: MIT
#include "session/work_timer_linux.h"

#include <sys/resource.h>
#include <time.h>

#include "audio/wait_linux.h"

namespace holdfast::session {
namespace {

/// rusage has processor time, too, but only as of the last scheduler tick (4 ms).
HF_RT_INLINE Nanos thread_cpu_time() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return Nanos(time.tv_sec * kSecond.count + time.tv_nsec);
}

/// What the calling thread has used. RUSAGE_THREAD counts faults in kernel mode, too.
HF_RT_INLINE rusage thread_usage() {
  rusage usage = {};
  getrusage(RUSAGE_THREAD, &usage);
  return usage;
}

HF_RT_INLINE void note_difference(const rusage& before, const rusage& after,
                                  CallbackRecord& record) {
  record.major = static_cast<uint32_t>(after.ru_majflt - before.ru_majflt);
  record.minor = static_cast<uint32_t>(after.ru_minflt - before.ru_minflt);
  record.slept = static_cast<uint32_t>(after.ru_nvcsw - before.ru_nvcsw);
  record.preempted = static_cast<uint32_t>(after.ru_nivcsw - before.ru_nivcsw);
}

}  // namespace

HF_RT_TEXT void WorkTimer::run(const Block& block) noexcept {
  CallbackRecord record;
  record.head.kind = RecordKind::kCallback;
  rusage before = {};
  Nanos cpu_before;
  if (options_.counts_faults) {
    before = thread_usage();
    cpu_before = thread_cpu_time();
  }
  record.head.mono_ns = audio::monotonic_now().count;
  work_.call(work_.context, block);
  record.end_ns = audio::monotonic_now().count;
  record.cpu_ns = -1;
  if (options_.counts_faults) {
    record.cpu_ns = (thread_cpu_time() - cpu_before).count;
    note_difference(before, thread_usage(), record);
  }
  const bool is_long = record.end_ns - record.head.mono_ns >= options_.long_call.count;
  const bool has_trouble = record.major + record.minor + record.slept + record.preempted > 0;
  if (!is_long && !has_trouble) return;
  if (records_.push(record)) return;
  dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace holdfast::session
