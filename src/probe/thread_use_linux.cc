// SPDX-License-Identifier: MIT
// The two files are read one after the other; what the thread does in the 2 us between is in the
// second and not in the first. Each is one read: the kernel makes such a file anew for every one.
#include "probe/thread_use_linux.h"

#include <array>
#include <string_view>

#include "core/proc_schedstat.h"
#include "core/proc_stat.h"
#include "probe/clock_linux.h"

namespace holdfast::probe {
namespace {

/// A stat line has 52 fields of at most 20 digits.
using LineBuffer = std::array<char, 1280>;

Result<std::string_view> read_line(const ProcFile& file, LineBuffer& buffer) {
  HF_TRY_ASSIGN(const size_t count, file.read_at(buffer.data(), buffer.size(), 0));
  return std::string_view(buffer.data(), count);
}

Result<ThreadSchedule> schedule_of(const ProcFile& file) {
  LineBuffer buffer;
  HF_TRY_ASSIGN(const std::string_view line, read_line(file, buffer));
  return parse_proc_schedstat(line);
}

}  // namespace

Result<ThreadUseProbe> ThreadUseProbe::open(int pid, int tid, const std::string& root) {
  HF_TRY_ASSIGN(ProcFile stat, ProcFile::open(task_path(root, pid, tid, "stat")));
  ThreadUseProbe probe(std::move(stat), tid);
  Result<ProcFile> schedstat = ProcFile::open(task_path(root, pid, tid, "schedstat"));
  if (schedstat) probe.schedstat_ = std::move(*schedstat);
  return probe;
}

Result<ThreadUseRecord> ThreadUseProbe::read() const {
  ThreadUseRecord record;
  record.head.kind = RecordKind::kThreadUse;
  record.head.mono_ns = monotonic_now().count;
  record.thread = static_cast<uint32_t>(tid_);
  ThreadSchedule schedule{-1, -1, -1};
  if (schedstat_) {
    HF_TRY_ASSIGN(schedule, schedule_of(*schedstat_));
  }
  LineBuffer buffer;
  HF_TRY_ASSIGN(const std::string_view line, read_line(stat_, buffer));
  HF_TRY_ASSIGN(const TaskStat stat, parse_proc_stat(line));
  record.head.flags = static_cast<unsigned char>(stat.state);
  record.cpu_ns = schedule.cpu_ns;
  record.run_delay_ns = schedule.run_delay_ns;
  record.major = stat.major_faults;
  record.minor = stat.minor_faults;
  return record;
}

std::vector<Unavailable> ThreadUseProbe::limitations() const {
  if (schedstat_) return {};
  return {{"the kernel does not tell how long threads run, and how long they wait for a processor",
           "use a kernel built with CONFIG_SCHED_INFO, as those of the distributions are"}};
}

}  // namespace holdfast::probe
