// SPDX-License-Identifier: MIT
// How a program of this project ends: the exit codes of the contract, errors as one line on
// stderr, and a closed stdout (`| head`) as an ordinary end. Used by every program.
#pragma once

#include <string_view>

#include "base/result.h"

namespace holdfast::cmd {

enum ExitCode : int {
  kHolds = 0,           ///< No glitch; the check holds.
  kGlitches = 1,        ///< Glitches found; the check does not hold.
  kUsage = 2,           ///< Bad arguments.
  kUnavailable = 3,     ///< This machine or user cannot do it.
  kNotTrustworthy = 4,  ///< The result exists, but the program could not keep itself clean.
};

/// Prints "program: what" on stderr, in one line, and returns the exit code for the kind of error.
int fail(const char* program, const Error& error);

/// What every program does first. Descriptors 0 to 2 that are closed are filled in, so that no file
/// of ours becomes stdout. Ctrl-C, SIGTERM and SIGHUP set a flag instead of killing; the second one
/// kills. SIGPIPE and SIGXFSZ are ignored, so that a write to a closed pipe or beyond a limit fails
/// and the program can end in order. Too little memory ends it with one line and kUnavailable.
void begin_program();

/// Writes all of `text` to stdout, however long its reader takes. 0, or the errno.
int write_stdout(std::string_view text);

/// Writes `text`, such as a --help text, to stdout; the exit code of a program that does only that.
int print_and_end(const char* program, std::string_view text);

/// True once a stop was asked for, by signal or by request_stop(). Any thread.
bool stop_requested();
void request_stop();

/// Sleeps up to `milliseconds`, or until a stop is asked for. When the reader of stdout has left
/// (`| head`), that is asking for a stop.
void wait_for_stop(int milliseconds);

}  // namespace holdfast::cmd
