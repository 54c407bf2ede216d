// SPDX-License-Identifier: MIT
// A named piece of address space: what gets locked, evicted, or asked about.
#pragma once

#include <cstddef>
#include <cstdint>

namespace holdfast {

/// `size_bytes` bytes from `begin`. Owns nothing; `name` points to a string literal.
struct MemoryRange {
  uintptr_t begin = 0;
  size_t size_bytes = 0;
  const char* name = "";

  [[nodiscard]] constexpr uintptr_t end() const { return begin + size_bytes; }
};

/// The range that holds `object`.
template <class T>
MemoryRange range_of(const T& object, const char* name) {
  return {reinterpret_cast<uintptr_t>(&object), sizeof(T), name};
}

}  // namespace holdfast
