// SPDX-License-Identifier: MIT
#include "session/disk_pacer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace holdfast::session {
namespace {

/// The head is patched again and again, and what was filled in late lies shortly before the end.
constexpr int64_t kKeptBytes = int64_t{1} << 20;

}  // namespace

void DiskPacer::start() {
  thread_ = std::thread([this] { run(); });
}

void DiskPacer::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void DiskPacer::follow(int descriptor) {
  const std::lock_guard lock(mutex_);
  next_ = probe::FileDescriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
}

std::optional<Error> DiskPacer::failure() {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void DiskPacer::run() {
  probe::FileDescriptor current;
  int steps = 0;
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    wake_.wait_for(lock, std::chrono::nanoseconds(kStep.count), [this] { return is_stopping_; });
    probe::FileDescriptor next = std::exchange(next_, probe::FileDescriptor());
    lock.unlock();
    const bool changes = next.number() >= 0;
    if (current.number() >= 0) step(current.number(), ++steps % kStepsPerSync == 0 || changes);
    if (changes) {
      current = std::move(next);
      dropped_to_ = 0;
    }
    lock.lock();
  }
}

void DiskPacer::step(int descriptor, bool syncs) {
  struct stat status = {};
  if (fstat(descriptor, &status) != 0) return;
  const int64_t end = status.st_size - kKeptBytes;
  int failed = 0;
  if (syncs && fdatasync(descriptor) != 0) failed = errno;
  if (end > dropped_to_) {
    const int64_t size = end - dropped_to_;
    constexpr unsigned kAll =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    // Some file systems cannot; fdatasync does the work there.
    if (sync_file_range(descriptor, dropped_to_, size, kAll) != 0 && errno == EIO) failed = EIO;
    posix_fadvise(descriptor, dropped_to_, size, POSIX_FADV_DONTNEED);
    dropped_to_ = end;
  }
  // EINVAL: the file is on something that cannot be synced. Nothing more can be done there.
  if (failed == 0 || failed == EINVAL) return;
  const std::lock_guard lock(mutex_);
  failure_ = system_error("the disk failed to keep what was written", failed);
}

}  // namespace holdfast::session
