// SPDX-License-Identifier: MIT
// The file in which an experiment keeps its finished blocks, so that one that was interrupted goes
// on where it was.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/experiment_block.h"
#include "probe/file_descriptor.h"

namespace holdfast::cmd {

/// An open journal; without a path, one that keeps nothing.
class ProveJournal {
 public:
  /// Opens `path` to go on from it, or to begin it. Held alone: two experiments cannot share one.
  /// Errors: kUsage when it is something else's file, or another experiment uses it.
  static Result<ProveJournal> open(const std::string& path);

  /// What it already held: its design is to be used, its blocks are done.
  [[nodiscard]] const std::optional<ExperimentJournal>& found() const { return found_; }

  /// Writes the design of a journal that begins.
  Result<> begin(const ExperimentDesign& design);
  /// Appends a block, and waits until the disk has it.
  Result<> add(const ExperimentDesign& design, const BlockResult& block);

 private:
  Result<> append(const std::string& line);

  std::string path_;
  probe::FileDescriptor file_;
  std::optional<ExperimentJournal> found_;
};

}  // namespace holdfast::cmd
