// SPDX-License-Identifier: MIT
// Through which functions a thread came to where it was: return addresses, found by the unwind
// tables of the program's files (.eh_frame), and by frame pointers where there are none. Works on a
// ThreadSnapshot, while the thread runs on. It reads large files and grows: nothing for a process
// that is measured.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/proc_maps.h"
#include "probe/thread_snapshot_linux.h"

namespace holdfast::probe {

/// The call stacks of one process. One thread.
class CallStacks {
 public:
  /// `root`: what the paths of its mappings are below; "" for a process that sees the same files.
  explicit CallStacks(std::string root = "");
  CallStacks(CallStacks&&) noexcept;
  CallStacks& operator=(CallStacks&&) noexcept;
  ~CallStacks();

  /// Before the first unwind(), and when they have changed. Costs little when no code has.
  void set_mappings(const std::vector<Mapping>& mappings);

  /// The program counter first, then return addresses, outward; at most 64. Ends early, never with
  /// a guess: behind an address that is in no code, or where nothing tells the way. Never empty.
  std::vector<uint64_t> unwind(const ThreadSnapshot& snapshot);

 private:
  class Unwinder;
  /// A file and where it is loaded. Locking a part of it changes its mappings, but not this.
  using LoadedFile = std::pair<std::string, uintptr_t>;

  std::string root_;
  std::vector<Mapping> code_;
  std::vector<LoadedFile> files_;
  std::unique_ptr<Unwinder> unwinder_;
};

}  // namespace holdfast::probe
