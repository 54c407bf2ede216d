// SPDX-License-Identifier: MIT
#include "report/html_text.h"

#include "report/printable.h"

namespace holdfast {

std::string html_text(std::string_view text) {
  std::string html;
  for (const char byte : printable(text)) {
    switch (byte) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += byte;
    }
  }
  return html;
}

std::string script_json(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  // Outside of strings JSON has no '<'; inside of them, this is how to write one.
  for (const char byte : json) byte == '<' ? safe += "\\u003c" : safe += byte;
  return safe;
}

}  // namespace holdfast
