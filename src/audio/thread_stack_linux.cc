// SPDX-License-Identifier: MIT
#include "audio/thread_stack_linux.h"

#include <pthread.h>

namespace holdfast::audio {

MemoryRange own_stack() {
  pthread_attr_t attributes;
  void* begin = nullptr;
  size_t size_bytes = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
  pthread_attr_getstack(&attributes, &begin, &size_bytes);
  pthread_attr_destroy(&attributes);
  return {reinterpret_cast<uintptr_t>(begin), size_bytes, "audio thread's stack"};
}

}  // namespace holdfast::audio
