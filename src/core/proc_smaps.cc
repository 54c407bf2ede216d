// SPDX-License-Identifier: MIT
// A mapping's first line looks as in maps; "Key: value" lines follow, VmFlags last.
#include "core/proc_smaps.h"

#include <algorithm>

#include "core/kernel_text.h"
#include "core/proc_maps.h"

namespace holdfast {
namespace {

bool has_flag(TextReader flags, std::string_view wanted) {
  for (std::string_view flag = flags.take_field(); !flag.empty(); flag = flags.take_field()) {
    if (flag == wanted) return true;
  }
  return false;
}

/// Keys ("Rss:") are one field that ends in a colon; a mapping's first line starts with addresses.
bool is_key_line(std::string_view line) {
  const std::string_view first = TextReader(line).take_field();
  return !first.empty() && first.back() == ':';
}

}  // namespace

Result<std::vector<MemoryRange>> parse_locked_mappings(std::string_view smaps) {
  std::vector<MemoryRange> locked;
  MemoryRange current;
  TextReader lines(smaps);
  while (!lines.is_at_end()) {
    const std::string_view line = lines.take_line();
    TextReader fields(line);
    if (!is_key_line(line)) {
      HF_TRY_ASSIGN(const std::vector<Mapping> mapping, parse_proc_maps(line));
      if (!mapping.empty()) current = {mapping[0].begin, mapping[0].size_bytes(), "locked"};
    } else if (fields.take_field() == "VmFlags:" && has_flag(fields, "lo")) {
      locked.push_back(current);
    }
  }
  return locked;
}

size_t locked_bytes_of(const MemoryRange& range, const std::vector<MemoryRange>& locked) {
  size_t bytes = 0;
  for (const MemoryRange& piece : locked) {
    const uintptr_t begin = std::max(range.begin, piece.begin);
    const uintptr_t end = std::min(range.end(), piece.end());
    if (begin < end) bytes += end - begin;
  }
  return bytes;
}

}  // namespace holdfast
