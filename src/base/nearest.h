// SPDX-License-Identifier: MIT
// For "there is no X; did you mean Y": the name that needs the fewest changes.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace holdfast {

/// The one of `names` that is nearest to `word`: fewest letters inserted, removed or replaced, case
/// not counted; the first of several. Empty when there are no names.
std::string nearest(std::string_view word, std::span<const std::string> names);

}  // namespace holdfast
