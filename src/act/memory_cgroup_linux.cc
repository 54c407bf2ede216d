// SPDX-License-Identifier: MIT
#include "act/memory_cgroup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include "act/small_file.h"
#include "act/state_directory.h"

namespace holdfast::act {
namespace {

/// Version 1 has no "max": without a limit it shows the largest number of whole pages.
constexpr int64_t kNoLimitBytes = INT64_MAX - (1 << 20);

constexpr const char* kHowToGetIt =
    "run it as root, or let systemd make a cgroup: "
    "systemd-run --user --scope -p MemoryMax=64M -p MemorySwapMax=infinity PROGRAM";

Error cannot_create(const std::string& directory, int system_errno) {
  Error error = system_error("cannot create the memory cgroup " + directory, system_errno);
  if (system_errno == EROFS) {
    error.kind = ErrorKind::kUnavailable;
    return std::move(error).in(
        "cgroups cannot be written here, as in many containers: run it outside");
  }
  return error.kind == ErrorKind::kUnavailable ? std::move(error).in(kHowToGetIt) : error;
}

/// The number that `text` starts with; "max" is INT64_MAX.
Result<int64_t> parse_bytes(const std::string& text, const std::string& path) {
  if (text.starts_with("max")) return INT64_MAX;
  int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc()) return Error{ErrorKind::kBadData, 0, "no number in " + path};
  return value;
}

Result<int64_t> read_bytes(const std::string& path) {
  HF_TRY_ASSIGN(const std::string text, read_small_file(path));
  return parse_bytes(text, path);
}

/// Version 2 lets a cgroup with members have no children with a memory limit, so ours becomes a
/// sibling. Switching the controller on for other cgroups would be a change that stays: not done.
Result<std::string> parent_for_child(const MemoryCgroupPlace& own) {
  if (own.version == CgroupVersion::kV1) return own.directory;
  const std::string parent = own.directory.substr(0, own.directory.rfind('/'));
  const auto controllers = read_small_file(parent + "/cgroup.subtree_control");
  if (controllers && controllers->find("memory") != std::string::npos) return parent;
  return unavailable(std::string("no memory limit is possible beside the own cgroup -- ") +
                     kHowToGetIt);
}

}  // namespace

Result<MemoryCgroup> MemoryCgroup::plan(const std::string& root) {
  HF_TRY_ASSIGN(const std::string cgroup, read_small_file(root + "/self/cgroup"));
  HF_TRY_ASSIGN(const std::string mounts, read_small_file(root + "/self/mountinfo"));
  HF_TRY_ASSIGN(const MemoryCgroupPlace own, parse_memory_cgroup_place(cgroup, mounts));
  HF_TRY_ASSIGN(const std::string parent, parent_for_child(own));
  return MemoryCgroup({own.version, parent + "/" + unique_name("cgroup")}, own.directory);
}

Result<MemoryCgroup> MemoryCgroup::existing(const std::string& path) {
  std::error_code missing;
  const auto canonical = std::filesystem::canonical(path, missing);
  const std::string directory = missing ? path : canonical.string();
  if (access((directory + "/memory.limit_in_bytes").c_str(), F_OK) == 0) {
    return MemoryCgroup({CgroupVersion::kV1, directory}, directory);
  }
  if (access((directory + "/memory.max").c_str(), F_OK) == 0) {
    return MemoryCgroup({CgroupVersion::kV2, directory}, directory);
  }
  return usage_error(directory +
                     " is not a memory cgroup with a limit, such as "
                     "/sys/fs/cgroup/memory/mygroup");
}

Result<MemoryCgroup> MemoryCgroup::of_process(pid_t pid, const std::string& root) {
  const std::string path = root + "/" + std::to_string(pid) + "/cgroup";
  const auto cgroup = read_small_file(path);
  if (!cgroup) {
    return Error{ErrorKind::kUnavailable, cgroup.error().system_errno,
                 "there is no process " + std::to_string(pid)};
  }
  HF_TRY_ASSIGN(const std::string mounts, read_small_file(root + "/self/mountinfo"));
  HF_TRY_ASSIGN(const MemoryCgroupPlace place, parse_memory_cgroup_place(*cgroup, mounts));
  auto found = existing(place.directory);
  if (!found) found.error().kind = ErrorKind::kUnavailable;
  return found;
}

