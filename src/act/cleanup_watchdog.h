// SPDX-License-Identifier: MIT
// Nothing stays behind, however the program ends. A small process of its own waits on a pipe that
// closes when its owner ends, SIGKILL included; then it performs the undo steps of the owner's
// journal. Should the watchdog be killed as well, the next start finds the journal and performs it.
//
// The journal file is locked with flock() as long as its owner or somebody cleaning up lives: an
// unlocked journal is a left-over. So no pid is ever stored, and none can be mistaken.
#pragma once

#include <sys/types.h>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "core/undo_journal.h"

namespace holdfast::act {

/// The owner's end of a watchdog. Movable; the destructor cleans up.
class CleanupWatchdog {
 public:
  /// Cleans up after crashed runs, then starts a watchdog. Call it while the process has one
  /// thread, and before it enters the cgroup that will be pressed: the watchdog stays where it was
  /// born. It has its own session and ignores SIGINT, SIGTERM and SIGHUP.
  static Result<CleanupWatchdog> start();

  CleanupWatchdog(CleanupWatchdog&& other) noexcept;
  CleanupWatchdog& operator=(CleanupWatchdog&&) = delete;
  ~CleanupWatchdog();

  /// Notes what is about to be made. Must be called before it is made.
  Result<> promise_undo(const Undo& undo);

  /// Where this user's short-lived files belong; see state_directory.h.
  [[nodiscard]] const std::string& state_directory() const { return state_directory_; }

  /// Lets the watchdog clean up now and waits for it. The owner must have left the promised
  /// cgroups, or it is killed with the rest. Errors: what is left; the next start will try again.
  Result<> finish();

 private:
  CleanupWatchdog(std::string state_directory, std::string journal_path);
  Result<> open_journal();
  Result<> fork_watchdog();

  std::string state_directory_;
  std::string journal_path_;
  int journal_file_ = -1;
  int pipe_write_end_ = -1;
  pid_t watchdog_ = -1;
};

/// Performs the journals of runs that ended without cleaning up. Returns what was taken away.
std::vector<Undo> clean_up_left_overs(const std::string& state_directory);

}  // namespace holdfast::act
