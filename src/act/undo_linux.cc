// SPDX-License-Identifier: MIT
#include "act/undo.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

#include "act/small_file.h"

namespace holdfast::act {
namespace {

constexpr int kAttempts = 1000;  // 5 ms apart: 5 s, as a process in direct reclaim dies slowly
constexpr useconds_t kPauseMicroseconds = 5000;

std::vector<pid_t> members(const std::string& cgroup) {
  std::vector<pid_t> pids;
  const auto text = read_small_file(cgroup + "/cgroup.procs");
  if (!text) return pids;
  const char* at = text->data();
  const char* end = at + text->size();
  for (pid_t pid = 0; at < end;) {
    const auto parsed = std::from_chars(at, end, pid);
    if (parsed.ec != std::errc()) break;
    if (pid > 0) pids.push_back(pid);  // 0: a process of another pid namespace
    at = parsed.ptr + 1;
  }
  return pids;
}

bool is_member(const std::string& cgroup, pid_t pid) {
  for (const pid_t member : members(cgroup)) {
    if (member == pid) return true;
  }
  return false;
}

/// The pidfd pins the process: when its pid is still a member afterwards, it is the one meant.
void kill_member(const std::string& cgroup, pid_t pid) {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0) return;
  if (is_member(cgroup, pid)) syscall(SYS_pidfd_send_signal, handle, SIGKILL, nullptr, 0);
  close(handle);
}

/// Those inside may have made cgroups of their own: the directories in this one.
std::vector<std::string> children(const std::string& cgroup) {
  std::vector<std::string> paths;
  DIR* directory = opendir(cgroup.c_str());
  if (directory == nullptr) return paths;
  while (const dirent* entry = readdir(directory)) {  // NOLINT(concurrency-mt-unsafe)
    const std::string name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") {
      paths.push_back(cgroup);
      paths.back().append("/").append(name);
    }
  }
  closedir(directory);
  return paths;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as those inside have nested their cgroups
Result<> remove_cgroup(const std::string& path) {
  for (const std::string& child : children(path)) HF_TRY(remove_cgroup(child));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    for (const pid_t pid : members(path)) kill_member(path, pid);
    // Version 1 keeps the pages of a removed cgroup charged to a ghost of it; drop them first.
    (void)write_small_file(path + "/memory.force_empty", "0").ok();
    if (rmdir(path.c_str()) == 0 || errno == ENOENT) return Done{};
    const int refusal = errno;
    if (access(path.c_str(), F_OK) != 0) return Done{};  // EROFS comes before ENOENT
    if (refusal != EBUSY) return system_error("cannot remove cgroup " + path, refusal);
    usleep(kPauseMicroseconds);
  }
  return system_error("cannot remove cgroup " + path, EBUSY);
}

/// 0, or why the swap file is still in use. Errors that pass are waited for: ENOMEM while the
/// cgroup whose pages come back is full of dying processes, EINTR and EBUSY.
int switch_off(const std::string& path) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (swapoff(path.c_str()) == 0) return 0;
    // EINVAL: not in use as swap. EPERM: not root, so this user cannot have switched it on either.
    if (errno == EINVAL || errno == ENOENT || errno == EPERM) return 0;
    if (errno != ENOMEM && errno != EINTR && errno != EBUSY) break;
    usleep(kPauseMicroseconds);
  }
  return errno;
}

Result<> remove_swap_file(const std::string& path) {
  const int refusal = switch_off(path);
  if (refusal != 0) return system_error("cannot switch off swap " + path, refusal);
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return Done{};
  return system_error("cannot delete " + path, errno);
}

Result<> remove_directory(const std::string& path) {
  DIR* directory = opendir(path.c_str());
  if (directory != nullptr) {
    while (const dirent* entry = readdir(directory)) {  // NOLINT(concurrency-mt-unsafe)
      unlinkat(dirfd(directory), entry->d_name, 0);     // refuses "." and ".."
    }
    closedir(directory);
  }
  if (rmdir(path.c_str()) == 0 || errno == ENOENT) return Done{};
  return system_error("cannot remove directory " + path, errno);
}

}  // namespace

Result<> perform(const Undo& undo) {
  switch (undo.kind) {
    case UndoKind::kCgroup:
      return remove_cgroup(undo.path);
    case UndoKind::kSwapFile:
      return remove_swap_file(undo.path);
    case UndoKind::kDirectory:
      return remove_directory(undo.path);
  }
  return Done{};
}

}  // namespace holdfast::act
