// SPDX-License-Identifier: MIT
#include "act/page_out.h"

#include <sys/mman.h>

#include "act/lock.h"

namespace holdfast::act {

size_t page_out(std::span<const MemoryRange> ranges) {
  size_t accepted_bytes = 0;
  for (const MemoryRange& range : ranges) {
    const MemoryRange pages = whole_pages(range);
    // Page by page: one locked page makes the kernel refuse a whole range.
    for (uintptr_t page = pages.begin; page < pages.end(); page += 4096) {
      if (madvise(reinterpret_cast<void*>(page), 4096, MADV_PAGEOUT) == 0) accepted_bytes += 4096;
    }
  }
  return accepted_bytes;
}

}  // namespace holdfast::act
