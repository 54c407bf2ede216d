// SPDX-License-Identifier: MIT
#include "act/lock_budget.h"

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <limits>

#include "core/kilobyte_field.h"

namespace holdfast::act {
namespace {

bool has_cap_ipc_lock() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capget, &header, data) != 0) return false;
  return (data[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK)) != 0;
}

int64_t bytes_of(rlim_t limit) {
  constexpr auto kLargest = static_cast<rlim_t>(std::numeric_limits<int64_t>::max());
  return static_cast<int64_t>(limit < kLargest ? limit : kLargest);
}

}  // namespace

LockBudget read_lock_budget() {
  rlimit limit = {};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  return {bytes_of(limit.rlim_cur), bytes_of(limit.rlim_max),
          limit.rlim_cur == RLIM_INFINITY || has_cap_ipc_lock()};
}

LockBudget raise_lock_budget() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_MEMLOCK, &limit);
  }
  return read_lock_budget();
}

Result<int64_t> read_own_locked_bytes(const std::string& root) {
  const std::string path = root + "/self/status";
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return system_error("cannot open " + path, errno);
  char text[8192];
  const size_t size = std::fread(text, 1, sizeof(text), file);
  std::fclose(file);
  const auto locked = kilobyte_field({text, size}, "VmLck");
  if (!locked) return Error{ErrorKind::kBadData, 0, "no VmLck in " + path};
  return *locked;
}

}  // namespace holdfast::act
