// SPDX-License-Identifier: MIT
#include "probe/process_linux.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "core/kernel_text.h"
#include "core/proc_limits.h"
#include "core/proc_smaps.h"
#include "probe/proc_file_linux.h"

namespace holdfast::probe {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

Error no_such_process(int pid) {
  return {ErrorKind::kUnavailable, ESRCH,
          "no process " + std::to_string(pid) + ": it has ended, or never was; see ps -e"};
}

Error in_words(Error error, int pid) {
  const bool is_gone = error.system_errno == ENOENT || error.system_errno == ESRCH;
  return is_gone ? no_such_process(pid) : std::move(error);
}

/// CAP_IPC_LOCK, and in the first user namespace: in another one it lifts no limit.
bool may_lock_everything(const ProcessStatus& status, int pid, const std::string& root) {
  constexpr uint64_t kIpcLock = uint64_t{1} << 14;
  if ((status.capabilities.value_or(0) & kIpcLock) == 0) return false;
  const Result<std::string> map = read_proc_file(proc_path(root, pid, "uid_map"));
  if (!map) return true;  // a kernel without user namespaces
  TextReader fields(std::string_view(*map).substr(0, map->find('\n')));
  return fields.take_field() == "0" && fields.take_field() == "0" &&
         fields.take_rest().starts_with("4294967295");
}

/// One try; nothing when the thread was running.
Result<std::optional<BlockedAt>> try_blocked_at(const ProcFile& file) {
  HF_TRY_ASSIGN(const std::string line, file.read());
  return parse_proc_syscall(line);
}

}  // namespace

Result<ProcessStatus> read_process_status(int pid, const std::string& root) {
  Result<std::string> text = read_proc_file(proc_path(root, pid, "status"));
  if (!text) return in_words(std::move(text.error()), pid);
  return parse_proc_status(*text);
}

Result<std::vector<int>> read_process_ids(const std::string& root) {
  const std::unique_ptr<DIR, CloseFolder> folder(opendir(root.c_str()));
  if (folder == nullptr) return system_error("list of processes", errno);
  std::vector<int> ids;
  while (const dirent* const entry = readdir(folder.get())) {
    if (const auto pid = parse_number<int>(entry->d_name)) ids.push_back(*pid);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<std::vector<TaskStat>> read_threads(int pid, const std::string& root) {
  const std::unique_ptr<DIR, CloseFolder> folder(opendir(proc_path(root, pid, "task").c_str()));
  if (folder == nullptr) return in_words(system_error("list of threads", errno), pid);
  std::vector<TaskStat> threads;
  while (const dirent* const entry = readdir(folder.get())) {
    const auto tid = parse_number<int>(entry->d_name);
    if (!tid) continue;
    const Result<std::string> line = read_proc_file(task_path(root, pid, *tid, "stat"));
    if (!line) continue;  // it ended between readdir and here
    HF_TRY_ASSIGN(TaskStat thread, parse_proc_stat(*line));
    threads.push_back(std::move(thread));
  }
  std::sort(threads.begin(), threads.end(),
            [](const TaskStat& a, const TaskStat& b) { return a.id < b.id; });
  return threads;
}

Result<std::vector<Mapping>> read_mappings(int pid, const std::string& root) {
  HF_TRY_ASSIGN(const std::string text, read_proc_file(proc_path(root, pid, "maps")));
  return parse_proc_maps(text);
}

Result<std::string> read_program_path(int pid, const std::string& root) {
  return read_proc_link(proc_path(root, pid, "exe"));
}

Result<std::optional<size_t>> read_stack_limit(int pid, const std::string& root) {
  HF_TRY_ASSIGN(const std::string text, read_proc_file(proc_path(root, pid, "limits")));
  return parse_stack_limit(text);
}

Result<std::optional<int64_t>> read_lock_limit(int pid, const std::string& root) {
  HF_TRY_ASSIGN(const std::string text, read_proc_file(proc_path(root, pid, "limits")));
  return parse_lock_limit(text);
}

Result<LockRoom> read_lock_room(int pid, const std::string& root) {
  LockRoom room;
  HF_TRY_ASSIGN(const ProcessStatus status, read_process_status(pid, root));
  HF_TRY_ASSIGN(room.limit_bytes, read_lock_limit(pid, root));
  room.locked_bytes = status.locked_bytes.value_or(0);
  room.is_exempt = may_lock_everything(status, pid, root);
  return room;
}

Result<std::vector<MemoryRange>> read_locked_mappings(int pid, const std::string& root) {
  HF_TRY_ASSIGN(const std::string text, read_proc_file(proc_path(root, pid, "smaps")));
  return parse_locked_mappings(text);
}

Result<BlockedAt> read_blocked_at(int pid, int tid, const std::string& root) {
  constexpr int kTries = 50;
  constexpr useconds_t kPauseMicroseconds = 1000;
  HF_TRY_ASSIGN(const ProcFile file, ProcFile::open(task_path(root, pid, tid, "syscall")));
  for (int attempt = 0; attempt < kTries; ++attempt) {
    HF_TRY_ASSIGN(const std::optional<BlockedAt> place, try_blocked_at(file));
    if (place) return *place;
    usleep(kPauseMicroseconds);
  }
  return unavailable("thread " + std::to_string(tid) + " was running whenever it was looked at");
}

}  // namespace holdfast::probe
