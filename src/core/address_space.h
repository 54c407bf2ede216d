// SPDX-License-Identifier: MIT
// Whose page is it? From the lines of a trace (core/address_lines) to the owner of an address: the
// stack of which thread, the text of which library, and which symbol. The mappings decide first:
// a symbol table alone would claim addresses that are none of its own, such as those of [stack].
// What nothing tells is kUnknown, never a guess.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/memory_range.h"
#include "core/mapping_list.h"
#include "core/page_owner.h"

namespace holdfast {

/// The memory of one process, as the lines of its trace tell it. Keeps the latest two lists of
/// mappings, so that an address that was unmapped just now still has its name. A list of another
/// process replaces everything but the names of threads.
class AddressSpace {
 public:
  AddressSpace() = default;
  AddressSpace(AddressSpace&&) = default;
  AddressSpace& operator=(AddressSpace&&) = default;
  AddressSpace(const AddressSpace&) = delete;  // symbols_ looks into paths_
  AddressSpace& operator=(const AddressSpace&) = delete;

  /// One whole line. Those that begin with another word are ignored: newer versions may know them.
  void take_line(std::string_view line);

  /// `thread`: who touched the address; 0 when not known. Where the ranges of two threads overlap,
  /// its own counts.
  [[nodiscard]] PageOwner owner_of(uint64_t address, uint32_t thread) const;

  /// True once a `symbol` line has answered for this address, even if with "nothing known".
  [[nodiscard]] bool has_symbol(uint64_t address) const;

  /// "" when no line named it. Valid until the next take_line().
  [[nodiscard]] std::string_view thread_name(uint32_t thread) const;

  /// Where the thread's stack is, as far as it was told; `name` is "stack".
  [[nodiscard]] std::optional<MemoryRange> stack_of(uint32_t thread) const;
  /// The size of all mappings together, which is what mlockall() would be charged for.
  [[nodiscard]] int64_t mapped_bytes() const { return current_.size_bytes(); }
  /// Lines of known words that could not be read.
  [[nodiscard]] uint64_t bad_lines() const { return bad_lines_; }

 private:
  struct Range {
    uint64_t begin = 0;
    uint64_t end = 0;
    [[nodiscard]] bool contains(uint64_t address) const {
      return address >= begin && address < end;
    }
  };
  struct Thread {
    std::string name;
    Range stack;
    Range tls;
  };
  struct Symbol {
    std::string_view path;  ///< The file that was mapped there when the answer came.
    std::string section;
    std::string symbol;
  };

  bool take(std::string_view word, std::string_view rest);
  bool take_thread(std::string_view rest);
  bool take_range(std::string_view rest, Range Thread::*range);
  bool take_maps(std::string_view rest);
  bool take_map(std::string_view rest);
  bool take_symbol(std::string_view rest);
  [[nodiscard]] const Thread* thread_of(uint64_t address, uint32_t thread,
                                        Range Thread::*range) const;
  void name_by_thread(uint64_t address, uint32_t thread, PageOwner& owner) const;
  void name_by_symbol(uint64_t address, PageOwner& owner) const;

  int pid_ = 0;
  MappingList current_;
  MappingList previous_;
  std::map<uint32_t, Thread> threads_;
  std::set<std::string> paths_;  ///< Of files that symbols were asked for.
  std::map<uint64_t, Symbol> symbols_;
  uint64_t bad_lines_ = 0;
};

}  // namespace holdfast
