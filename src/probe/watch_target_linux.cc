// SPDX-License-Identifier: MIT
#include "probe/watch_target_linux.h"

#include "probe/page_cache_linux.h"
#include "probe/process_linux.h"

namespace holdfast::probe {
namespace {

/// Asks for the stack pointer only where nothing better is known: it needs the most privilege.
void find_stack_pointer(WatchTarget& target, ThreadPlace& place, const std::string& root) {
  if (place.stack || place.is_main) return;
  const Result<BlockedAt> blocked = read_blocked_at(target.pid, place.tid, root);
  if (blocked) {
    place.stack_pointer = blocked->stack_pointer;
    return;
  }
  const bool was_refused = blocked.error().system_errno != 0;
  target.missing.push_back({"stack of " + place.name + ": " + blocked.error().what,
                            was_refused
                                ? "this needs the right to trace the process: run as root, or set "
                                  "kernel.yama.ptrace_scope=0"
                                : "try again while it is less busy"});
}

ThreadPlace place_of(WatchTarget& target, const std::optional<MemoryRange>& stack,
                     const std::string& root) {
  const TaskStat& thread = target.choice.thread;
  ThreadPlace place;
  place.tid = thread.id;
  place.name = thread.name;
  place.is_main = thread.id == target.pid;
  place.stack = stack;
  place.page_bytes = page_bytes();
  const auto limit = read_stack_limit(target.pid, root);
  if (limit && *limit) place.stack_limit_bytes = **limit;
  find_stack_pointer(target, place, root);
  return place;
}

/// A process without locked memory needs no smaps, and is not held up.
void read_locks(WatchTarget& target, const std::string& root) {
  if (target.status.locked_bytes == 0) {
    target.locked.emplace();
    return;
  }
  Result<std::vector<MemoryRange>> locked = read_locked_mappings(target.pid, root);
  if (locked) {
    target.locked = std::move(*locked);
  } else {
    target.missing.push_back({"which mappings are locked: " + locked.error().what, "run as root"});
  }
}

}  // namespace

Result<WatchTarget> read_watch_target(int pid, const std::string& wanted,
                                      const std::optional<MemoryRange>& stack,
                                      const std::string& root) {
  WatchTarget target;
  target.pid = pid;
  HF_TRY_ASSIGN(target.status, read_process_status(pid, root));
  if (!target.status.resident_bytes) {
    return unavailable("process " + std::to_string(pid) +
                       " has no memory: it is a kernel thread, or has "
                       "ended and waits for its parent (see ps -e)");
  }
  HF_TRY_ASSIGN(const std::vector<TaskStat> threads, read_threads(pid, root));
  HF_TRY_ASSIGN(target.choice, choose_thread(threads, pid, wanted));
  HF_TRY_ASSIGN(target.program, read_program_path(pid, root));
  HF_TRY_ASSIGN(const std::vector<Mapping> mappings, read_mappings(pid, root));
  target.regions = classify_regions(mappings, target.program, place_of(target, stack, root));
  read_locks(target, root);
  return target;
}

}  // namespace holdfast::probe
