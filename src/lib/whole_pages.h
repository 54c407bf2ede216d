// SPDX-License-Identifier: MIT
// Memory of objects that the audio thread touches and that are to be locked: whole pages of their
// own, so that nothing else is locked with them.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>

namespace holdfast::lib {

inline constexpr size_t kPageBytes = 4096;

/// `size_bytes` in whole pages.
constexpr size_t whole_pages(size_t size_bytes) {
  return (size_bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

/// Zeros; every page is there. Throws std::bad_alloc. Not RT safe.
inline std::byte* allocate_pages(size_t size_bytes) {
  void* const memory = ::operator new (size_bytes, std::align_val_t{kPageBytes});
  std::memset(memory, 0, size_bytes);
  return static_cast<std::byte*>(memory);
}

/// What allocate_pages() gave; the object in it is destroyed already.
inline void free_pages(void* memory) {
  ::operator delete (memory, std::align_val_t{kPageBytes});
}

}  // namespace holdfast::lib
