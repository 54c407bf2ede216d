// SPDX-License-Identifier: MIT
#include "core/memory_check.h"

#include <algorithm>
#include <cmath>

#include "core/byte_size.h"
#include "core/kernel_text.h"
#include "core/memory_room.h"

namespace holdfast {
namespace {

constexpr int kMostSwappiness = 100;
constexpr double kStalledPercentToWarn = 1.0;

Finding memory_finding(const char* name, FindingStatus status, std::string evidence) {
  Finding made;
  made.group = "memory";
  made.name = name;
  made.status = status;
  made.evidence = std::move(evidence);
  return made;
}

std::string stall_percent_text(double percent) {
  const auto tenths = std::lround(percent * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

Finding check_left(const MemorySetup& setup) {
  if (!setup.total_bytes || !setup.available_bytes || *setup.total_bytes <= 0) {
    return memory_finding("left", FindingStatus::kUnknown,
                          "/proc/meminfo does not tell MemAvailable");
  }
  const int64_t floor = machine_floor(*setup.total_bytes);
  const std::string evidence = format_byte_size(*setup.available_bytes) + " of " +
                               format_byte_size(*setup.total_bytes) + " available";
  if (*setup.available_bytes >= 2 * floor)
    return memory_finding("left", FindingStatus::kPass, evidence);
  const bool is_out = *setup.available_bytes < floor;
  Finding made =
      memory_finding("left", is_out ? FindingStatus::kFail : FindingStatus::kWarn, evidence);
  made.effect = "the kernel takes pages from whoever has not used them lately, audio included.";
  made.fix = "end programs you do not need: ps -eo rss,comm --sort=-rss | head";
  return made;
}

Finding check_stalls(const MemorySetup& setup) {
  if (!setup.stalled_percent) {
    Finding made = memory_finding("pressure", FindingStatus::kUnknown,
                                  "/proc/pressure/memory (PSI) does not answer");
    made.effect = "whether tasks wait for memory now cannot be told.";
    made.fix = "boot with psi=1";
    return made;
  }
  const std::string evidence = "in the last 5 minutes, tasks waited for memory " +
                               stall_percent_text(*setup.stalled_percent) + " of the time";
  if (*setup.stalled_percent < kStalledPercentToWarn) {
    return memory_finding("pressure", FindingStatus::kPass, evidence);
  }
  Finding made = memory_finding("pressure", FindingStatus::kWarn, evidence);
  made.effect = "memory is short now: pages of an unlocked audio thread are leaving.";
  made.fix = "end programs you do not need: ps -eo rss,comm --sort=-rss | head";
  return made;
}

std::string_view kind_text(SwapKind kind) {
  switch (kind) {
    case SwapKind::kZram:
      return "zram";
    case SwapKind::kPartition:
      return "partition";
    case SwapKind::kFile:
      break;
  }
  return "file";
}

std::string areas_text(const std::vector<SwapArea>& areas) {
  std::string text;
  for (const SwapArea& area : areas) {
    if (!text.empty()) text += ", ";
    text += std::string(kind_text(area.kind)) + " of " + format_byte_size(area.size_bytes) + " (" +
            format_byte_size(area.used_bytes) + " used)";
  }
  return text;
}

Finding check_swap(const MemorySetup& setup) {
  if (!setup.swap_areas) {
    return memory_finding("swap", FindingStatus::kUnknown, "/proc/swaps cannot be read");
  }
  if (setup.swap_areas->empty()) {
    return memory_finding(
        "swap", FindingStatus::kPass,
        "none; code and constants are dropped from memory all the same when it runs "
        "short, and wait for the disk when they return: locking is still needed");
  }
  std::string evidence = areas_text(*setup.swap_areas);
  if (setup.has_zswap) evidence += ", behind zswap (compressed in RAM first)";
  const bool is_on_disk =
      std::any_of(setup.swap_areas->begin(), setup.swap_areas->end(),
                  [](const SwapArea& area) { return area.kind != SwapKind::kZram; });
  if (!is_on_disk || setup.has_zswap) return memory_finding("swap", FindingStatus::kPass, evidence);
  Finding made = memory_finding("swap", FindingStatus::kWarn, evidence);
  made.effect =
      "data and stacks that were pushed out wait for a disk when they return; from zram it takes a "
      "fifth of that.";
  made.fix = "lock the audio thread's pages; or swap to zram: sudo apt install zram-tools";
  return made;
}

/// Nothing where there is no swap: then it decides nothing.
std::optional<Finding> check_swappiness(const MemorySetup& setup) {
  if (setup.swap_areas && setup.swap_areas->empty()) return std::nullopt;
  if (!setup.swappiness) {
    return memory_finding("swappiness", FindingStatus::kUnknown, "vm.swappiness cannot be read");
  }
  const std::string evidence = "vm.swappiness is " + std::to_string(*setup.swappiness);
  if (*setup.swappiness > 0 && *setup.swappiness <= kMostSwappiness) {
    return memory_finding("swappiness", FindingStatus::kPass, evidence);
  }
  Finding made = memory_finding("swappiness", FindingStatus::kWarn, evidence);
  made.effect = *setup.swappiness == 0
                    ? "data is kept and code dropped instead, which hurts unlocked audio threads "
                      "most."
                    : "data and stacks are pushed out before unused pages of files are dropped.";
  made.fix = "sudo sysctl vm.swappiness=60";
  return made;
}

Finding check_cgroup(const MemorySetup& setup) {
  if (!setup.cgroup_limit_bytes) {
    return memory_finding("cgroup", FindingStatus::kUnknown,
                          "the own memory cgroup cannot be found");
  }
  if (*setup.cgroup_limit_bytes >= setup.total_bytes.value_or(INT64_MAX)) {
    return memory_finding("cgroup", FindingStatus::kPass,
                          "no memory limit below the machine's own");
  }
  const int64_t limit = *setup.cgroup_limit_bytes;
  std::string evidence = "limited to " + format_byte_size(limit);
  if (setup.cgroup_left_bytes) {
    evidence += ", " + format_byte_size(*setup.cgroup_left_bytes) + " left";
  }
  const int64_t left = setup.cgroup_left_bytes.value_or(0);
  if (left >= cgroup_floor(limit)) return memory_finding("cgroup", FindingStatus::kPass, evidence);
  Finding made = memory_finding("cgroup", FindingStatus::kWarn, std::move(evidence));
  made.effect = "pages leave at this limit, however much memory the machine has.";
  made.fix = "raise it: memory.max (or MemoryMax=); memory.min keeps what it names, code included";
  return made;
}

/// What moves or unmaps pages behind a lock's back.
Finding check_movers(const MemorySetup& setup) {
  std::string evidence;
  int known = 0;
  bool is_moving = false;
  const auto note = [&](const std::string& text, bool moves) {
    evidence += (evidence.empty() ? "" : ", ") + text;
    known++;
    is_moving = is_moving || moves;
  };
  if (setup.compact_unevictable) {
    const bool moves = *setup.compact_unevictable != 0;
    note(std::string("compaction ") + (moves ? "moves" : "leaves") + " locked pages", moves);
  }
  if (setup.huge_pages) {
    note("huge pages " + *setup.huge_pages, *setup.huge_pages == "always");
  }
  if (setup.ksm) note(*setup.ksm == 1 ? "KSM merges pages" : "no KSM", *setup.ksm == 1);
  if (setup.numa_balancing) {
    note(*setup.numa_balancing != 0 ? "NUMA balancing on" : "no NUMA balancing",
         *setup.numa_balancing != 0);
  }
  if (known == 0) {
    return memory_finding("page movers", FindingStatus::kUnknown,
                          "/proc/sys/vm and /sys/kernel/mm do not tell");
  }
  // One that is known to be off says nothing about another that is not known.
  constexpr int kMovers = 3;  // NUMA balancing is missing wherever there is no NUMA
  if (!is_moving) {
    const bool is_complete = setup.compact_unevictable && setup.huge_pages && known >= kMovers;
    return memory_finding("page movers",
                          is_complete ? FindingStatus::kPass : FindingStatus::kUnknown, evidence);
  }
  Finding made = memory_finding("page movers", FindingStatus::kWarn, evidence);
  made.effect =
      "a locked page that is moved faults at its next touch: microseconds, up to 1.6 ms measured.";
  made.fix = "sudo holdfast doctor --fix movers";
  made.remedy = "movers";
  return made;
}

Finding check_overcommit(const MemorySetup& setup) {
  if (!setup.overcommit) {
    return memory_finding("overcommit", FindingStatus::kUnknown,
                          "vm.overcommit_memory cannot be read");
  }
  const std::string evidence = "vm.overcommit_memory is " + std::to_string(*setup.overcommit);
  if (*setup.overcommit != 2) return memory_finding("overcommit", FindingStatus::kPass, evidence);
  Finding made = memory_finding("overcommit", FindingStatus::kWarn, evidence);
  made.effect = "threads and buffers may be refused although memory is free.";
  made.fix = "sudo sysctl vm.overcommit_memory=0";
  return made;
}

}  // namespace

std::optional<double> parse_stall_average(std::string_view text) {
  constexpr std::string_view kKey = "avg300=";
  const std::string_view line = text.substr(0, text.find('\n'));
  if (!line.starts_with("some ")) return std::nullopt;
  const size_t begin = line.find(kKey);
  if (begin == std::string_view::npos) return std::nullopt;
  TextReader value(line.substr(begin + kKey.size()));
  TextReader number(value.take_field());
  const auto whole = parse_number<int>(number.take_until('.'));
  const auto hundredths = parse_number<int>(number.take_rest());
  if (!whole || !hundredths || *whole < 0 || *hundredths < 0 || *hundredths > 99) {
    return std::nullopt;
  }
  return *whole + *hundredths / 100.0;
}

std::optional<std::string> parse_choice(std::string_view text) {
  const size_t begin = text.find('[');
  const size_t end = text.find(']');
  if (begin == std::string_view::npos || end == std::string_view::npos || end <= begin + 1) {
    return std::nullopt;
  }
  return std::string(text.substr(begin + 1, end - begin - 1));
}

std::vector<Finding> check_memory(const MemorySetup& setup) {
  std::vector<Finding> findings = {check_left(setup), check_stalls(setup), check_swap(setup)};
  if (auto swappiness = check_swappiness(setup)) findings.push_back(std::move(*swappiness));
  findings.push_back(check_cgroup(setup));
  findings.push_back(check_movers(setup));
  findings.push_back(check_overcommit(setup));
  return findings;
}

}  // namespace holdfast
