// SPDX-License-Identifier: MIT
#include "core/memory_cgroup_place.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace holdfast {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool has_memory(std::string_view comma_list) {
  const auto words = split(comma_list, ',');
  return std::find(words.begin(), words.end(), "memory") != words.end();
}

/// The path in the line "ID:CONTROLLERS:PATH" of the wanted version.
std::optional<std::string_view> own_path(std::string_view cgroup, CgroupVersion version) {
  for (const std::string_view line : split(cgroup, '\n')) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const bool is_wanted =
        version == CgroupVersion::kV1 ? has_memory(controllers) : line.substr(0, second) == "0:";
    if (is_wanted) return line.substr(second + 1);
  }
  return std::nullopt;
}

/// A mount of the wanted hierarchy: which part of the tree (`root`) it shows, and where (`point`).
struct Mount {
  std::string_view root;
  std::string_view point;
};

/// proc(5): ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [FIELDS...] - TYPE SOURCE SUPER_OPTIONS
std::optional<Mount> parse_mount(std::string_view line, CgroupVersion version) {
  const size_t separator = line.find(" - ");
  if (separator == std::string_view::npos) return std::nullopt;
  const auto left = split(line.substr(0, separator), ' ');
  const auto right = split(line.substr(separator + 3), ' ');
  if (left.size() < 6 || right.size() < 3) return std::nullopt;
  const bool is_wanted = version == CgroupVersion::kV1
                             ? right[0] == "cgroup" && has_memory(right[2])
                             : right[0] == "cgroup2";
  if (!is_wanted) return std::nullopt;
  return Mount{left[3], left[4]};
}

/// The directory that shows `path`, if this mount does.
std::optional<std::string> directory_in(const Mount& mount, std::string_view path) {
  std::string_view below = path;
  if (mount.root != "/") {
    if (!path.starts_with(mount.root)) return std::nullopt;
    below = path.substr(mount.root.size());
    if (!below.empty() && !below.starts_with('/')) return std::nullopt;
  }
  return std::string(mount.point) + (below == "/" ? "" : std::string(below));
}

/// The directory in the hierarchy of this version, if the process is in it and a mount shows it.
std::optional<std::string> find_directory(std::string_view cgroup, std::string_view mountinfo,
                                          CgroupVersion version) {
  const auto path = own_path(cgroup, version);
  if (!path) return std::nullopt;
  for (const std::string_view line : split(mountinfo, '\n')) {
    const auto mount = parse_mount(line, version);
    if (!mount) continue;
    if (auto directory = directory_in(*mount, *path)) return directory;
  }
  return std::nullopt;
}

}  // namespace

Result<MemoryCgroupPlace> parse_memory_cgroup_place(std::string_view cgroup,
                                                    std::string_view mountinfo) {
  for (const CgroupVersion version : {CgroupVersion::kV1, CgroupVersion::kV2}) {
    if (auto directory = find_directory(cgroup, mountinfo, version)) {
      return MemoryCgroupPlace{version, std::move(*directory)};
    }
  }
  return unavailable("no mounted cgroup file system shows the memory cgroup");
}

Result<std::string> parse_unified_cgroup(std::string_view cgroup, std::string_view mountinfo) {
  if (auto directory = find_directory(cgroup, mountinfo, CgroupVersion::kV2)) return *directory;
  return unavailable("no mounted cgroup version 2 shows the process");
}

}  // namespace holdfast
