// SPDX-License-Identifier: MIT
// /proc/PID/maps: what a process has mapped where. The basis of every name given to an address.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/memory_range.h"
#include "base/result.h"

namespace holdfast {

/// One line of maps: the addresses [begin, end), in whole pages.
struct Mapping {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  bool is_readable = false;
  bool is_writable = false;
  bool is_executable = false;
  bool is_shared = false;  ///< MAP_SHARED; otherwise writes make private copies of the pages.
  uint64_t offset_bytes = 0;
  uint32_t device_major = 0;
  uint32_t device_minor = 0;
  uint64_t inode = 0;  ///< 0 where no file is behind it.
  std::string path;  ///< "" for anonymous memory, "[heap]", "[stack]", "[vdso]", or a file's path.
                     ///< The kernel adds " (deleted)" and writes a line break as "\012".

  [[nodiscard]] size_t size_bytes() const { return end - begin; }
  [[nodiscard]] bool contains(uintptr_t address) const { return address >= begin && address < end; }
  /// A guard or reserved range: nothing may touch it.
  [[nodiscard]] bool is_inaccessible() const {
    return !is_readable && !is_writable && !is_executable;
  }

  friend bool operator==(const Mapping&, const Mapping&) = default;
};

/// "rw-p" into the four flags of `mapping`; false for anything that is not four letters.
bool read_permissions(std::string_view text, Mapping& mapping);

/// The whole file, in its order (rising addresses). Errors: kBadData with the line.
Result<std::vector<Mapping>> parse_proc_maps(std::string_view text);

/// The mapping that contains `address`, or nullptr. `mappings` in rising order.
const Mapping* find_mapping(const std::vector<Mapping>& mappings, uintptr_t address);

/// Whether malloc() keeps small things there for other threads than the first: glibc's arenas,
/// which begin at a multiple of 64 MiB and are reserved up to another one.
bool is_in_arena(const std::vector<Mapping>& mappings, size_t index);

/// "[heap]" and the arenas, as large as they are now.
std::vector<MemoryRange> heap_ranges(const std::vector<Mapping>& mappings);

}  // namespace holdfast
