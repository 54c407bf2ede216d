// SPDX-License-Identifier: MIT
// JSON as RFC 8259 wants it. Valid UTF-8 passes through unescaped; the decoding table is the one of
// Unicode 15, table 3-7 (no overlong forms, no surrogates, nothing above U+10FFFF).
#include "report/json_writer.h"

#include <cmath>
#include <utility>

namespace holdfast {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_between(char byte, unsigned char low, unsigned char high) {
  const auto value = static_cast<unsigned char>(byte);
  return value >= low && value <= high;
}

/// The lowest and highest second byte that may follow `lead` (table 3-7).
struct SecondByte {
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

SecondByte second_byte_after(char lead) {
  switch (static_cast<unsigned char>(lead)) {
    case 0xE0:
      return {0xA0, 0xBF};
    case 0xED:
      return {0x80, 0x9F};
    case 0xF0:
      return {0x90, 0xBF};
    case 0xF4:
      return {0x80, 0x8F};
    default:
      return {};
  }
}

size_t length_by_lead(char lead) {
  if (is_between(lead, 0x00, 0x7F)) return 1;
  if (is_between(lead, 0xC2, 0xDF)) return 2;
  if (is_between(lead, 0xE0, 0xEF)) return 3;
  if (is_between(lead, 0xF0, 0xF4)) return 4;
  return 0;
}

/// Bytes of the valid UTF-8 sequence at the front of `text` (not empty); 0 when there is none.
size_t valid_length(std::string_view text) {
  const size_t length = length_by_lead(text[0]);
  if (length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    const SecondByte range = i == 1 ? second_byte_after(text[0]) : SecondByte{};
    if (!is_between(text[i], range.low, range.high)) return 0;
  }
  return length;
}

void append_escaped(std::string& out, char byte) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (value >= 0x20) {
    out += byte;
    return;
  }
  out += "\\u00";
  out += kHex[value >> 4];
  out += kHex[value & 15];
}

}  // namespace

void JsonWriter::begin_object(std::string_view name) {
  key(name);
  open('{');
}

void JsonWriter::begin_array(std::string_view name) {
  key(name);
  open('[');
}

void JsonWriter::null_field(std::string_view name) {
  key(name);
  text_ += "null";
}

void JsonWriter::json_field(std::string_view name, std::string_view json) {
  key(name);
  text_ += json;
}

void JsonWriter::json_value(std::string_view json) {
  separate();
  text_ += json;
}

void JsonWriter::value(std::string_view content) {
  separate();
  quote(content);
}

void JsonWriter::value(bool content) {
  separate();
  text_ += content ? "true" : "false";
}

void JsonWriter::value(double content) {
  separate();
  if (!std::isfinite(content)) {
    text_ += "null";
    return;
  }
  char digits[32];
  text_.append(digits, std::to_chars(digits, digits + sizeof digits, content).ptr);
}

void JsonWriter::separate() {
  // A string ends in a quote, so these characters at the end are always structure.
  constexpr std::string_view kNothingDue = "{[:";
  if (!text_.empty() && kNothingDue.find(text_.back()) == std::string_view::npos) text_ += ',';
}

void JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
}

void JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  text_ += ':';
}

void JsonWriter::quote(std::string_view content) {
  text_ += '"';
  while (!content.empty()) {
    const size_t length = valid_length(content);
    if (length == 0) text_ += kReplacement;
    if (length == 1) append_escaped(text_, content[0]);
    if (length > 1) text_ += content.substr(0, length);
    content.remove_prefix(length == 0 ? 1 : length);
  }
  text_ += '"';
}

JsonWriter begin_line(std::string_view schema) {
  JsonWriter json;
  json.begin_object();
  json.field("schema", schema);
  return json;
}

JsonWriter begin_line(std::string_view schema, std::string_view event) {
  JsonWriter json = begin_line(schema);
  json.field("event", event);
  return json;
}

std::string end_line(JsonWriter json) {
  json.end_object();
  return std::move(json).text();
}

}  // namespace holdfast
