// SPDX-License-Identifier: MIT
#include "act/temp_swap.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/swap.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "act/state_directory.h"
#include "core/swap_header.h"

namespace holdfast::act {
namespace {

constexpr int64_t kGibibyte = int64_t{1} << 30;

/// Swap needs a file whose blocks stay where they are on one device. The list names what works;
/// everything else is refused, since the kernel's own refusal is only "Invalid argument".
bool can_hold_swap(int64_t file_system) {
  constexpr int64_t kXfs = 0x58465342;  // XFS_SB_MAGIC, not in linux/magic.h
  return file_system == EXT4_SUPER_MAGIC || file_system == kXfs || file_system == F2FS_SUPER_MAGIC;
}

Result<> check_disk(const std::string& directory, int64_t size_bytes) {
  struct statfs disk = {};
  if (statfs(directory.c_str(), &disk) != 0) return system_error("cannot stat " + directory, errno);
  if (!can_hold_swap(disk.f_type)) {
    return unavailable(directory +
                       " is on a file system that cannot hold a swap file (ext4, XFS "
                       "and F2FS can)");
  }
  const int64_t total = static_cast<int64_t>(disk.f_blocks) * disk.f_bsize;
  const int64_t free = static_cast<int64_t>(disk.f_bavail) * disk.f_bsize;
  if (free - size_bytes < std::max(kGibibyte, total / 10)) {
    return unavailable("the disk of " + directory + " must keep 1 GiB and 10 % free");
  }
  return Done{};
}

/// 0 or an errno. Real blocks are reserved: a swap file may have no holes.
int write_swap_file(int file, int64_t size_bytes) {
  const auto header = make_swap_header(size_bytes);
  if (fallocate(file, 0, 0, size_bytes) != 0) return errno;
  const ssize_t written = pwrite(file, header.data(), header.size(), 0);
  if (written != static_cast<ssize_t>(header.size())) return written < 0 ? errno : ENOSPC;
  return fsync(file) == 0 ? 0 : errno;
}

}  // namespace

Result<> make_temp_swap(const std::string& path, int64_t size_bytes) {
  if (geteuid() != 0) return unavailable("only root may switch swap on; run it with sudo");
  if (sysconf(_SC_PAGESIZE) != 4096) return unavailable("pages are not 4096 bytes here");
  HF_TRY(check_disk(path.substr(0, path.rfind('/')), size_bytes));
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return system_error("cannot create " + path, errno);
  const int write_errno = write_swap_file(file, size_bytes);
  close(file);
  if (write_errno != 0) return system_error("cannot write " + path, write_errno);
  if (swapon(path.c_str(), 0) != 0) return system_error("cannot switch on swap " + path, errno);
  return Done{};
}

Result<> provide_temp_swap(CleanupWatchdog& watchdog, int64_t size_bytes) {
  const std::string path = watchdog.state_directory() + "/" + unique_name("swap");
  HF_TRY(watchdog.promise_undo({UndoKind::kSwapFile, path}));
  return make_temp_swap(path, size_bytes);
}

}  // namespace holdfast::act
