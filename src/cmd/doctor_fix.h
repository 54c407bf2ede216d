// SPDX-License-Identifier: MIT
// `holdfast doctor --fix`: shows to the byte what it would change, asks, does it, and tells the way
// back.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cmd/output.h"

namespace holdfast::cmd {

/// Carries out the remedies of these names. `is_agreed`: do not ask. The exit code. Errors: kUsage
/// for names that are not known, when nobody can be asked, and when the answer is no; kUnavailable
/// for who is not root, and for what the kernel or a file of somebody else forbids.
Result<int> carry_out_remedies(const std::vector<std::string>& names, bool is_agreed,
                               Output& output);

}  // namespace holdfast::cmd
