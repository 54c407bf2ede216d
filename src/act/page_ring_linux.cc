// SPDX-License-Identifier: MIT
#include "act/page_ring.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

namespace holdfast::act {
namespace {

constexpr Nanos kWaited = kMicrosecond * 20;

Nanos now() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return Nanos(int64_t{time.tv_sec} * kSecond.count + time.tv_nsec);
}

/// Pages of a file in memory would be swapped, not dropped.
bool is_on_disk(int file) {
  struct statfs system = {};
  return fstatfs(file, &system) == 0 && system.f_type != TMPFS_MAGIC &&
         system.f_type != RAMFS_MAGIC;
}

/// A file without a name, or -1. Not every file system knows O_TMPFILE (overlay before Linux 6.1).
int nameless_file(const char* directory) {
  const int file = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
  std::string name = std::string(directory) + "/holdfast-ring-XXXXXX";
  const int named = mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) unlink(name.c_str());
  return named;
}

/// All of it one hole: reading a hole fills the page cache like any file, without reading a disk.
Result<int> make_hole(int64_t size_bytes) {
  for (const char* directory : {"/var/tmp", "/tmp"}) {
    const int file = nameless_file(directory);
    if (file < 0) continue;
    if (is_on_disk(file) && ftruncate(file, size_bytes) == 0) return file;
    close(file);
  }
  return unavailable(
      "pages of a file need a writable directory on a disk: neither /var/tmp nor /tmp is "
      "one here; use --kind anon");
}

}  // namespace

Result<PageRing> PageRing::make(RingKind kind, int64_t size_bytes) {
  size_bytes = std::max(kStepBytes, (size_bytes + kStepBytes - 1) / kStepBytes * kStepBytes);
  int file = -1;
  if (kind == RingKind::kFile) {
    HF_TRY_ASSIGN(file, make_hole(size_bytes));
  }
  const int protection = kind == RingKind::kFile ? PROT_READ : PROT_READ | PROT_WRITE;
  const int flags =
      kind == RingKind::kFile ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void* memory = mmap(nullptr, static_cast<size_t>(size_bytes), protection, flags, file, 0);
  const int map_errno = errno;
  if (file >= 0) close(file);
  if (memory == MAP_FAILED) return system_error("cannot map the pages of the load", map_errno);
  madvise(memory, static_cast<size_t>(size_bytes), MADV_NOHUGEPAGE);
  // No reading ahead (8 MiB of it in one go on some disks): each page counts for itself.
  madvise(memory, static_cast<size_t>(size_bytes), MADV_RANDOM);
  return PageRing(kind, static_cast<char*>(memory), size_bytes);
}

PageRing::PageRing(PageRing&& other) noexcept
    : kind_(other.kind_),
      memory_(std::exchange(other.memory_, nullptr)),
      size_bytes_(other.size_bytes_),
      at_(other.at_) {}

PageRing::~PageRing() {
  if (memory_ != nullptr) munmap(memory_, static_cast<size_t>(size_bytes_));
}

Nanos PageRing::touch_step(RingTouch touch) {
  const int64_t page_bytes = sysconf(_SC_PAGESIZE);
  char* step = memory_ + at_;
  // What went to swap a round ago is forgotten there, instead of being read back to be overwritten.
  if (touch == RingTouch::kFresh && kind_ == RingKind::kAnonymous) {
    madvise(step, static_cast<size_t>(kStepBytes), MADV_DONTNEED);
  }
  Nanos waited;
  Nanos begin = now();
  for (char* page = step; page < step + kStepBytes; page += page_bytes) {
    volatile auto* word = reinterpret_cast<volatile uintptr_t*>(page);
    // Content of its own, so that no page can be merged with another.
    if (kind_ == RingKind::kAnonymous) *word = reinterpret_cast<uintptr_t>(page);
    if (kind_ == RingKind::kFile) static_cast<void>(*word);
    const Nanos end = now();
    if (end - begin >= kWaited) waited += end - begin;
    begin = end;
  }
  at_ = (at_ + kStepBytes) % size_bytes_;
  return waited;
}

}  // namespace holdfast::act
