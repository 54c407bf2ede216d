// SPDX-License-Identifier: MIT
// Loaded into a recorder (LD_PRELOAD), ends it in the middle of a write to the head of its take: of
// write number HOLDFAST_TORN_WRITE only HOLDFAST_TORN_PERMILLE parts of a thousand reach the file,
// then comes SIGKILL. The kernel itself cuts between pages; this cuts at any byte of what is longer
// than the sizes and chunk heads, which go into the file whole or not at all.
#include <dlfcn.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace {

constexpr off_t kHeadBytes = 49152;
constexpr size_t kWholeBytes = 64;

using Write = ssize_t (*)(int, const void*, size_t, off_t);

std::atomic<long> g_writes{0};

long number_of(const char* variable) {
  const char* text = getenv(variable);
  return text == nullptr ? -1 : atol(text);
}

ssize_t write_or_end(Write write, int file, const void* bytes, size_t size, off_t offset) {
  // The first one writes the whole head, of a take that has nothing in it yet.
  const bool is_counted = offset < kHeadBytes && size < static_cast<size_t>(kHeadBytes);
  if (!is_counted || ++g_writes != number_of("HOLDFAST_TORN_WRITE")) {
    return write(file, bytes, size, offset);
  }
  const auto permille = static_cast<size_t>(number_of("HOLDFAST_TORN_PERMILLE"));
  const size_t part = size * permille / 1000;
  const size_t reached = size > kWholeBytes ? part : part * 2 < size ? 0 : size;
  if (reached > 0) write(file, bytes, reached, offset);
  kill(getpid(), SIGKILL);
  pause();
  return -1;
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) ssize_t pwrite(int file, const void* bytes, size_t size,
                                                      off_t offset) {
  static const auto next = reinterpret_cast<Write>(dlsym(RTLD_NEXT, "pwrite"));
  return write_or_end(next, file, bytes, size, offset);
}

__attribute__((visibility("default"))) ssize_t pwrite64(int file, const void* bytes, size_t size,
                                                        off_t offset) {
  return pwrite(file, bytes, size, offset);
}
}
