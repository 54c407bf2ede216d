// SPDX-License-Identifier: MIT
// For now a thread that wakes every 333 us, as an audio thread with 16 frames at 48 kHz does, and
// uses its stack; the virtual device takes its place.
#include "cmd/own_audio_thread.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace holdfast::cmd {

struct OwnAudioThread::Running {
  pthread_t thread = {};
  std::atomic<pid_t> id{0};
  std::atomic<bool> is_ending{false};
  MemoryRange stack;
};

namespace {

template <class Running>
void* run_audio(void* context) {
  constexpr timespec kPeriod = {0, 333'333};
  auto* const running = static_cast<Running*>(context);
  running->id.store(gettid());
  while (!running->is_ending.load()) {
    volatile char used[6000] = {};
    static_cast<void>(used[0]);
    clock_nanosleep(CLOCK_MONOTONIC, 0, &kPeriod, nullptr);
  }
  return nullptr;
}

MemoryRange stack_of(pthread_t thread) {
  pthread_attr_t attributes;
  void* begin = nullptr;
  size_t size_bytes = 0;
  pthread_getattr_np(thread, &attributes);
  pthread_attr_getstack(&attributes, &begin, &size_bytes);
  pthread_attr_destroy(&attributes);
  return {reinterpret_cast<uintptr_t>(begin), size_bytes, "audio thread's stack"};
}

}  // namespace

OwnAudioThread::OwnAudioThread(std::unique_ptr<Running> running) : running_(std::move(running)) {}
OwnAudioThread::OwnAudioThread(OwnAudioThread&&) noexcept = default;

OwnAudioThread::~OwnAudioThread() {
  if (running_ == nullptr) return;
  running_->is_ending.store(true);
  pthread_join(running_->thread, nullptr);
}

pid_t OwnAudioThread::id() const {
  return running_->id.load();
}
MemoryRange OwnAudioThread::stack() const {
  return running_->stack;
}

Result<OwnAudioThread> start_own_audio_thread() {
  using Running = OwnAudioThread::Running;
  auto running = std::make_unique<Running>();
  const int refused = pthread_create(&running->thread, nullptr, run_audio<Running>, running.get());
  if (refused != 0) return system_error("cannot create the audio thread", refused);
  pthread_setname_np(running->thread, "audio");
  running->stack = stack_of(running->thread);
  while (running->id.load() == 0) usleep(100);
  return OwnAudioThread(std::move(running));
}

}  // namespace holdfast::cmd
