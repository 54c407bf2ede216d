// SPDX-License-Identifier: MIT
// Packs what is sent. In a file of its own, so that zlib comes only to those who ask for it:
// libholdfast sends plain text rather than bring a library into somebody's audio program.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace holdfast::reporter {

/// `text` in the format of gzip; nothing when zlib refuses.
std::optional<std::string> gzip_text(std::string_view text);

}  // namespace holdfast::reporter
