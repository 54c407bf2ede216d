// SPDX-License-Identifier: MIT
// Before a program is started: which file it is, and how orders can reach it. What cannot be
// protected is refused here, with the reason and what to do, instead of being run unprotected.
#pragma once

#include <string>

#include "base/result.h"
#include "core/run_report.h"

namespace holdfast::cmd {

/// How a program is to be run.
struct ProgramCheck {
  std::string path;
  RunRoute route = RunRoute::kPreload;
  std::string why;  ///< kAttach: why nothing can be loaded into it.
};

/// `word`: a path, or a name that PATH finds. Errors: kUnavailable when there is no such program,
/// or when it cannot be protected by this user.
Result<ProgramCheck> check_program(const std::string& word);

/// The library that is loaded into programs, beside this program's own files. Errors: kUnavailable.
Result<std::string> find_preload();

}  // namespace holdfast::cmd
