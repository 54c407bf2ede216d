// SPDX-License-Identifier: MIT
// The page around a report: one file that holds its style, its script and the library that draws,
// and that fetches nothing. Its content security policy names the hashes of these three, so nothing
// else can run, whatever a trace holds.
#pragma once

#include <string>
#include <string_view>

namespace holdfast {

/// The parts of a page that differ.
struct PageParts {
  std::string title;  ///< Plain text.
  std::string body;   ///< HTML.
  std::string json;   ///< What the page shows, for its script and for other programs.
};

/// The whole file.
std::string page_html(const PageParts& parts);

/// The file with the places where the parts go; built from web/.
std::string_view page_shell();

}  // namespace holdfast
