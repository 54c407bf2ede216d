// SPDX-License-Identifier: MIT
#include "act/process_pages.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::act {
namespace {

constexpr size_t kMostVectors = 1024;  // UIO_MAXIOV

iovec vector_of(const MemoryRange& range) {
  return {reinterpret_cast<void*>(range.begin), range.size_bytes};
}

int page_out_own(std::span<const MemoryRange> ranges) {
  int first_errno = 0;
  for (const MemoryRange& range : ranges) {
    const int result =
        madvise(reinterpret_cast<void*>(range.begin), range.size_bytes, MADV_PAGEOUT);
    if (result != 0 && first_errno == 0) first_errno = errno;
  }
  return first_errno;
}

int page_out_other(int descriptor, std::span<const iovec> vectors) {
  const long advised =
      syscall(SYS_process_madvise, descriptor, vectors.data(), vectors.size(), MADV_PAGEOUT, 0);
  return advised < 0 ? errno : 0;
}

Error cannot_page_out(pid_t pid, int system_errno) {
  const std::string process = "process " + std::to_string(pid);
  switch (system_errno) {
    case ENOSYS:
      return {ErrorKind::kUnavailable, ENOSYS,
              "pages of another process cannot be pushed out by this kernel: process_madvise needs "
              "Linux 5.10, and a container may refuse it"};
    case EPERM:
    case EACCES:
      return {ErrorKind::kUnavailable, EPERM,
              "pages of " + process +
                  " cannot be pushed out by this user -- run as root (CAP_SYS_NICE and "
                  "CAP_SYS_PTRACE), or call hf_evict() inside the program"};
    case ESRCH:
      return {ErrorKind::kUnavailable, ESRCH, "no " + process + ": it has ended; see ps -e"};
    default:
      return system_error("cannot push out pages of " + process, system_errno);
  }
}

}  // namespace

Result<ProcessPages> ProcessPages::open(pid_t pid) {
  if (pid == getpid()) return ProcessPages(pid, -1);
  const auto descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (descriptor < 0) return cannot_page_out(pid, errno);
  ProcessPages pages(pid, descriptor);
  // Advice about nothing is refused for the same reasons as advice about something.
  const iovec nothing = {};
  const int refused = page_out_other(descriptor, {&nothing, 1});
  if (refused != 0) return cannot_page_out(pid, refused);
  return pages;
}

ProcessPages::ProcessPages(ProcessPages&& other) noexcept
    : pid_(other.pid_), descriptor_(std::exchange(other.descriptor_, -1)) {}

ProcessPages::~ProcessPages() {
  if (descriptor_ >= 0) close(descriptor_);
}

int ProcessPages::page_out(std::span<const MemoryRange> ranges) const {
  if (descriptor_ < 0) return page_out_own(ranges);
  std::vector<iovec> vectors;
  std::ranges::transform(ranges, std::back_inserter(vectors), vector_of);
  int first_errno = 0;
  for (size_t first = 0; first < vectors.size(); first += kMostVectors) {
    const std::span<const iovec> all(vectors);
    const int refused = page_out_other(
        descriptor_, all.subspan(first, std::min(kMostVectors, vectors.size() - first)));
    if (first_errno == 0) first_errno = refused;
  }
  return first_errno;
}

void ProcessPages::read_back(std::span<const MemoryRange> ranges) const {
  const auto page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  std::vector<iovec> bytes;
  for (const MemoryRange& range : ranges) {
    for (uintptr_t page = range.begin; page < range.end(); page += page_bytes) {
      bytes.push_back({reinterpret_cast<void*>(page), 1});
    }
  }
  for (size_t first = 0; first < bytes.size();) {
    unsigned char into[kMostVectors];
    const size_t count = std::min(kMostVectors, bytes.size() - first);
    const iovec local = {into, count};
    const ssize_t read = process_vm_readv(pid_, &local, 1, &bytes[first], count, 0);
    // It ends at the first byte that cannot be read: that one is left out.
    first += read == static_cast<ssize_t>(count)
                 ? count
                 : static_cast<size_t>(std::max<ssize_t>(read, 0)) + 1;
  }
}

void unmap_file_pages(const MemoryRange& range) {
  madvise(reinterpret_cast<void*>(range.begin), range.size_bytes, MADV_DONTNEED);
}

void write_out_file(int file) {
  fdatasync(file);
}

int forget_file_pages(int file, uint64_t offset_bytes, size_t size_bytes) {
  return posix_fadvise(file, static_cast<off_t>(offset_bytes), static_cast<off_t>(size_bytes),
                       POSIX_FADV_DONTNEED);
}

void drain_page_lists() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  alignas(64) static unsigned char any_page[1];
  const auto page_bytes = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t page = reinterpret_cast<uintptr_t>(any_page) / page_bytes * page_bytes;
  for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (!CPU_ISSET(processor, &allowed)) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0) continue;
    // The advice begins with emptying the lists of the processor that it is given on; the page
    // that it is about does not matter.
    madvise(reinterpret_cast<void*>(page), page_bytes, MADV_COLD);
  }
  sched_setaffinity(0, sizeof allowed, &allowed);
}

}  // namespace holdfast::act
