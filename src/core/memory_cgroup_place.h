// SPDX-License-Identifier: MIT
// Where the memory cgroup of a process lies in the file system. Version 1 and version 2 differ in
// file names and in who may create children; both are in use, also mixed on one machine.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast {

enum class CgroupVersion { kV1, kV2 };

/// The directory of one memory cgroup.
struct MemoryCgroupPlace {
  CgroupVersion version = CgroupVersion::kV1;
  std::string directory;

  friend bool operator==(const MemoryCgroupPlace&, const MemoryCgroupPlace&) = default;
};

/// Joins /proc/PID/cgroup with /proc/PID/mountinfo. Version 1 is taken where it has the memory
/// controller, since a controller belongs to one version at a time. A mount that shows a part of
/// the tree only (a container) is honoured. Errors: kUnavailable when no mount shows the cgroup.
Result<MemoryCgroupPlace> parse_memory_cgroup_place(std::string_view cgroup,
                                                    std::string_view mountinfo);

/// The directory of the process in the hierarchy of version 2, whether or not that has the memory
/// controller. Errors: kUnavailable when no mount shows it.
Result<std::string> parse_unified_cgroup(std::string_view cgroup, std::string_view mountinfo);

}  // namespace holdfast
