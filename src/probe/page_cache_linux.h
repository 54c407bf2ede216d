// SPDX-License-Identifier: MIT
// Asks whether pages of a file are in RAM, for any process's mapping of it: maps the same file and
// asks mincore() about that mapping, which answers for the file as a whole. It touches no page, so
// it brings none in. The kernel answers "all in RAM", whatever is true, to those who neither own
// nor may write the file (measured, kernel 6.18): for them this refuses instead.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/proc_maps.h"
#include "probe/file_descriptor.h"

namespace holdfast::probe {

/// The page cache behind one mapping of a file. Not thread safe.
class PageCacheView {
 public:
  /// Nothing when the file cannot be opened any more, is a different one by now, or when the kernel
  /// would not answer truly.
  static std::optional<PageCacheView> open(int pid, const Mapping& mapping,
                                           const std::string& root = "/proc");

  /// The same for a mapping of this process: asks about that mapping itself, and maps nothing.
  static std::optional<PageCacheView> open_own(const Mapping& mapping,
                                               const std::string& root = "/proc");

  PageCacheView(PageCacheView&& other) noexcept;
  PageCacheView& operator=(PageCacheView&&) = delete;
  ~PageCacheView();

  /// One element per page of the mapping; its bit 0 is set for a page in RAM. False on failure.
  [[nodiscard]] bool read(std::vector<unsigned char>& pages) const;

 private:
  PageCacheView(void* address, size_t size_bytes, bool is_ours)
      : address_(address), size_bytes_(size_bytes), is_ours_(is_ours) {}

  void* address_ = nullptr;
  size_t size_bytes_ = 0;
  bool is_ours_ = false;  ///< To be unmapped at the end.
};

/// The file behind a mapping, opened for reading; none when it is not a regular file, cannot be
/// opened any more, or is a different one by now.
FileDescriptor open_mapped_file(int pid, const Mapping& mapping, const std::string& root = "/proc");

/// mincore() for memory of this process. False when part of the range is not mapped.
bool read_own_core(uintptr_t begin, size_t size_bytes, std::vector<unsigned char>& pages);

/// sysconf(_SC_PAGESIZE).
size_t page_bytes();

}  // namespace holdfast::probe
