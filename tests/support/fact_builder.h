// SPDX-License-Identifier: MIT
// Facts about a thread's time, for tests: all of thread 7, times in microseconds.
#pragma once

#include "rt/record.h"

namespace holdfast::test {

inline constexpr uint32_t kThread = 7;
inline constexpr int64_t kMicro = 1000;

inline Record fault(int64_t begin_us, int64_t end_us, uint16_t flags = kFaultIsMajor,
                    uint64_t address = 0x1000) {
  FaultRecord record;
  record.head = {RecordKind::kFault, flags, 0, begin_us * kMicro};
  record.end_ns = end_us * kMicro;
  record.address = address;
  record.thread = kThread;
  return record_cast<Record>(record);
}

inline Record off_cpu(int64_t begin_us, int64_t end_us, uint16_t flags = 0, uint32_t instead = 0,
                      int64_t instead_since_us = 0) {
  OffCpuRecord record;
  record.head = {RecordKind::kOffCpu, flags, 0, begin_us * kMicro};
  record.end_ns = end_us * kMicro;
  record.thread = kThread;
  record.instead = instead;
  record.instead_since_ns = instead_since_us * kMicro;
  return record_cast<Record>(record);
}

inline CallbackRecord callback(int64_t begin_us, int64_t end_us) {
  CallbackRecord record;
  record.head = {RecordKind::kCallback, 0, 0, begin_us * kMicro};
  record.end_ns = end_us * kMicro;
  return record;
}

inline Record thread_use(int64_t at_us, int64_t cpu_us, int64_t run_delay_us, int64_t major = 0,
                         int64_t minor = 0, char state = 'S') {
  ThreadUseRecord record;
  record.head = {RecordKind::kThreadUse, static_cast<uint16_t>(state), 0, at_us * kMicro};
  record.cpu_ns = cpu_us * kMicro;
  record.run_delay_ns = run_delay_us * kMicro;
  record.major = major;
  record.minor = minor;
  record.thread = kThread;
  return record_cast<Record>(record);
}

inline Record pause(int64_t begin_us, int64_t end_us, uint16_t flags = kPauseIsHost) {
  PauseRecord record;
  record.head = {RecordKind::kPause, flags, 0, begin_us * kMicro};
  record.end_ns = end_us * kMicro;
  return record_cast<Record>(record);
}

inline Record lost(int64_t begin_us, int64_t end_us) {
  LostRecord record;
  record.head = {RecordKind::kLost, 0, 0, begin_us * kMicro};
  record.end_ns = end_us * kMicro;
  record.facts = 1;
  return record_cast<Record>(record);
}

/// Of 16 frames.
inline Record block(int64_t position, int64_t due_us, int64_t woke_us) {
  BlockRecord record;
  record.head = {RecordKind::kBlock, 0, 0, woke_us * kMicro};
  record.position_frames = position;
  record.frames = 16;
  record.due_ns = due_us * kMicro;
  return record_cast<Record>(record);
}

}  // namespace holdfast::test
