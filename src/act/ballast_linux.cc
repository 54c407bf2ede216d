// SPDX-License-Identifier: MIT
#include "act/ballast.h"

#include <sys/mman.h>

#include <cerrno>

namespace holdfast::act {

Ballast::~Ballast() {
  while (!steps_.empty()) shrink();
}

int Ballast::grow() {
  constexpr auto kSize = static_cast<size_t>(kStepBytes);
  void* memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  if (mlock(memory, kSize) != 0) {
    const int lock_errno = errno;
    munmap(memory, kSize);
    return lock_errno;
  }
  steps_.push_back({reinterpret_cast<uintptr_t>(memory), kSize, "ballast"});
  return 0;
}

void Ballast::shrink() {
  if (steps_.empty()) return;
  munmap(reinterpret_cast<void*>(steps_.back().begin), steps_.back().size_bytes);
  steps_.pop_back();
}

}  // namespace holdfast::act
