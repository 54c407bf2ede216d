// SPDX-License-Identifier: MIT
// Text inside a page of HTML. Names of threads, files and symbols are whatever bytes somebody
// chose: on a page they are text, and never anything else.
#pragma once

#include <string>
#include <string_view>

namespace holdfast {

/// `text` for the content of an element, or for an attribute in quotes. Control characters are '?'.
std::string html_text(std::string_view text);

/// `json` for the inside of a <script> element of type application/json: the same value, without
/// the one character that could end the element.
std::string script_json(std::string_view json);

}  // namespace holdfast
