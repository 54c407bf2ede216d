// SPDX-License-Identifier: MIT
// What the user wants to have pushed out, in the user's words, and which memory that is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/memory_range.h"
#include "base/result.h"
#include "core/regions.h"

namespace holdfast {

/// Kinds of memory, addresses, or both.
struct EvictionWish {
  bool has_stack = false;
  bool has_text = false;  ///< Code and constants: what is dropped, and read from the file again.
  bool has_data = false;
  bool has_heap = false;  ///< With large allocations and what else is in no file.
  bool has_all = false;
  std::vector<MemoryRange> addresses;
  std::string file;  ///< Of this file, instead of the program's; empty: none given.
};

/// Each word is "stack", "text", "data", "heap", "all", or "ADDRESS[,LENGTH]" in hexadecimal and
/// bytes ("7f00deadb000,16K"; one page without LENGTH). Errors: kUsage.
Result<EvictionWish> parse_eviction_wish(const std::vector<std::string>& words,
                                         const std::string& file);

/// The memory that is meant, of that in `regions`. Errors: kUsage for an address that is not
/// mapped, and for a file that is not, with the nearest; kUnavailable when a stack is not known.
Result<std::vector<Region>> choose_evicted(const std::vector<Region>& regions,
                                           const EvictionWish& wish, size_t page_bytes);

}  // namespace holdfast
