// SPDX-License-Identifier: MIT
// Gives names to the memory of a process as one of its threads sees it: its stack, the program's
// text and data, the heap, the libraries. People lock and watch these, not address ranges.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/proc_maps.h"
#include "core/stack_range.h"

namespace holdfast {

/// In the order in which they matter to an audio thread, which is the order of every table.
enum class RegionKind : uint8_t {
  kStack,             ///< With the thread-local storage in its upper end.
  kProgramText,       ///< Code.
  kProgramConstants,  ///< Read-only: constants, ELF headers, RELRO (the resolved GOT).
  kProgramData,       ///< Writable, with a content of its own in the file.
  kProgramBss,        ///< Writable, zero at the start.
  kHeap,
  kLibraryText,
  kLibraryConstants,
  kLibraryData,  ///< With the library's bss.
  kSharedMemory,
  kFile,       ///< Any other mapped file.
  kAnonymous,  ///< Everything else: large allocations, other threads' stacks.
};

/// One word: "stack", "program_text", "library_data".
std::string_view name_of(RegionKind kind);
/// The inverse; nothing for other words.
std::optional<RegionKind> parse_region_kind(std::string_view name);

/// One named region, of one or several mappings.
struct Region {
  RegionKind kind = RegionKind::kAnonymous;
  std::string name;            ///< "stack of audio", "program text", "libm.so.6 text".
  std::vector<Mapping> parts;  ///< Rising; cut at the stack's ends, offsets moved accordingly.
  bool is_extent_exact = true;

  [[nodiscard]] size_t size_bytes() const;
  /// Where page number `index` of the region lies; `index` counts through the parts.
  [[nodiscard]] uintptr_t address_of_page(size_t index, size_t page_bytes) const;
};

/// All of `mappings` except guards and kernel pages, each address in exactly one region, sorted by
/// kind. `program` is the target of /proc/PID/exe.
std::vector<Region> classify_regions(const std::vector<Mapping>& mappings,
                                     const std::string& program, const ThreadPlace& thread);

}  // namespace holdfast
