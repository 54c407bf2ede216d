// SPDX-License-Identifier: MIT
// From /proc/PID/task/TID/stat: unlike perf events it needs no privilege and misses no fault taken
// inside the kernel; unlike getrusage() it can be asked about another thread.
#include "probe/thread_faults_linux.h"

#include "core/proc_stat.h"

namespace holdfast::probe {

Result<ThreadFaultCounter> ThreadFaultCounter::open(int pid, int tid, const std::string& root) {
  HF_TRY_ASSIGN(ProcFile stat, ProcFile::open(task_path(root, pid, tid, "stat")));
  return ThreadFaultCounter(std::move(stat));
}

Result<ThreadFaults> ThreadFaultCounter::read() const {
  HF_TRY_ASSIGN(const std::string line, stat_.read());
  HF_TRY_ASSIGN(const TaskStat stat, parse_proc_stat(line));
  return ThreadFaults{stat.minor_faults, stat.major_faults};
}

Result<ThreadFaults> read_thread_faults(int pid, int tid, const std::string& root) {
  HF_TRY_ASSIGN(const ThreadFaultCounter counter, ThreadFaultCounter::open(pid, tid, root));
  return counter.read();
}

}  // namespace holdfast::probe
