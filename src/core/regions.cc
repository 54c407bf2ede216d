// SPDX-License-Identifier: MIT
// Works on maps alone: no ELF file is opened, so it also works on a recorded maps file and on a
// program whose file has been replaced by an update since.
#include "core/regions.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <string_view>

#include "core/residency.h"

namespace holdfast {
namespace {

/// In the order of RegionKind.
constexpr std::array<std::string_view, 12> kKindNames = {
    "stack", "program_text", "program_constants", "program_data", "program_bss",
    "heap",  "library_text", "library_constants", "library_data", "shared_memory",
    "file",  "anonymous"};

std::string file_name(std::string_view path) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  return std::string(path.substr(path.rfind('/') + 1));
}

/// `mapping`, cut down to [begin, end).
Mapping cut(const Mapping& mapping, uintptr_t begin, uintptr_t end) {
  Mapping part = mapping;
  part.begin = std::max(mapping.begin, begin);
  part.end = std::min(mapping.end, end);
  if (part.inode != 0) part.offset_bytes += part.begin - mapping.begin;
  return part;
}

class Classifier {
 public:
  Classifier(const std::vector<Mapping>& mappings, const std::string& program)
      : mappings_(mappings), program_(program) {
    for (const Mapping& mapping : mappings) {
      if (mapping.is_executable) files_with_code_.insert(mapping.path);
    }
  }

  void add_stack(const StackRange& stack, const std::string& thread) {
    Region region{RegionKind::kStack, "stack of " + thread, {}, stack.is_exact};
    for (const Mapping& mapping : mappings_) {
      const Mapping part = cut(mapping, stack.range.begin, stack.range.end());
      if (part.begin < part.end && !part.is_inaccessible()) region.parts.push_back(part);
    }
    regions_.push_back(std::move(region));
  }

  /// Everything outside of [hole_begin, hole_end), which is the stack.
  void add_rest(uintptr_t hole_begin, uintptr_t hole_end) {
    for (size_t i = 0; i < mappings_.size(); ++i) {
      if (mappings_[i].is_inaccessible() || backing_of(mappings_[i]) == Backing::kKernel) continue;
      add_part(i, 0, hole_begin);
      add_part(i, hole_end, UINTPTR_MAX);
    }
  }

  std::vector<Region> take() {
    std::stable_sort(regions_.begin(), regions_.end(),
                     [](const Region& a, const Region& b) { return a.kind < b.kind; });
    return std::move(regions_);
  }

 private:
  void add_part(size_t index, uintptr_t begin, uintptr_t end) {
    Mapping part = cut(mappings_[index], begin, end);
    if (part.begin >= part.end) return;
    const std::string owner = is_in_arena(mappings_, index) ? "[heap]" : owner_of(index);
    const RegionKind kind = kind_of(mappings_[index], owner);
    region_for(kind, name_for(kind, owner)).parts.push_back(std::move(part));
  }

  /// The file a mapping belongs to: its own, or for bss that of the data right below it.
  [[nodiscard]] std::string owner_of(size_t index) const {
    const Mapping& mapping = mappings_[index];
    if (!mapping.path.empty() || index == 0) return mapping.path;
    const Mapping& below = mappings_[index - 1];
    const bool is_bss = below.end == mapping.begin && below.inode != 0 && below.is_writable &&
                        !below.is_shared && mapping.is_writable &&
                        files_with_code_.count(below.path) != 0;
    return is_bss ? below.path : "";
  }

  [[nodiscard]] RegionKind kind_of(const Mapping& mapping, const std::string& owner) const {
    if (backing_of(mapping) == Backing::kSharedMemory) return RegionKind::kSharedMemory;
    if (owner == "[heap]") return RegionKind::kHeap;
    if (owner.empty() || owner[0] == '[') return RegionKind::kAnonymous;
    const bool is_program = owner == program_;
    if (!is_program && files_with_code_.count(owner) == 0) return RegionKind::kFile;
    if (mapping.is_executable) {
      return is_program ? RegionKind::kProgramText : RegionKind::kLibraryText;
    }
    if (!mapping.is_writable) {
      return is_program ? RegionKind::kProgramConstants : RegionKind::kLibraryConstants;
    }
    if (!is_program) return RegionKind::kLibraryData;
    return mapping.inode == 0 ? RegionKind::kProgramBss : RegionKind::kProgramData;
  }

  static std::string name_for(RegionKind kind, const std::string& owner) {
    switch (kind) {
      case RegionKind::kProgramText:
        return "program text";
      case RegionKind::kProgramConstants:
        return "program constants";
      case RegionKind::kProgramData:
        return "program data";
      case RegionKind::kProgramBss:
        return "program bss";
      case RegionKind::kHeap:
        return "heap";
      case RegionKind::kLibraryText:
        return file_name(owner) + " text";
      case RegionKind::kLibraryConstants:
        return file_name(owner) + " constants";
      case RegionKind::kLibraryData:
        return file_name(owner) + " data";
      case RegionKind::kSharedMemory:
        return "shared memory " + file_name(owner);
      case RegionKind::kFile:
        return "file " + file_name(owner);
      case RegionKind::kStack:
      case RegionKind::kAnonymous:
        break;
    }
    return "other anonymous memory";
  }

  Region& region_for(RegionKind kind, const std::string& name) {
    const auto found = std::find_if(regions_.begin(), regions_.end(), [&](const Region& region) {
      return region.kind == kind && region.name == name;
    });
    if (found != regions_.end()) return *found;
    return regions_.emplace_back(Region{kind, name, {}, true});
  }

  const std::vector<Mapping>& mappings_;
  const std::string& program_;
  std::set<std::string> files_with_code_;
  std::vector<Region> regions_;
};

}  // namespace

std::string_view name_of(RegionKind kind) {
  return kKindNames.at(static_cast<size_t>(kind));
}

std::optional<RegionKind> parse_region_kind(std::string_view name) {
  const auto found = std::find(kKindNames.begin(), kKindNames.end(), name);
  if (found == kKindNames.end()) return std::nullopt;
  return static_cast<RegionKind>(found - kKindNames.begin());
}

size_t Region::size_bytes() const {
  return std::accumulate(parts.begin(), parts.end(), size_t{0},
                         [](size_t sum, const Mapping& part) { return sum + part.size_bytes(); });
}

uintptr_t Region::address_of_page(size_t index, size_t page_bytes) const {
  size_t offset_bytes = index * page_bytes;
  for (const Mapping& part : parts) {
    if (offset_bytes < part.size_bytes()) return part.begin + offset_bytes;
    offset_bytes -= part.size_bytes();
  }
  return 0;
}

std::vector<Region> classify_regions(const std::vector<Mapping>& mappings,
                                     const std::string& program, const ThreadPlace& thread) {
  Classifier classifier(mappings, program);
  const std::optional<StackRange> stack = find_stack(mappings, thread);
  if (stack) classifier.add_stack(*stack, thread.name);
  classifier.add_rest(stack ? stack->range.begin : UINTPTR_MAX,
                      stack ? stack->range.end() : UINTPTR_MAX);
  return classifier.take();
}

}  // namespace holdfast
