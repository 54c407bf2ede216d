// SPDX-License-Identifier: MIT
// Numbers as the bytes of a little-endian file, whatever machine writes or reads it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace holdfast {

using Bytes = std::vector<std::byte>;

/// Appends the lowest `size` bytes of `value`, lowest first.
inline void put_little(Bytes& out, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; i++) out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

/// Appends `text` as it is.
inline void put_text(Bytes& out, std::string_view text) {
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
}

/// `text`, cut or filled up with zeros to `size` bytes.
inline void put_field(Bytes& out, std::string_view text, size_t size) {
  put_text(out, text.substr(0, size));
  if (text.size() < size) out.resize(out.size() + size - text.size());
}

/// The number in `size` bytes from `at`, lowest first; bytes beyond the end count as 0.
inline uint64_t get_little(std::span<const std::byte> bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size && at + i < bytes.size(); i++) {
    value |= std::to_integer<uint64_t>(bytes[at + i]) << (8 * i);
  }
  return value;
}

}  // namespace holdfast