std::string MemoryCgroup::file(const char* v1, const char* v2) const {
  return place_.directory + "/" + (place_.version == CgroupVersion::kV1 ? v1 : v2);
}

Result<> MemoryCgroup::create(int64_t limit_bytes) const {
  if (mkdir(place_.directory.c_str(), 0755) != 0) return cannot_create(place_.directory, errno);
  return set_limit(limit_bytes);
}

Result<> MemoryCgroup::set_limit(int64_t limit_bytes) const {
  return write_small_file(file("memory.limit_in_bytes", "memory.max"), std::to_string(limit_bytes));
}

Result<> MemoryCgroup::set_swappiness(int swappiness) const {
  if (place_.version == CgroupVersion::kV2) {
    return unavailable("cgroup version 2 has no swappiness");
  }
  return write_small_file(place_.directory + "/memory.swappiness", std::to_string(swappiness));
}

Result<> MemoryCgroup::take_everything() const {
  if (place_.version == CgroupVersion::kV1)
    return write_small_file(file("memory.force_empty", ""), "0");
  HF_TRY_ASSIGN(const int64_t usage, usage_bytes());
  auto asked = write_small_file(file("", "memory.reclaim"), std::to_string(usage));
  const bool is_part = !asked && asked.error().system_errno == EAGAIN;  // some pages stayed: in use
  return is_part ? Result<>(Done{}) : asked;
}

Result<> MemoryCgroup::add(pid_t pid) const {
  return write_small_file(place_.directory + "/cgroup.procs", std::to_string(pid));
}

Result<> MemoryCgroup::move_home(pid_t pid) const {
  return write_small_file(home_ + "/cgroup.procs", std::to_string(pid));
}

Result<int64_t> MemoryCgroup::limit_bytes() const {
  return read_bytes(file("memory.limit_in_bytes", "memory.max"));
}

Result<int64_t> MemoryCgroup::usage_bytes() const {
  return read_bytes(file("memory.usage_in_bytes", "memory.current"));
}

Result<int64_t> MemoryCgroup::limit_hits() const {
  const std::string path = file("memory.failcnt", "memory.events");
  HF_TRY_ASSIGN(const std::string text, read_small_file(path));
  if (place_.version == CgroupVersion::kV1) return parse_bytes(text, path);
  const size_t row = text.find("\nmax ");
  if (row == std::string::npos) return Error{ErrorKind::kBadData, 0, "no max in " + path};
  return parse_bytes(text.substr(row + 5), path);
}

Result<int64_t> MemoryCgroup::left_bytes() const {
  HF_TRY_ASSIGN(const int64_t limit, limit_bytes());
  HF_TRY_ASSIGN(const int64_t usage, usage_bytes());
  HF_TRY_ASSIGN(const std::string stat, read_small_file(place_.directory + "/memory.stat"));
  return left_in_cgroup(limit, usage, parse_cgroup_memory(stat));
}

int64_t MemoryCgroup::left_around_bytes() const {
  int64_t least = INT64_MAX;
  MemoryCgroup around = *this;
  std::string& directory = around.place_.directory;
  while (true) {
    directory.resize(directory.rfind('/'));
    const auto limit = around.limit_bytes();
    if (!limit) return least;  // the root of version 2, or above the tree
    if (*limit >= kNoLimitBytes) continue;
    const auto left = around.left_bytes();
    if (left) least = std::min(least, *left - cgroup_floor(*limit));
  }
}

Result<MemoryRoom> MemoryCgroup::room(int64_t swap_free_bytes) const {
  HF_TRY_ASSIGN(const int64_t limit, limit_bytes());
  HF_TRY_ASSIGN(const int64_t usage, usage_bytes());
  HF_TRY_ASSIGN(const std::string stat, read_small_file(place_.directory + "/memory.stat"));
  return room_in_cgroup(limit, usage, parse_cgroup_memory(stat), swap_free_bytes);
}

}  // namespace holdfast::act
