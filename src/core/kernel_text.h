// SPDX-License-Identifier: MIT
// What the kernel's text files are made of: lines, fields between spaces, numbers. The parsers of
// single files (proc_maps, proc_stat, ...) say what the pieces mean.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace holdfast {

/// All of `text` as a number; nothing when it is empty, has other characters, or does not fit.
/// In base 16 a leading "0x" is allowed.
template <std::integral Integer>
std::optional<Integer> parse_number(std::string_view text, int base = 10) {
  if (base == 16 && text.starts_with("0x")) text.remove_prefix(2);
  Integer number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

/// Takes pieces off the front of a text. A piece is a view into that text.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}

  /// Up to the next `delimiter`, which is dropped; all that is left when there is none.
  std::string_view take_until(char delimiter) {
    const std::string_view piece = rest_.substr(0, rest_.find(delimiter));
    rest_.remove_prefix(std::min(piece.size() + 1, rest_.size()));
    return piece;
  }
  /// The next line, without its end.
  std::string_view take_line() { return take_until('\n'); }
  /// The next field; any number of spaces and tabs stand between fields. Empty at the end.
  std::string_view take_field() {
    skip_blanks();
    const std::string_view piece = rest_.substr(0, rest_.find_first_of(" \t"));
    rest_.remove_prefix(piece.size());
    return piece;
  }
  /// What was not taken yet, without blanks in front.
  std::string_view take_rest() {
    skip_blanks();
    return rest_;
  }
  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }

 private:
  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
  }

  std::string_view rest_;
};

}  // namespace holdfast
