// SPDX-License-Identifier: MIT
// Memory in whole pages of its own, so that locking it locks nothing else and nothing else's
// eviction takes it along. Every page is touched on creation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>

#include "base/memory_range.h"

namespace holdfast {

/// Zeroed, page-aligned memory for `count` objects of trivial type `T`. Not for the audio thread to
/// create; the audio thread may use what is inside. Too little memory is the new-handler's affair.
template <class T>
class PageBuffer {
 public:
  PageBuffer() = default;
  explicit PageBuffer(size_t count) : count_(count) {
    // T may be a pointer. NOLINTNEXTLINE(bugprone-sizeof-expression)
    size_bytes_ = (count * sizeof(T) + kPage - 1) / kPage * kPage;
    if (size_bytes_ == 0) return;
    memory_.reset(::operator new(size_bytes_, kAlignment));
    std::memset(memory_.get(), 0, size_bytes_);
  }

  [[nodiscard]] T* data() { return static_cast<T*>(memory_.get()); }
  [[nodiscard]] std::span<T> span() { return {data(), count_}; }
  [[nodiscard]] MemoryRange range(const char* name) const {
    return {reinterpret_cast<uintptr_t>(memory_.get()), size_bytes_, name};
  }

 private:
  static constexpr size_t kPage = 4096;
  static constexpr std::align_val_t kAlignment{kPage};
  struct Free {
    void operator()(void* memory) const { ::operator delete(memory, kAlignment); }
  };
  std::unique_ptr<void, Free> memory_;
  size_t count_ = 0;
  size_t size_bytes_ = 0;
};

}  // namespace holdfast
