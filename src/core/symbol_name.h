// SPDX-License-Identifier: MIT
// Names of symbols as a person wants to read them.
#pragma once

#include <string>
#include <string_view>

namespace holdfast {

/// Of a demangled C++ name what stands before its parameters: "Biquad::process" for
/// "Biquad::process(float*, int) const". What is no function comes back as it is.
std::string_view without_parameters(std::string_view demangled);

/// `name` for one line of text: control characters become '?', and a very long one ends in "...".
std::string in_one_line(std::string_view name);

}  // namespace holdfast
