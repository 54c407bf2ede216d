// SPDX-License-Identifier: MIT
#include "core/row_binary.h"

namespace holdfast {

RowBinaryWriter& RowBinaryWriter::length(size_t count) {
  for (; count >= 128; count >>= 7) bytes_ += static_cast<char>(count | 128);
  bytes_ += static_cast<char>(count);
  return *this;
}

RowBinaryWriter& RowBinaryWriter::text(std::string_view value) {
  length(value.size());
  bytes_ += value;
  return *this;
}

std::string_view RowBinaryReader::take(size_t size) {
  if (size > rest_.size()) {
    is_whole_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

int64_t RowBinaryReader::number() {
  uint64_t value = 0;
  unsigned shift = 0;
  for (const char byte : take(sizeof value)) {
    value |= uint64_t{static_cast<unsigned char>(byte)} << shift;
    shift += 8;
  }
  return static_cast<int64_t>(value);
}

std::string RowBinaryReader::text() {
  uint64_t size = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::string_view byte = take(1);
    if (byte.empty() || shift > 28) {  // no text is of 2^35 bytes
      is_whole_ = false;
      return {};
    }
    const auto bits = static_cast<unsigned char>(byte.front());
    size |= uint64_t{bits & 127U} << shift;
    if (bits < 128) return std::string(take(size));
  }
}

}  // namespace holdfast
