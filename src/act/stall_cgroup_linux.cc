// SPDX-License-Identifier: MIT
#include "act/stall_cgroup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "act/small_file.h"
#include "act/state_directory.h"
#include "core/memory_cgroup_place.h"

namespace holdfast::act {

std::string stall_file(const std::string& directory) {
  return directory + "/memory.pressure";
}

Result<std::string> stall_cgroup_of(const std::string& pid, const std::string& root) {
  HF_TRY_ASSIGN(const std::string cgroup, read_small_file(root + "/" + pid + "/cgroup"));
  HF_TRY_ASSIGN(const std::string mounts, read_small_file(root + "/self/mountinfo"));
  return parse_unified_cgroup(cgroup, mounts);
}

Result<std::string> plan_stall_cgroup(const std::string& root) {
  HF_TRY_ASSIGN(const std::string own, stall_cgroup_of("self", root));
  return own + "/" + unique_name("cgroup");
}

Result<> create_stall_cgroup(const std::string& directory) {
  if (mkdir(directory.c_str(), 0755) != 0) {
    return system_error("cannot create the cgroup " + directory, errno);
  }
  if (read_small_file(stall_file(directory))) return Done{};
  rmdir(directory.c_str());
  return unavailable("cgroups do not tell memory stalls here (PSI)");
}

Result<> enter_stall_cgroup(const std::string& directory) {
  return write_small_file(directory + "/cgroup.procs", std::to_string(getpid()));
}

bool is_own_stall_cgroup(const std::string& directory) {
  const bool is_root = access((directory + "/cgroup.type").c_str(), F_OK) != 0;
  return !is_root && access((directory + "/cgroup.procs").c_str(), W_OK) == 0 &&
         access(stall_file(directory).c_str(), R_OK) == 0;
}

}  // namespace holdfast::act
