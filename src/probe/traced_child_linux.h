// SPDX-License-Identifier: MIT
// A child that waits to be traced, installs the filter of probe/call_filter and becomes a program.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "probe/file_descriptor.h"

namespace holdfast::probe {

/// The parent's view of it.
struct TracedChild {
  pid_t pid = 0;
  FileDescriptor go;      ///< Closed, it begins.
  FileDescriptor report;  ///< See read_report().
};

/// How far it came; 0 where nothing went wrong.
struct TracedChildReport {
  int filter_errno = 0;  ///< The filter was refused; it runs without.
  int exec_errno = 0;    ///< It could not become the program, and has ended.
};

/// `mask`: the signals that the program shall have blocked. The caller has one thread only, since
/// the child looks up the program in PATH before it becomes it.
Result<TracedChild> fork_traced_child(const std::vector<std::string>& command,
                                      const sigset_t& mask);

/// Once it has become the program, or has ended.
TracedChildReport read_report(const FileDescriptor& report);

/// The file of the program that `pid` runs is setuid, setgid or has capabilities: who may gain no
/// rights runs it without them.
bool has_rights_of_its_own(pid_t pid);

}  // namespace holdfast::probe
