// SPDX-License-Identifier: MIT
#include "probe/quiet_thread_linux.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace holdfast::probe {
namespace {

constexpr size_t kStackBytes = size_t{64} * 1024;
/// For programs whose thread-local storage leaves no room in the small one (sanitizers).
constexpr size_t kLargeStackBytes = size_t{4} * 1024 * 1024;

}  // namespace

Result<> QuietThread::start(const char* name, Body body, void* context) {
  name_ = name;
  body_ = body;
  context_ = context;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // the new thread inherits it
  int refused = create(kStackBytes);
  if (refused == EINVAL) refused = create(kLargeStackBytes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (refused != 0) return system_error("cannot create a thread", refused).in(name);
  is_created_ = true;
  id_.wait(0);
  return Done{};
}

int QuietThread::create(size_t stack_bytes) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  const int refused = pthread_create(&thread_, &attributes, &QuietThread::enter, this);
  pthread_attr_destroy(&attributes);
  return refused;
}

void* QuietThread::enter(void* self) {
  auto* thread = static_cast<QuietThread*>(self);
  pthread_setname_np(pthread_self(), thread->name_);
  thread->id_ = static_cast<pid_t>(syscall(SYS_gettid));
  thread->id_.notify_one();
  thread->body_(thread->context_);
  return nullptr;
}

void QuietThread::join() {
  if (!is_created_) return;
  pthread_join(thread_, nullptr);
  is_created_ = false;
}

MemoryRange QuietThread::stack(const char* name) const {
  MemoryRange stack = {0, 0, name};
  pthread_attr_t attributes;
  if (!is_created_ || pthread_getattr_np(thread_, &attributes) != 0) return stack;
  void* begin = nullptr;
  if (pthread_attr_getstack(&attributes, &begin, &stack.size_bytes) == 0) {
    stack.begin = reinterpret_cast<uintptr_t>(begin);
  }
  pthread_attr_destroy(&attributes);
  return stack;
}

}  // namespace holdfast::probe
