// SPDX-License-Identifier: MIT
#include "act/state_directory.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "core/undo_journal.h"

namespace holdfast::act {
namespace {

std::string state_path() {
  if (geteuid() == 0) return "/var/lib/holdfast";
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");  // NOLINT(concurrency-mt-unsafe)
  if (runtime != nullptr && runtime[0] == '/') return std::string(runtime) + "/holdfast";
  return "/tmp/holdfast-" + std::to_string(geteuid());
}

}  // namespace

Result<std::string> make_state_directory() {
  const std::string path = state_path();
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return system_error("cannot create " + path, errno);
  }
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) return system_error("cannot stat " + path, errno);
  const bool is_own = S_ISDIR(status.st_mode) && status.st_uid == geteuid();
  if (!is_own || (status.st_mode & 022) != 0) {
    return unavailable(path + " is not a directory that only you can write");
  }
  return path;
}

std::string unique_name(const std::string& kind) {
  uint32_t number = 0;
  if (getrandom(&number, sizeof(number), 0) != sizeof(number)) number = 0;
  char digits[16];
  std::snprintf(digits, sizeof(digits), "%08x", number);
  return std::string(kOwnPrefix) + kind + "-" + std::to_string(getpid()) + "-" + digits;
}

}  // namespace holdfast::act
