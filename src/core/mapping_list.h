// SPDX-License-Identifier: MIT
// The mappings of a process at one moment, and whose page an address is by them alone: no thread,
// no symbol is asked.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/page_owner.h"
#include "core/proc_maps.h"

namespace holdfast {

/// One list of mappings, with the build-ids of their files.
class MappingList {
 public:
  /// The path whose text is the program's; every other file with code is a library.
  void set_program(std::string_view path) { program_ = path; }

  /// Appends one; false when it does not lie above all before it. Of device and inode only matters
  /// whether the path begins with '/'.
  bool add(Mapping mapping, std::string_view build_id);

  [[nodiscard]] bool holds(uint64_t address) const {
    return find_mapping(mappings_, address) != nullptr;
  }
  /// Of all mappings together.
  [[nodiscard]] int64_t size_bytes() const;

  /// Whose page it is; nothing when no mapping holds the address. `of`, `section` and `symbol` stay
  /// empty.
  [[nodiscard]] std::optional<PageOwner> owner_of(uint64_t address) const;

  /// Whether a thread can have its stack or thread-local storage there.
  [[nodiscard]] bool can_be_a_stack(uint64_t address) const;

 private:
  [[nodiscard]] std::optional<size_t> file_below(size_t index) const;
  [[nodiscard]] bool is_heap(size_t index) const;
  [[nodiscard]] bool has_code(const std::string& path) const;
  [[nodiscard]] MemoryRole role_of(size_t index) const;
  [[nodiscard]] MemoryRole role_in_code_file(const Mapping& mapping, const std::string& path) const;

  std::string program_;
  std::vector<Mapping> mappings_;
  std::vector<std::string> build_ids_;  ///< One per mapping.
  std::set<std::string> files_with_code_;
};

}  // namespace holdfast
