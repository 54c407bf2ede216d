// SPDX-License-Identifier: MIT
// Reads the kernel's log, from the oldest message that it still holds.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "core/kernel_log.h"

namespace holdfast::probe {

/// All messages up to now; does not wait for more. Errors: kUnavailable where this user may not
/// (kernel.dmesg_restrict), or this machine has none.
Result<std::vector<KernelMessage>> read_kernel_log(const std::string& path = "/dev/kmsg");

}  // namespace holdfast::probe
