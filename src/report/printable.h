// SPDX-License-Identifier: MIT
// What may reach a terminal. Names of threads, files and symbols are whatever bytes somebody chose;
// some of these make a terminal do things.
#pragma once

#include <string>
#include <string_view>

namespace holdfast {

/// `text` with a '?' for each control character but line break and tab: those of ASCII, and the C1
/// ones in UTF-8 (U+0080 to U+009F).
std::string printable(std::string_view text);

}  // namespace holdfast
