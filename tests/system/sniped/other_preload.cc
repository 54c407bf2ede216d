// SPDX-License-Identifier: MIT
// A library as other people preload it: it stands in for pthread_create, too, and notes each call
// in the file that OTHER_PRELOAD_NOTES names.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdlib>

using CreateThread = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

namespace {

void note() {
  const char* const path = std::getenv("OTHER_PRELOAD_NOTES");
  if (path == nullptr) return;
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  static_cast<void>(!write(file, "pthread_create\n", 15));
  close(file);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int pthread_create(
    pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
    void* context) noexcept {
  note();
  const auto real = reinterpret_cast<CreateThread>(dlsym(RTLD_NEXT, "pthread_create"));
  return real(thread, attributes, body, context);
}
