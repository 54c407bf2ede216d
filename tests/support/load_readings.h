// SPDX-License-Identifier: MIT
// Readings of a machine whose load is known, for tests: processors with 2 s of time in each second,
// memory of 1000 bytes.
#pragma once

#include "rt/record.h"

namespace holdfast::test {

inline constexpr int64_t kAllMemory = 1000;

inline MemoryRecord memory_used(Nanos at, int percent) {
  MemoryRecord record;
  record.head = {RecordKind::kMemory, 0, 0, at.count};
  record.available_bytes = kAllMemory - percent * kAllMemory / 100;
  return record;
}

/// `busy` since the machine started.
inline ProcessorsRecord processors_used(Nanos at, Nanos busy) {
  ProcessorsRecord record;
  record.head = {RecordKind::kProcessors, 0, 0, at.count};
  record.busy_ns = busy.count;
  record.idle_ns = (at * 2 - busy).count;
  record.iowait_ns = 0;
  record.steal_ns = 0;
  return record;
}

}  // namespace holdfast::test
