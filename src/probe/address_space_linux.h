// SPDX-License-Identifier: MIT
// Looks at a process and writes down its memory as the lines that core/address_space reads:
// mappings with the build-ids of their files, and the names of its threads.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "core/proc_maps.h"
#include "probe/proc_file_linux.h"

namespace holdfast::probe {

/// Everything about a process, once. Stacks of threads are not among it: see read_stack_line().
/// Does not hold up the process. Errors: kUnavailable when it is gone, or not ours.
Result<std::vector<std::string>> read_address_space(int pid, const std::string& root = "/proc");

/// The `stack` line of a thread of another process, as exact as core/stack_range can be. Errors as
/// read_blocked_at(), and kUnavailable when its stack cannot be told.
Result<std::string> read_stack_line(int pid, int tid, const std::string& root = "/proc");

/// Tells when the mappings of a process have changed. One thread.
class AddressSpaceWatch {
 public:
  /// Errors as read_address_space().
  static Result<AddressSpaceWatch> open(int pid, const std::string& root = "/proc");

  /// The lines of read_address_space() when the mappings are others than at the last call, or at
  /// the first; else nothing. Costs one reading of maps, some 30 us. Errors: kUnavailable once the
  /// process has ended.
  Result<std::vector<std::string>> changes();

  /// Those of the last changes(); in rising order.
  [[nodiscard]] const std::vector<Mapping>& mappings() const { return mappings_; }

 private:
  AddressSpaceWatch(int pid, std::string root, ProcFile maps)
      : pid_(pid), root_(std::move(root)), maps_(std::move(maps)) {}

  Result<std::string> read_maps();
  void look_at_files(const std::vector<Mapping>& mappings);
  [[nodiscard]] Result<std::vector<std::string>> lines() const;

  int pid_;
  std::string root_;
  ProcFile maps_;
  std::string last_;
  std::vector<Mapping> mappings_;
  /// Of the files with code that are mapped now, by device and inode.
  std::map<std::pair<uint64_t, uint64_t>, std::string> build_ids_;
};

}  // namespace holdfast::probe
