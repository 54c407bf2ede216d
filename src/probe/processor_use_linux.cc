// SPDX-License-Identifier: MIT
#include "probe/processor_use_linux.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/memory_cgroup_place.h"
#include "core/memory_stalls.h"
#include "core/processor_times.h"
#include "probe/clock_linux.h"

namespace holdfast::probe {
namespace {

/// The stalls of the process's own cgroup; version 1 has none.
Result<ProcFile> open_cgroup_pressure(int pid, const std::string& root) {
  const std::string process = root + "/" + std::to_string(pid);
  HF_TRY_ASSIGN(const std::string cgroup, read_proc_file(process + "/cgroup"));
  HF_TRY_ASSIGN(const std::string mounts, read_proc_file(process + "/mountinfo"));
  HF_TRY_ASSIGN(const MemoryCgroupPlace place, parse_memory_cgroup_place(cgroup, mounts));
  return ProcFile::open(place.directory + "/memory.pressure");
}

}  // namespace

ProcessorUseProbe::ProcessorUseProbe(ProcFile stat)
    : stat_(std::move(stat)), tick_(kSecond.count / std::max(sysconf(_SC_CLK_TCK), 1L)) {}

Result<ProcessorUseProbe> ProcessorUseProbe::open(int pid, const std::string& root) {
  HF_TRY_ASSIGN(ProcFile stat, ProcFile::open(root + "/stat"));
  ProcessorUseProbe probe(std::move(stat));
  HF_TRY(probe.read());
  if (auto pressure = open_cgroup_pressure(pid, root)) {
    probe.cgroup_pressure_ = std::move(*pressure);
  }
  return probe;
}

Result<ProcessorsRecord> ProcessorUseProbe::read() const {
  ProcessorsRecord record;
  record.head.kind = RecordKind::kProcessors;
  record.head.mono_ns = monotonic_now().count;
  std::array<char, 512> line;  // the first line, with the sums, is enough
  HF_TRY_ASSIGN(const size_t count, stat_.read_at(line.data(), line.size(), 0));
  HF_TRY_ASSIGN(const ProcessorTimes times, parse_total_times({line.data(), count}));
  record.busy_ns = (tick_ * times.busy).count;
  record.idle_ns = (tick_ * times.idle).count;
  record.iowait_ns = (tick_ * times.iowait).count;
  record.steal_ns = (tick_ * times.steal).count;
  if (!cgroup_pressure_) return record;
  // A process that has ended leaves its cgroup to be removed: what is not known then is -1.
  const Result<std::string> text = cgroup_pressure_->read();
  const Result<MemoryStalls> stalls =
      text ? parse_memory_stalls(*text) : Result<MemoryStalls>(text.error());
  if (stalls) record.cgroup_stalled_ns = stalls->some_ns;
  return record;
}

}  // namespace holdfast::probe
