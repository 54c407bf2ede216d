// SPDX-License-Identifier: MIT
// Writes one JSON value, front to back, into a string: the form every --json line and every report
// takes. It keeps no stack: whether a comma is due follows from the last character written, and the
// caller closes what it opened. One writer per line of JSON Lines.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "base/quantity.h"

namespace holdfast {

/// Appends JSON to its own string. Names and texts may hold any bytes: control characters are
/// escaped, and each byte that is not part of valid UTF-8 becomes U+FFFD, because a mapping's path
/// or a thread's name is whatever bytes somebody chose. Not thread safe.
class JsonWriter {
 public:
  /// `name` only inside an object; without it, as an array element or as the outermost value.
  void begin_object() { open('{'); }
  void begin_object(std::string_view name);
  void end_object() { text_ += '}'; }
  void begin_array() { open('['); }
  void begin_array(std::string_view name);
  void end_array() { text_ += ']'; }

  /// A member of the open object. `value` is a string, bool, integer or double.
  template <class T>
  void field(std::string_view name, const T& content) {
    key(name);
    value(content);
  }
  /// null for what is not known.
  template <class T>
  void field(std::string_view name, const std::optional<T>& content) {
    content ? field(name, *content) : null_field(name);
  }
  /// A member that is known to be unknown.
  void null_field(std::string_view name);
  /// [low, high]; an end that is not finite is null.
  void range_field(std::string_view name, double low, double high) {
    begin_array(name);
    value(low);
    value(high);
    end_array();
  }
  /// null for an empty text.
  void text_field(std::string_view name, std::string_view text) {
    text.empty() ? null_field(name) : field(name, text);
  }

  /// A member whose value is JSON that another writer made.
  void json_field(std::string_view name, std::string_view json);
  /// The same as an element of the open array.
  void json_value(std::string_view json);

  /// An element of the open array.
  void value(std::string_view content);
  void value(const std::string& content) { value(std::string_view(content)); }
  void value(const char* content) { value(std::string_view(content)); }
  void value(bool content);
  /// The shortest digits that read back as the same double; NaN and infinities become null.
  void value(double content);
  void value(Nanos content) { value(content.count); }
  /// All digits of any integer, 64-bit ones included (JavaScript readers round those above 2^53).
  template <std::integral Integer>
  void value(Integer content) {
    char digits[24];
    separate();
    text_.append(digits, std::to_chars(digits, digits + sizeof digits, content).ptr);
  }

  /// What was written so far; complete once everything that was begun has ended.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void separate();
  void open(char bracket);
  void key(std::string_view name);
  void quote(std::string_view content);

  std::string text_;
};

/// Begins a line of JSON Lines: an object that says first what it is, "holdfast.plan/1" and, where
/// a schema has several kinds of lines, which `event`.
JsonWriter begin_line(std::string_view schema);
JsonWriter begin_line(std::string_view schema, std::string_view event);

/// Ends the object; the whole line, without its line feed.
std::string end_line(JsonWriter json);

}  // namespace holdfast
