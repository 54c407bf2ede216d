// SPDX-License-Identifier: MIT
// A swap file for the length of a run. Data and stack pages can only leave memory when there is
// swap; a machine without it shows half of the problem.
#pragma once

#include <cstdint>
#include <string>

#include "act/cleanup_watchdog.h"
#include "base/result.h"

namespace holdfast::act {

/// Makes the file `path` with `size_bytes` (whole pages) and switches it on, behind all swap that
/// the machine already has. Promise its undo to the watchdog first. Errors, all before anything is
/// made: kUnavailable when not root, on a file system that cannot swap (tmpfs, overlay, btrfs ...),
/// or when less than 1 GiB or 10 % of the disk would stay free.
Result<> make_temp_swap(const std::string& path, int64_t size_bytes);

/// The same with a new name in the watchdog's state directory, promised to the watchdog first: it
/// goes when the run ends, however that is. What demonstrations, experiments and tests call.
Result<> provide_temp_swap(CleanupWatchdog& watchdog, int64_t size_bytes);

}  // namespace holdfast::act
