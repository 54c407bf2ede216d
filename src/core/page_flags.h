// SPDX-License-Identifier: MIT
// One 64-bit entry of /proc/kpageflags: what the kernel says about one frame of RAM. For root only,
// and the only witness of what else keeps a page of another process in RAM.
#pragma once

#include <cstdint>

namespace holdfast {

/// Documentation/admin-guide/mm/pagemap.rst; numbers as in <linux/kernel-page-flags.h>.
struct PageFlags {
  bool is_dirty = false;        ///< Bit 4: its file or swap does not have this content yet.
  bool is_written = false;      ///< Bit 8: being written out just now.
  bool is_swap_cache = false;   ///< Bit 13: swap has a place for it.
  bool is_unevictable = false;  ///< Bit 18: locked, by whomever.
};

constexpr PageFlags decode_page_flags(uint64_t entry) {
  return {(entry >> 4 & 1) != 0, (entry >> 8 & 1) != 0, (entry >> 13 & 1) != 0,
          (entry >> 18 & 1) != 0};
}

}  // namespace holdfast
