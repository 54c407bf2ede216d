// SPDX-License-Identifier: MIT
#include "probe/memory_setup_linux.h"

#include <algorithm>

#include "core/cgroup_memory.h"
#include "core/kilobyte_field.h"
#include "core/memory_cgroup_place.h"
#include "core/memory_room.h"
#include "probe/setup_file.h"

namespace holdfast::probe {
namespace {

/// What one cgroup limits, and what that leaves.
struct CgroupLimit {
  int64_t limit_bytes = INT64_MAX;
  int64_t left_bytes = INT64_MAX;
};

std::string parent_of(const std::string& directory) {
  return directory.substr(0, directory.rfind('/'));
}

/// The tightest limit from `directory` upwards: also those above decide when pages leave.
std::optional<CgroupLimit> tightest_limit(const MemoryCgroupPlace& place) {
  const bool is_v1 = place.version == CgroupVersion::kV1;
  CgroupLimit tightest;
  bool has_any = is_v1;
  for (std::string directory = place.directory; directory.size() > 1;
       directory = parent_of(directory)) {
    const std::string limit_file = is_v1 ? "/memory.limit_in_bytes" : "/memory.max";
    const auto limit_text = setup_text(directory + limit_file);
    // The root of version 2 has none, and is a cgroup all the same.
    has_any = has_any || setup_text(directory + "/cgroup.procs").has_value();
    if (!limit_text) break;
    const auto limit = parse_number<int64_t>(TextReader(*limit_text).take_line());
    if (!limit || *limit >= tightest.limit_bytes) continue;  // "max"
    tightest.limit_bytes = *limit;
    const auto usage =
        setup_number<int64_t>(directory + (is_v1 ? "/memory.usage_in_bytes" : "/memory.current"));
    const auto stat = setup_text(directory + "/memory.stat");
    if (!usage || !stat) continue;
    tightest.left_bytes = left_in_cgroup(*limit, *usage, parse_cgroup_memory(*stat));
  }
  return has_any ? std::optional(tightest) : std::nullopt;
}

void read_cgroup(const std::string& root, MemorySetup& setup) {
  const auto cgroup = setup_text(root + "/proc/self/cgroup");
  const auto mounts = setup_text(root + "/proc/self/mountinfo");
  if (!cgroup || !mounts) return;
  const auto place = parse_memory_cgroup_place(*cgroup, *mounts);
  if (!place) return;
  const auto tightest = tightest_limit(*place);
  if (!tightest) return;
  setup.cgroup_limit_bytes = tightest->limit_bytes;
  if (tightest->left_bytes != INT64_MAX) setup.cgroup_left_bytes = tightest->left_bytes;
}

void read_swap(const std::string& root, MemorySetup& setup) {
  if (const auto text = setup_text(root + "/proc/swaps")) {
    auto areas = parse_swap_areas(*text);
    if (areas) setup.swap_areas = std::move(*areas);
  }
  const auto zswap = setup_text(root + "/sys/module/zswap/parameters/enabled");
  setup.has_zswap = zswap && zswap->starts_with('Y');
  setup.swappiness = setup_number<int>(root + "/proc/sys/vm/swappiness");
}

}  // namespace

MemorySetup read_memory_setup(const std::string& root) {
  MemorySetup setup;
  if (const auto meminfo = setup_text(root + "/proc/meminfo")) {
    setup.total_bytes = kilobyte_field(*meminfo, "MemTotal");
    setup.available_bytes = kilobyte_field(*meminfo, "MemAvailable");
  }
  if (const auto stalls = setup_text(root + "/proc/pressure/memory")) {
    setup.stalled_percent = parse_stall_average(*stalls);
  }
  read_swap(root, setup);
  read_cgroup(root, setup);
  setup.overcommit = setup_number<int>(root + "/proc/sys/vm/overcommit_memory");
  setup.compact_unevictable = setup_number<int>(root + "/proc/sys/vm/compact_unevictable_allowed");
  if (const auto pages = setup_text(root + "/sys/kernel/mm/transparent_hugepage/enabled")) {
    setup.huge_pages = parse_choice(*pages);
  }
  setup.ksm = setup_number<int>(root + "/sys/kernel/mm/ksm/run");
  setup.numa_balancing = setup_number<int>(root + "/proc/sys/kernel/numa_balancing");
  return setup;
}

}  // namespace holdfast::probe
