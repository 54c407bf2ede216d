// SPDX-License-Identifier: MIT
// How much a file can still grow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace holdfast::probe {

/// Bytes that this user can still write on the file system of `path`, or of its folder as long as
/// it does not exist. Nothing where that cannot be told.
std::optional<int64_t> disk_room(const std::string& path);

}  // namespace holdfast::probe
