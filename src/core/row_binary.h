// SPDX-License-Identifier: MIT
// ClickHouse's RowBinary format: values one after the other, without names, types or escapes, so
// that what is written and what is read must agree on them beforehand. Text from strangers passes
// through it without ever being part of a statement.
// https://clickhouse.com/docs/interfaces/formats/RowBinary
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

/// Appends values to rows. The type given is the type of the column.
class RowBinaryWriter {
 public:
  /// UInt8 to UInt64, Int8 to Int64.
  template <std::integral Integer>
  RowBinaryWriter& number(Integer value) {
    for (size_t i = 0; i < sizeof(Integer); i++) {
      bytes_ += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i));
    }
    return *this;
  }
  /// String.
  RowBinaryWriter& text(std::string_view value);
  /// The length of an Array, whose elements follow.
  RowBinaryWriter& length(size_t count);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads rows of Int64 and String. What lies beyond the end is 0 and "", and is_whole() false.
class RowBinaryReader {
 public:
  /// `bytes` must stay.
  explicit RowBinaryReader(std::string_view bytes) : rest_(bytes) {}

  int64_t number();
  std::string text();

  /// True while there is another row and nothing was missing so far.
  [[nodiscard]] bool has_more() const { return is_whole_ && !rest_.empty(); }
  [[nodiscard]] bool is_whole() const { return is_whole_; }

 private:
  std::string_view take(size_t size);

  std::string_view rest_;
  bool is_whole_ = true;
};

}  // namespace holdfast
