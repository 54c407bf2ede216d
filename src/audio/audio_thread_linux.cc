// SPDX-License-Identifier: MIT
#include "audio/audio_thread_linux.h"

#include <alloca.h>
#include <link.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace holdfast::audio {
namespace {

constexpr size_t kGuardBytes = 4096;
/// Left alone by the prefault: frames of pthread's own start routine, already touched.
constexpr size_t kStartBytes = size_t{12} * 1024;

void futex(std::atomic<int>& word, int operation, int value) {
  syscall(SYS_futex, reinterpret_cast<int*>(&word), operation, value, nullptr, nullptr, 0);
}

int add_tls(dl_phdr_info* object, size_t, void* context) {
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const auto& header = object->dlpi_phdr[i];
    if (header.p_type == PT_TLS) *static_cast<size_t*>(context) += header.p_memsz;
  }
  return 0;
}

/// Of the program and the libraries that it was started with. sysconf does not tell.
size_t static_tls_bytes() {
  size_t tls_bytes = 0;
  dl_iterate_phdr(add_tls, &tls_bytes);
  return tls_bytes;
}

/// Thread-local storage lies at the top of the stack. Usually some hundred bytes, which the stack
/// has room for; a sanitizer's runtime has close to a megabyte.
size_t extra_bytes() {
  constexpr size_t kPage = 4096;
  constexpr size_t kLoaderPages = 32;  // glibc keeps some for libraries that come later
  const size_t tls_bytes = static_tls_bytes();
  return tls_bytes < kPage ? 0 : (tls_bytes / kPage + kLoaderPages) * kPage;
}

/// Writes to every page of the stack below the caller, and calls once what the loop will call: the
/// first clock_gettime of a thread takes a minor fault for the vvar page (kernel 6.18).
__attribute__((noinline)) void prefault() {
  constexpr size_t kBytes = AudioThread::kStackBytes - kStartBytes;
  auto* pages = static_cast<volatile unsigned char*>(alloca(kBytes));
  for (size_t i = 0; i < kBytes; i += 1024) pages[i] = 0;
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
}

}  // namespace

AudioThread::~AudioThread() {
  join();
  if (mapping_ != nullptr) munmap(mapping_, stack_bytes_ + kGuardBytes);
}

Result<> AudioThread::create(void (*body)(void*), void* context) {
  body_ = body;
  context_ = context;
  stack_bytes_ = kStackBytes + extra_bytes();
  void* mapping = mmap(nullptr, stack_bytes_ + kGuardBytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (mapping == MAP_FAILED) return system_error("cannot map the audio thread's stack", errno);
  mapping_ = static_cast<unsigned char*>(mapping);
  mprotect(mapping_, kGuardBytes, PROT_NONE);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, mapping_ + kGuardBytes, stack_bytes_);
  const int refused = pthread_create(&thread_, &attributes, &AudioThread::enter, this);
  pthread_attr_destroy(&attributes);
  if (refused != 0) return system_error("cannot create the audio thread", refused);
  is_created_ = true;
  while (id_.load() == 0) futex(gate_, FUTEX_WAIT_PRIVATE, kReleased);  // returns at once: yields
  return Done{};
}

void AudioThread::release() {
  open_gate(kReleased);
}

void AudioThread::join() {
  if (!is_created_) return;
  open_gate(kCancelled);
  pthread_join(thread_, nullptr);
  is_created_ = false;
}

MemoryRange AudioThread::stack() const {
  if (mapping_ == nullptr) return {0, 0, "audio thread's stack"};
  return {reinterpret_cast<uintptr_t>(mapping_) + kGuardBytes, stack_bytes_,
          "audio thread's stack"};
}

/// pthread_t is the address of the thread control block (glibc); x86-64 has the TLS below it, and
/// arm64 above. What alignment adds between the blocks of several libraries is left out.
MemoryRange AudioThread::thread_local_storage() const {
  const MemoryRange whole = stack();
  const auto control = static_cast<uintptr_t>(thread_);
  if (!is_created_ || control < whole.begin || control >= whole.end()) return {};
  const uintptr_t begin = control - std::min<uintptr_t>(static_tls_bytes(), control - whole.begin);
  return {begin, whole.end() - begin, "audio thread's TLS"};
}

void AudioThread::open_gate(Gate gate) {
  int parked = kParked;
  gate_.compare_exchange_strong(parked, gate);
  futex(gate_, FUTEX_WAKE_PRIVATE, 1);
}

void* AudioThread::enter(void* self) {
  auto* thread = static_cast<AudioThread*>(self);
  pthread_setname_np(pthread_self(), "audio");
  prefault();
  thread->id_.store(static_cast<pid_t>(syscall(SYS_gettid)));
  while (thread->gate_.load() == kParked) futex(thread->gate_, FUTEX_WAIT_PRIVATE, kParked);
  if (thread->gate_.load() == kReleased) thread->body_(thread->context_);
  return nullptr;
}

}  // namespace holdfast::audio
