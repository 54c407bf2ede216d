// SPDX-License-Identifier: MIT
#include "probe/memory_use_linux.h"

#include "core/kilobyte_field.h"
#include "core/memory_stalls.h"
#include "core/proc_vmstat.h"
#include "probe/clock_linux.h"
#include "probe/page_cache_linux.h"

namespace holdfast::probe {
namespace {

Result<> note_meminfo(const ProcFile& file, MemoryRecord& record) {
  HF_TRY_ASSIGN(const std::string text, file.read());
  record.available_bytes = kilobyte_field(text, "MemAvailable").value_or(-1);
  const auto total = kilobyte_field(text, "SwapTotal");
  const auto free = kilobyte_field(text, "SwapFree");
  if (total && free) record.swap_used_bytes = *total - *free;
  return Done{};
}

Result<> note_vmstat(const ProcFile& file, MemoryRecord& record) {
  HF_TRY_ASSIGN(const std::string text, file.read());
  HF_TRY_ASSIGN(const MachineSwapping swapping,
                parse_proc_vmstat(text, static_cast<int64_t>(page_bytes())));
  record.swapped_in_bytes = swapping.swapped_in_bytes;
  record.swapped_out_bytes = swapping.swapped_out_bytes;
  return Done{};
}

Result<> note_pressure(const ProcFile& file, MemoryRecord& record) {
  HF_TRY_ASSIGN(const std::string text, file.read());
  HF_TRY_ASSIGN(const MemoryStalls stalls, parse_memory_stalls(text));
  record.stalled_some_ns = stalls.some_ns;
  record.stalled_full_ns = stalls.full_ns;
  return Done{};
}

/// The open file, if it is there and `note` understands it; else nothing, and why in `limitations`.
std::optional<ProcFile> open_if_useful(const std::string& path,
                                       Result<> (*note)(const ProcFile&, MemoryRecord&),
                                       Unavailable limitation,
                                       std::vector<Unavailable>& limitations) {
  Result<ProcFile> file = ProcFile::open(path);
  MemoryRecord unused;
  Result<> noted = file ? note(*file, unused) : Result<>(std::move(file.error()));
  if (noted) return std::move(*file);
  limitation.why += " (" + noted.error().what + ")";
  limitations.push_back(std::move(limitation));
  return std::nullopt;
}

}  // namespace

Result<MemoryUseProbe> MemoryUseProbe::open(const std::string& root) {
  HF_TRY_ASSIGN(ProcFile meminfo, ProcFile::open(root + "/meminfo"));
  MemoryUseProbe probe(std::move(meminfo));
  probe.vmstat_ = open_if_useful(root + "/vmstat", note_vmstat,
                                 {"how much is swapped in and out is not known",
                                  "use a kernel built with CONFIG_VM_EVENT_COUNTERS"},
                                 probe.limitations_);
  probe.pressure_ =
      open_if_useful(root + "/pressure/memory", note_pressure,
                     {"how long tasks wait for memory (PSI) is not known",
                      "boot with psi=1, or use a kernel of 4.20 or later built with CONFIG_PSI"},
                     probe.limitations_);
  return probe;
}

Result<MemoryRecord> MemoryUseProbe::read() const {
  MemoryRecord record;
  record.head.kind = RecordKind::kMemory;
  record.head.mono_ns = monotonic_now().count;
  HF_TRY(note_meminfo(meminfo_, record));
  if (vmstat_) HF_TRY(note_vmstat(*vmstat_, record));
  if (pressure_) HF_TRY(note_pressure(*pressure_, record));
  return record;
}

}  // namespace holdfast::probe
