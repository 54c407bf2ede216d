// SPDX-License-Identifier: MIT
// How the kernel lets itself be interrupted when a real-time thread becomes due. It tells nobody in
// one place: this joins what its version, its command line, its own switch and its configuration
// say.
#pragma once

#include <cstdint>
#include <string_view>

namespace holdfast {

/// From worst to best for audio; kLazy (6.13) treats real-time threads like kFull.
enum class Preemption : uint8_t { kUnknown, kNone, kVoluntary, kLazy, kFull, kRealTime };

/// "none", "voluntary", "lazy", "full", "PREEMPT_RT", "unknown".
std::string_view name_of(Preemption preemption);

/// Where the kernel says something; empty where it does not.
struct PreemptionSources {
  std::string_view version;        ///< `uname -v`: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.158-1".
  std::string_view command_line;   ///< /proc/cmdline: "preempt=full".
  std::string_view own_switch;     ///< debugfs sched/preempt: "none (voluntary) full".
  std::string_view configuration;  ///< /boot/config-*: "CONFIG_PREEMPT_VOLUNTARY=y".
};

/// kUnknown when what is said does not decide it.
Preemption judge_preemption(const PreemptionSources& sources);

}  // namespace holdfast
