// SPDX-License-Identifier: MIT
// Which processes a process has started.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace holdfast::probe {

/// `pid`, its children, theirs, and so on, as far as the kernel tells (CONFIG_PROC_CHILDREN). Those
/// whose parent has ended are not found. Any user.
std::vector<pid_t> read_descendants(pid_t pid, const std::string& root = "/proc");

}  // namespace holdfast::probe
