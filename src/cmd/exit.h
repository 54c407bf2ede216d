// SPDX-License-Identifier: MIT
// How a program of this project ends: the exit codes of the contract, errors as one line on
// stderr, and a closed stdout (`| head`) as an ordinary end. Used by every program.
#pragma once

#include "base/result.h"

namespace holdfast::cmd {

enum ExitCode : int {
  kHolds = 0,           ///< No glitch; the check holds.
  kGlitches = 1,        ///< Glitches found; the check does not hold.
  kUsage = 2,           ///< Bad arguments.
  kUnavailable = 3,     ///< This machine or user cannot do it.
  kNotTrustworthy = 4,  ///< The result exists, but the program could not keep itself clean.
};

/// Prints "program: what" on stderr and returns the exit code for the kind of error.
int fail(const char* program, const Error& error);

/// Ctrl-C and SIGTERM set a flag instead of killing; the second one kills. SIGPIPE and
/// SIGXFSZ are ignored, so that a write to a closed pipe or beyond a limit fails and the program
/// can end in order.
void catch_stop_signals();

/// True once a stop was asked for, by signal or by request_stop(). Any thread.
bool stop_requested();
void request_stop();

/// Sleeps up to `milliseconds`, or until a stop is asked for.
void wait_for_stop(int milliseconds);

}  // namespace holdfast::cmd
