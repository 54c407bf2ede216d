// SPDX-License-Identifier: MIT
// The memory through which the kernel hands out the records of perf events. Its pages cannot be
// swapped out, and count against kernel.perf_event_mlock_kb (per user and processor), then against
// RLIMIT_MEMLOCK; they belong to the reader, not to the observed thread.
#pragma once

#include <linux/perf_event.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "probe/file_descriptor.h"

namespace holdfast::probe {

/// perf_event_open(2). No errors in words: the system's errno is in the error as it came.
Result<FileDescriptor> open_perf_event(const perf_event_attr& attributes, int tid, int processor,
                                       int group);

/// An event and the ring into which it, and others told so (PERF_EVENT_IOC_SET_OUTPUT), write. Read
/// by one thread.
class PerfRing {
 public:
  /// A ring of `pages`, a power of two; fewer where the limits do not allow that many. Errors:
  /// kUnavailable, with what to do, when they do not allow even one.
  static Result<PerfRing> open(FileDescriptor event, size_t pages);

  PerfRing(PerfRing&& other) noexcept;
  PerfRing& operator=(PerfRing&& other) noexcept;
  PerfRing(const PerfRing&) = delete;
  PerfRing& operator=(const PerfRing&) = delete;
  ~PerfRing();

  /// The descriptor of the event.
  [[nodiscard]] int event() const { return event_.number(); }
  /// The data part of the ring.
  [[nodiscard]] std::span<const uint64_t> words() const;
  /// Position of the first record that has not been released, in bytes.
  [[nodiscard]] uint64_t tail() const;
  /// Position behind the last record that is complete, in bytes.
  [[nodiscard]] uint64_t head() const;
  /// Gives the room up to `position` back to the kernel.
  void release(uint64_t position);
  /// What is mapped, control page included.
  [[nodiscard]] size_t mapped_bytes() const { return mapped_bytes_; }

 private:
  PerfRing(FileDescriptor event, perf_event_mmap_page* control, size_t mapped_bytes);

  FileDescriptor event_;
  perf_event_mmap_page* control_;
  size_t mapped_bytes_;
};

}  // namespace holdfast::probe
