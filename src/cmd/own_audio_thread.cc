// SPDX-License-Identifier: MIT
#include "cmd/own_audio_thread.h"

#include "cmd/protect.h"

namespace holdfast::cmd {

Result<std::unique_ptr<OwnAudioThread>> OwnAudioThread::start() {
  std::unique_ptr<OwnAudioThread> thread(new OwnAudioThread);
  HF_TRY(thread->device_.open({48000, 16, 1}, {&OwnAudioThread::on_block, thread.get()}));
  thread->stack_ = thread->device_.stack();
  thread->scheduling_ = leave_unlocked(thread->id()).scheduling;
  HF_TRY(thread->device_.start());
  return thread;
}

HF_RT_TEXT bool OwnAudioThread::on_block(void* self, Block& /*block*/, Samples /*samples*/) {
  static_cast<OwnAudioThread*>(self)->stack_address_.store(
      reinterpret_cast<uintptr_t>(__builtin_frame_address(0)), std::memory_order_relaxed);
  return true;
}

}  // namespace holdfast::cmd
