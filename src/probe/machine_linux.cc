// SPDX-License-Identifier: MIT
#include "probe/machine_linux.h"

#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace holdfast::probe {

MachineLine this_machine() {
  utsname name = {};
  uname(&name);
  MachineLine line = {name.sysname, name.release, name.machine, sysconf(_SC_NPROCESSORS_ONLN), 0};
  line.memory_bytes = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  return line;
}

int64_t swap_bytes() {
  struct sysinfo info = {};
  return sysinfo(&info) == 0 ? static_cast<int64_t>(info.totalswap) * info.mem_unit : -1;
}

int64_t lock_limit_bytes() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return -1;
  return limit.rlim_cur > INT64_MAX ? INT64_MAX : static_cast<int64_t>(limit.rlim_cur);
}

}  // namespace holdfast::probe
