// SPDX-License-Identifier: MIT
// One line: "7f754eb4a000-7f754eca0000 r-xp 00026000 fe:00 332835      /usr/lib/.../libc.so.6".
#include "core/proc_maps.h"

#include <algorithm>

#include "core/kernel_text.h"

namespace holdfast {
namespace {

/// Sets `target` to the number in `text`; false when there is none.
template <class Integer>
bool read_number(std::string_view text, int base, Integer& target) {
  const auto number = parse_number<Integer>(text, base);
  if (number) target = *number;
  return number.has_value();
}

bool read_device(std::string_view text, Mapping& mapping) {
  TextReader reader(text);
  return read_number(reader.take_until(':'), 16, mapping.device_major) &&
         read_number(reader.take_rest(), 16, mapping.device_minor);
}

bool read_line(std::string_view line, Mapping& mapping) {
  TextReader reader(line);
  const bool is_good = read_number(reader.take_until('-'), 16, mapping.begin) &&
                       read_number(reader.take_field(), 16, mapping.end) &&
                       read_permissions(reader.take_field(), mapping) &&
                       read_number(reader.take_field(), 16, mapping.offset_bytes) &&
                       read_device(reader.take_field(), mapping) &&
                       read_number(reader.take_field(), 10, mapping.inode);
  mapping.path = reader.take_rest();
  return is_good && mapping.begin < mapping.end;
}

/// HEAP_MAX_SIZE of glibc's malloc/arena.c where pointers have 64 bits. So much is reserved for a
/// heap, at a multiple of that; those of one thread may lie beside each other and be one mapping.
constexpr uintptr_t kArenaBytes = uintptr_t{64} << 20;

bool is_private_memory(const Mapping& mapping) {
  return mapping.path.empty() && mapping.is_writable && !mapping.is_shared;
}

/// Of one arena: parts of it that are locked are mappings of their own.
constexpr size_t kMostParts = 4096;

bool continues(const Mapping& below, const Mapping& above) {
  return below.end == above.begin && is_private_memory(below) && is_private_memory(above);
}

}  // namespace

bool read_permissions(std::string_view text, Mapping& mapping) {
  if (text.size() != 4) return false;
  mapping.is_readable = text[0] == 'r';
  mapping.is_writable = text[1] == 'w';
  mapping.is_executable = text[2] == 'x';
  mapping.is_shared = text[3] == 's';
  return true;
}

Result<std::vector<Mapping>> parse_proc_maps(std::string_view text) {
  std::vector<Mapping> mappings;
  TextReader lines(text);
  while (!lines.is_at_end()) {
    const std::string_view line = lines.take_line();
    Mapping mapping;
    if (!read_line(line, mapping)) {
      return Error{ErrorKind::kBadData, 0, "not a line of maps: '" + std::string(line) + "'"};
    }
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

const Mapping* find_mapping(const std::vector<Mapping>& mappings, uintptr_t address) {
  const auto after =
      std::upper_bound(mappings.begin(), mappings.end(), address,
                       [](uintptr_t value, const Mapping& mapping) { return value < mapping.end; });
  return after != mappings.end() && after->contains(address) ? &*after : nullptr;
}

bool is_in_arena(const std::vector<Mapping>& mappings, size_t index) {
  if (!is_private_memory(mappings[index])) return false;
  size_t first = index;
  while (mappings[first].begin % kArenaBytes != 0 && first > 0 && index - first < kMostParts &&
         continues(mappings[first - 1], mappings[first])) {
    --first;
  }
  if (mappings[first].begin % kArenaBytes != 0) return false;
  size_t next = index + 1;
  while (next < mappings.size() && next - index < kMostParts &&
         continues(mappings[next - 1], mappings[next])) {
    ++next;
  }
  const uintptr_t end = mappings[next - 1].end;
  const bool may_grow =
      next < mappings.size() && mappings[next].begin == end && mappings[next].is_inaccessible();
  return (may_grow ? mappings[next].end : end) % kArenaBytes == 0;
}

std::vector<MemoryRange> heap_ranges(const std::vector<Mapping>& mappings) {
  std::vector<MemoryRange> ranges;
  for (size_t i = 0; i < mappings.size(); ++i) {
    const Mapping& mapping = mappings[i];
    if (mapping.path != "[heap]" && !is_in_arena(mappings, i)) continue;
    ranges.push_back({mapping.begin, mapping.size_bytes(), "heap"});
  }
  return ranges;
}

}  // namespace holdfast
