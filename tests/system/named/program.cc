// SPDX-License-Identifier: MIT
// Prints where its named things are, one line each, and waits until its input closes. It also has
// an audio thread with a stack, and shared memory.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "tests/system/named/library.h"

namespace {

float program_state[4096];  // .bss
float program_table[4096] = {1.0F};
volatile float sink;

[[gnu::noinline]] void render() {
  sink = sink + program_state[1] + program_table[1] + named::Filter().process(sink);
}

void print(const char* what, const void* begin, unsigned offset) {
  std::printf("%lx %s\n", reinterpret_cast<unsigned long>(begin) + offset, what);
}

void run_audio_thread() {
  pthread_setname_np(pthread_self(), "audio");
  int on_stack = 0;
  std::printf("%ld audio thread\n", syscall(SYS_gettid));
  print("thread stack", &on_stack, 0);
  std::fflush(stdout);
  while (std::getchar() != EOF) render();
}

}  // namespace

int main() {
  int on_stack = 0;
  void* const heap = std::malloc(100);
  void* const shared =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (const named::Place& place : named::places_in_library()) {
    print(place.what, place.begin, place.offset);
  }
  print("program function", reinterpret_cast<void*>(&render), 3);
  print("program bss", program_state, 0x3000);
  print("program data", program_table, 0x2000);
  print("main stack", &on_stack, 0);
  print("heap", heap, 0);
  print("shared memory", shared, 8);
  std::thread(run_audio_thread).join();
  std::free(heap);
}
