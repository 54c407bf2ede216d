// SPDX-License-Identifier: MIT
// Unpacks what came compressed, as far as it is sane: a kilobyte that unpacks to a gigabyte is an
// attack.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::fleet {

/// What a body may unpack to.
struct GzipLimits {
  size_t most_bytes = 1 << 20;
  size_t largest_ratio = 20;
  /// Below this the ratio does not matter: reports of clean sessions resemble each other much.
  size_t harmless_bytes = 256 << 10;
};

/// The content of one gzip stream (RFC 1952). Errors: kUsage for anything else, cut or too large.
Result<std::string> unpack_gzip(std::string_view packed, const GzipLimits& limits = {});

}  // namespace holdfast::fleet
