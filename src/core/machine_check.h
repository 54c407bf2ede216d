// SPDX-License-Identifier: MIT
// Judges the machine itself: how fast it wakes, who else decides over it, and where it can write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "core/finding.h"
#include "core/preemption.h"

namespace holdfast {

/// What could be read and tried; nothing where this machine does not tell.
struct MachineSetup {
  std::vector<std::string> governors;      ///< Of each processor; empty: no frequency control seen.
  Trial dma_latency;                       ///< Opening /dev/cpu_dma_latency.
  bool has_dma_latency = false;            ///< It is there.
  std::optional<int64_t> deepest_idle_us;  ///< Exit latency of the deepest enabled idle state.
  std::optional<Nanos> timer_resolution;   ///< clock_getres: 1 ns with high resolution timers.
  Preemption preemption = Preemption::kUnknown;
  bool has_threaded_irqs = false;
  std::optional<bool> is_virtual;              ///< A hypervisor is below.
  std::optional<double> steal_percent;         ///< Of the processors' time since the start.
  std::string container;                       ///< "docker"; empty: no sign of one.
  int container_signs = 0;                     ///< So many signs were looked for.
  std::vector<std::string> shared_interrupts;  ///< "xhci_hcd, snd_hda_intel".
  std::optional<bool> has_interrupts;          ///< /proc/interrupts lists any of sound or USB.
  std::string file_system;                     ///< Of the current directory: "ext4".
  bool is_network = false;                     ///< The file system is on another machine, or FUSE.
  Trial write;                                 ///< 1 MiB into a file without a name, synchronised.
  Nanos write_time;
  std::optional<int64_t> free_bytes;  ///< In the current directory, for this user.
};

/// The lines of /proc/interrupts that sound or USB shares with others, as their names. Nothing when
/// neither has a line.
std::optional<std::vector<std::string>> parse_shared_interrupts(std::string_view interrupts);

/// Findings of the group "machine".
std::vector<Finding> check_machine(const MachineSetup& setup);

}  // namespace holdfast
