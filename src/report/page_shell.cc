// SPDX-License-Identifier: MIT
#include "report/page_shell.h"

#include "report/html_text.h"

// In page_shell.S, where names are C's.
extern "C" const char hf_page_shell_begin[];  // NOLINT(readability-identifier-naming)
extern "C" const char hf_page_shell_end[];    // NOLINT(readability-identifier-naming)

namespace holdfast {

std::string_view page_shell() {
  return {hf_page_shell_begin, static_cast<size_t>(hf_page_shell_end - hf_page_shell_begin)};
}

std::string page_html(const PageParts& parts) {
  const std::string_view shell = page_shell();
  std::string html;
  html.reserve(shell.size() + parts.body.size() + parts.json.size() + parts.json.size() / 8);
  size_t begin = 0;
  // In the order of the shell, each once: what a part holds is never searched for places.
  const auto fill = [&](std::string_view place, const std::string& text) {
    const size_t found = shell.find(place, begin);
    html += shell.substr(begin, found - begin);
    html += text;
    begin = found + place.size();
  };
  fill("{{title}}", html_text(parts.title));
  fill("{{body}}", parts.body);
  fill("{{json}}", script_json(parts.json));
  html += shell.substr(begin);
  return html;
}

}  // namespace holdfast
