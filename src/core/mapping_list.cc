// SPDX-License-Identifier: MIT
#include "core/mapping_list.h"

#include <utility>

#include "core/residency.h"

namespace holdfast {
namespace {

std::string_view file_name(std::string_view path) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  return path.substr(path.rfind('/') + 1);
}

bool is_anonymous(const Mapping& mapping) {
  return mapping.path.empty() && mapping.is_writable && !mapping.is_shared;
}

bool is_kernel_code(const Mapping& mapping) {
  return backing_of(mapping) == Backing::kKernel && mapping.path.starts_with('[');
}

}  // namespace

bool MappingList::add(Mapping mapping, std::string_view build_id) {
  if (mapping.begin >= mapping.end) return false;
  if (!mappings_.empty() && mapping.begin < mappings_.back().end) return false;
  mapping.inode = mapping.path.starts_with('/') ? 1 : 0;
  if (mapping.is_executable) files_with_code_.insert(mapping.path);
  mappings_.push_back(std::move(mapping));
  build_ids_.emplace_back(build_id);
  return true;
}

std::optional<PageOwner> MappingList::owner_of(uint64_t address) const {
  const Mapping* const mapping = find_mapping(mappings_, address);
  if (mapping == nullptr) return std::nullopt;
  const auto index = static_cast<size_t>(mapping - mappings_.data());
  const size_t file = is_heap(index) ? index : file_below(index).value_or(index);
  const Mapping& source = mappings_[file];
  PageOwner owner;
  owner.role = role_of(index);
  owner.path = source.path;
  owner.mapping = file_name(source.path);
  owner.build_id = build_ids_[file];
  owner.is_shared = mapping->is_shared;
  owner.is_file_backed = backing_of(*mapping) == Backing::kFile;
  if (backing_of(source) == Backing::kFile) {
    owner.file_offset = source.offset_bytes + (address - source.begin);
  }
  return owner;
}

int64_t MappingList::size_bytes() const {
  int64_t sum = 0;
  for (const Mapping& mapping : mappings_) sum += static_cast<int64_t>(mapping.size_bytes());
  return sum;
}

bool MappingList::can_be_a_stack(uint64_t address) const {
  const Mapping* const mapping = find_mapping(mappings_, address);
  return mapping != nullptr && mapping->is_writable && backing_of(*mapping) != Backing::kFile;
}

/// The writable private pages of a file with code that anonymous mappings lie directly above, this
/// one among them: several when parts of the bss are locked. Nothing when there are none.
std::optional<size_t> MappingList::file_below(size_t index) const {
  while (index > 0 && is_anonymous(mappings_[index]) &&
         mappings_[index - 1].end == mappings_[index].begin) {
    const Mapping& below = mappings_[--index];
    if (below.is_writable && !below.is_shared && has_code(below.path)) return index;
  }
  return std::nullopt;
}

/// Where addresses are not random, the heap begins right above the program's bss, and not every
/// kernel labels all of it.
bool MappingList::is_heap(size_t index) const {
  if (mappings_[index].path == "[heap]" || is_in_arena(mappings_, index)) return true;
  const auto file = file_below(index);
  if (!file || *file + 1 == index || mappings_[*file].path != program_) return false;
  size_t above = index + 1;
  while (above < mappings_.size() && mappings_[above].begin == mappings_[above - 1].end &&
         is_anonymous(mappings_[above])) {
    above++;
  }
  return above < mappings_.size() && mappings_[above].begin == mappings_[above - 1].end &&
         mappings_[above].path == "[heap]";
}

bool MappingList::has_code(const std::string& path) const {
  return path.starts_with('/') && files_with_code_.contains(path);
}

MemoryRole MappingList::role_of(size_t index) const {
  const Mapping& mapping = mappings_[index];
  if (is_heap(index)) return MemoryRole::kHeap;
  if (const auto file = file_below(index)) {
    return role_in_code_file(mapping, mappings_[*file].path);
  }
  if (mapping.path == "[stack]") return MemoryRole::kStack;
  if (is_kernel_code(mapping)) return role_in_code_file(mapping, mapping.path);
  switch (backing_of(mapping)) {
    case Backing::kSharedMemory:
      return MemoryRole::kSharedMemory;
    case Backing::kAnonymous:
      return MemoryRole::kAnonymous;
    case Backing::kFile:
    case Backing::kKernel:
      break;
  }
  const bool is_part_of_code = has_code(mapping.path) && !mapping.is_shared;
  return is_part_of_code ? role_in_code_file(mapping, mapping.path) : MemoryRole::kFile;
}

MemoryRole MappingList::role_in_code_file(const Mapping& mapping, const std::string& path) const {
  const bool is_program = path == program_;
  if (mapping.is_executable) return is_program ? MemoryRole::kText : MemoryRole::kLibraryText;
  if (mapping.is_writable) return is_program ? MemoryRole::kData : MemoryRole::kLibraryData;
  return is_program ? MemoryRole::kConstants : MemoryRole::kLibraryConstants;
}

}  // namespace holdfast
