// SPDX-License-Identifier: MIT
// The calls that push pages of a process out of memory, its own or another's. Each only asks; what
// became of the pages, residency must tell.
#pragma once

#include <sys/types.h>

#include <span>

#include "base/memory_range.h"
#include "base/result.h"

namespace holdfast::act {

/// One process, by a descriptor that no other process can take over. Movable. One thread.
class ProcessPages {
 public:
  /// Errors: kUnavailable when the process is gone, or when the kernel (5.10) or this user cannot
  /// page out what belongs to another process.
  static Result<ProcessPages> open(pid_t pid);
  ProcessPages(ProcessPages&& other) noexcept;
  ProcessPages& operator=(ProcessPages&&) = delete;
  ~ProcessPages();

  /// Asks the kernel to take these whole pages away (MADV_PAGEOUT): pages of files are dropped,
  /// others go to swap. Mapped pages only; a locked mapping ends it. 0, or an errno.
  [[nodiscard]] int page_out(std::span<const MemoryRange> ranges) const;

  /// Reads one byte of each page, which brings it in. Never a signal, whatever is mapped there.
  void read_back(std::span<const MemoryRange> ranges) const;

 private:
  ProcessPages(pid_t pid, int descriptor) : pid_(pid), descriptor_(descriptor) {}

  pid_t pid_;
  int descriptor_;  ///< -1: this process itself.
};

/// Unmaps whole pages of this process that are those of a file; a page that was written to and not
/// shared would be lost. Unlike paging out it asks for no right to the file.
void unmap_file_pages(const MemoryRange& range);

/// Puts what of a file is only in RAM onto its disk. Some microseconds when there is nothing.
void write_out_file(int file);

/// Drops the pages of a file that nobody has mapped, as far as they are on the disk. 0, or an
/// errno.
int forget_file_pages(int file, uint64_t offset_bytes, size_t size_bytes);

/// Empties the processors' lists of pages that were just used or written: as long as a page is in
/// one, nothing frees it (kernel 6.18). Moves the calling thread from processor to processor, some
/// 20 us each; to wait for a kernel worker on each, as posix_fadvise() does, takes milliseconds
/// where processors are busy.
void drain_page_lists();

}  // namespace holdfast::act
