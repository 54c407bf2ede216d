// SPDX-License-Identifier: MIT
// What the user wants done at a glitch: a command line of the shell. One runs at a time, so that a
// thousand glitches start no thousand programs; those that come meanwhile are told to the next one
// as a number.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "core/glitch.h"

namespace holdfast::cmd {

/// One thread.
class GlitchCommand {
 public:
  /// `command`: for /bin/sh; empty: nothing is ever done. `file`: of the take.
  GlitchCommand(std::string command, std::string file)
      : command_(std::move(command)), file_(std::move(file)) {}

  /// Starts the command, with HOLDFAST_INDEX, _POSITION_FRAMES, _MISSING_FRAMES, _CAUSE, _TEXT,
  /// _FILE and _MORE (glitches since the one told before) in its environment; or, while one runs,
  /// remembers this one.
  void tell(const Glitch& glitch, const std::string& text);

  /// Has it ended? Then what was remembered is told. Call it now and then.
  void poll();

  /// Waits up to two seconds for the command that runs; then asks it to end.
  void finish();

  /// How often it could not be started, or ended with an error.
  [[nodiscard]] int64_t failures() const { return failures_; }

 private:
  void start();
  [[nodiscard]] std::vector<std::string> environment() const;

  std::string command_;
  std::string file_;
  pid_t pid_ = 0;  ///< Of the one that runs; 0: none.
  std::optional<Glitch> waiting_;
  std::string text_;
  int64_t more_ = 0;
  int64_t failures_ = 0;
};

}  // namespace holdfast::cmd
