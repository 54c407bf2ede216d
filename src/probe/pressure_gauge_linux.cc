// SPDX-License-Identifier: MIT
#include "probe/pressure_gauge_linux.h"

#include "core/memory_stalls.h"
#include "core/reclaim_counts.h"
#include "probe/clock_linux.h"
#include "probe/page_cache_linux.h"

namespace holdfast::probe {
namespace {

ReclaimCounts counts_in(const ProcFile& file) {
  const auto text = file.read();
  return text ? parse_reclaim_counts(*text) : ReclaimCounts();
}

}  // namespace

Result<PressureGauge> PressureGauge::open(const PressureSources& sources, const std::string& root) {
  const std::string vmstat = root + "/vmstat";
  const bool is_machine = sources.memory_stat.empty();
  HF_TRY_ASSIGN(ProcFile reclaim, ProcFile::open(is_machine ? vmstat : sources.memory_stat));
  PressureGauge gauge(std::move(reclaim));
  gauge.is_swap_out_of_scope_ = is_machine || counts_in(gauge.reclaim_).swapped_out_pages >= 0;
  if (!gauge.is_swap_out_of_scope_) {
    HF_TRY_ASSIGN(ProcFile whole, ProcFile::open(vmstat));
    gauge.vmstat_ = std::move(whole);
  }
  auto stalls =
      ProcFile::open(sources.stall_file.empty() ? root + "/pressure/memory" : sources.stall_file);
  // Booted with psi=0 the file is there, and reading it fails.
  if (stalls && stalls->read()) gauge.stalls_ = std::move(*stalls);
  return gauge;
}

PressureCounts PressureGauge::read() const {
  PressureCounts counts;
  counts.time = monotonic_now();
  const ReclaimCounts reclaim = counts_in(reclaim_);
  counts.refaults = reclaim.refaults;
  counts.major_faults = reclaim.major_faults;
  const int64_t swapped_out =
      vmstat_ ? counts_in(*vmstat_).swapped_out_pages : reclaim.swapped_out_pages;
  if (swapped_out >= 0) {
    counts.swapped_out_bytes = swapped_out * static_cast<int64_t>(page_bytes());
  }
  if (!stalls_) return counts;
  const auto text = stalls_->read();
  if (!text) return counts;
  const auto stalls = parse_memory_stalls(*text);
  if (!stalls) return counts;
  counts.stalled_some_ns = stalls->some_ns;
  counts.stalled_full_ns = stalls->full_ns;
  return counts;
}

}  // namespace holdfast::probe
