// SPDX-License-Identifier: MIT
// A result that goes into a file: whole, or not at all.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::cmd {

/// Writes `text` into a draft beside `path` and puts that in its place, so that whoever looks finds
/// the old file or the new one. Pipes and devices are written to directly. Errors: what the system
/// says; the draft is taken away again.
Result<> write_result(const std::string& path, std::string_view text);

/// The same into a new file that only its owner may read: what is there already is never replaced,
/// whenever it came. Errors: as write_result(), and kUsage when there is one.
Result<> write_private_result(const std::string& path, std::string_view text);

/// Whether that could succeed, as far as can be told before there is anything to write: for results
/// that take minutes. Errors: as write_result().
Result<> check_result(const std::string& path);

}  // namespace holdfast::cmd
