// SPDX-License-Identifier: MIT
#include "probe/child_processes_linux.h"

#include <algorithm>
#include <sstream>

#include "probe/proc_file_linux.h"
#include "probe/process_linux.h"

namespace holdfast::probe {
namespace {

constexpr size_t kMost = 4096;

void add_children(pid_t pid, const std::string& root, std::vector<pid_t>& found) {
  const auto threads = read_threads(pid, root);
  if (!threads) return;
  for (const TaskStat& thread : *threads) {
    const auto text = read_proc_file(task_path(root, pid, thread.id, "children"));
    if (!text) continue;
    std::istringstream numbers(*text);
    for (pid_t child = 0; numbers >> child;) {
      if (std::ranges::find(found, child) == found.end()) found.push_back(child);
    }
  }
}

}  // namespace

std::vector<pid_t> read_descendants(pid_t pid, const std::string& root) {
  std::vector<pid_t> found = {pid};
  for (size_t i = 0; i < found.size() && found.size() < kMost; ++i) {
    add_children(found[i], root, found);
  }
  return found;
}

}  // namespace holdfast::probe
