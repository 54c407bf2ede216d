// SPDX-License-Identifier: MIT
#include "core/eviction_choice.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "base/format.h"
#include "core/byte_size.h"
#include "core/kernel_text.h"

namespace holdfast {
namespace {

Error not_a_wish(const std::string& word) {
  return {ErrorKind::kUsage, 0,
          "'" + word +
              "' is nothing to push out; --what takes stack, text, data, heap, all, or an address "
              "as in 7f00deadb000,16K"};
}

Result<MemoryRange> parse_address(const std::string& word) {
  TextReader reader(word);
  const auto begin = parse_number<uintptr_t>(reader.take_until(','), 16);
  if (!begin) return not_a_wish(word);
  if (word.find(',') == std::string::npos) return MemoryRange{*begin, 1, "address"};
  HF_TRY_ASSIGN(const int64_t size_bytes, parse_byte_size(reader.take_rest()));
  if (static_cast<uint64_t>(size_bytes) > UINTPTR_MAX - *begin) return not_a_wish(word);
  return MemoryRange{*begin, static_cast<size_t>(size_bytes), "address"};
}

/// True when `word` names a kind of memory.
bool add_kind(const std::string& word, EvictionWish& wish) {
  const struct {
    const char* name;
    bool& flag;
  } kinds[] = {{"stack", wish.has_stack},
               {"text", wish.has_text},
               {"data", wish.has_data},
               {"heap", wish.has_heap},
               {"all", wish.has_all}};
  for (const auto& kind : kinds) {
    if (word == kind.name) return kind.flag = true;
  }
  return false;
}

std::string file_name(std::string_view path) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  return std::string(path.substr(path.rfind('/') + 1));
}

/// The file behind a region: bss lies in none, but belongs to the program's.
std::string file_of(const Region& region, const std::string& program) {
  for (const Mapping& part : region.parts) {
    if (part.inode != 0) return file_name(part.path);
  }
  return region.kind == RegionKind::kProgramBss ? program : "";
}

std::string program_of(const std::vector<Region>& regions) {
  const auto text = std::ranges::find(regions, RegionKind::kProgramText, &Region::kind);
  return text == regions.end() ? "" : file_of(*text, "");
}

bool is_text(RegionKind kind) {
  return kind == RegionKind::kProgramText || kind == RegionKind::kProgramConstants ||
         kind == RegionKind::kLibraryText || kind == RegionKind::kLibraryConstants;
}

bool is_data(RegionKind kind) {
  return kind == RegionKind::kProgramData || kind == RegionKind::kProgramBss ||
         kind == RegionKind::kLibraryData;
}

bool is_of_library(RegionKind kind) {
  return kind == RegionKind::kLibraryText || kind == RegionKind::kLibraryConstants ||
         kind == RegionKind::kLibraryData;
}

bool is_wanted_kind(RegionKind kind, const EvictionWish& wish) {
  return wish.has_all || (wish.has_stack && kind == RegionKind::kStack) ||
         (wish.has_text && is_text(kind)) || (wish.has_data && is_data(kind)) ||
         (wish.has_heap && (kind == RegionKind::kHeap || kind == RegionKind::kAnonymous));
}

/// Letters to add, drop or change between the two (Levenshtein).
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// Of names that hold the wanted one, and of those that are written alike, the first three.
std::string nearest(const std::set<std::string>& names, const std::string& wanted) {
  std::vector<std::string> sorted(names.begin(), names.end());
  const auto strangeness = [&wanted](const std::string& name) {
    return name.find(wanted) != std::string::npos ? 0 : distance(name, wanted);
  };
  std::ranges::stable_sort(sorted, {}, strangeness);
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(sorted.size(), 3); ++i) {
    text += (i == 0 ? "" : ", ") + sorted[i];
  }
  return text;
}

Error no_such_file(const std::vector<Region>& regions, const std::string& wanted) {
  std::set<std::string> names;
  for (const Region& region : regions) {
    for (const Mapping& part : region.parts) {
      if (part.inode != 0) names.insert(file_name(part.path));
    }
  }
  return {ErrorKind::kUsage, 0,
          "the process has no file '" + wanted + "' mapped; nearest: " + nearest(names, wanted)};
}

/// `region`, cut down to [begin, end).
std::optional<Region> cut(const Region& region, uintptr_t begin, uintptr_t end) {
  Region piece{region.kind, region.name, {}, true};
  for (Mapping part : region.parts) {
    const uintptr_t part_begin = std::max(part.begin, begin);
    const uintptr_t part_end = std::min(part.end, end);
    if (part_begin >= part_end) continue;
    if (part.inode != 0) part.offset_bytes += part_begin - part.begin;
    part.begin = part_begin;
    part.end = part_end;
    piece.parts.push_back(std::move(part));
  }
  if (piece.parts.empty()) return std::nullopt;
  return piece;
}

Error not_mapped(const std::vector<Region>& regions, uintptr_t address) {
  const Region* near = nullptr;
  uintptr_t near_begin = 0;
  for (const Region& region : regions) {
    for (const Mapping& part : region.parts) {
      if (part.begin > address || part.begin < near_begin) continue;
      near = &region;
      near_begin = part.begin;
    }
  }
  const std::string below =
      near == nullptr ? "" : "; below it: " + near->name + " from " + hex_text(near_begin);
  return {ErrorKind::kUsage, 0,
          "nothing that can leave memory is mapped at " + hex_text(address) + below};
}

Result<std::vector<Region>> at_address(const std::vector<Region>& regions, const MemoryRange& range,
                                       size_t page_bytes) {
  const uintptr_t begin = range.begin / page_bytes * page_bytes;
  const uintptr_t last_page = (range.end() - 1) / page_bytes * page_bytes;
  uintptr_t covered_bytes = 0;
  std::vector<Region> chosen;
  for (const Region& region : regions) {
    if (auto piece = cut(region, begin, last_page + page_bytes)) {
      covered_bytes += piece->size_bytes();
      chosen.push_back(std::move(*piece));
    }
  }
  if (covered_bytes == last_page + page_bytes - begin) return chosen;
  uintptr_t hole = begin;
  const auto holds = [&hole](const Region& region) {
    return std::ranges::any_of(region.parts,
                               [&](const Mapping& part) { return part.contains(hole); });
  };
  while (std::ranges::any_of(chosen, holds)) hole += page_bytes;
  return not_mapped(regions, hole);
}

Result<std::vector<Region>> of_kinds(const std::vector<Region>& regions, const EvictionWish& wish) {
  const std::string program = program_of(regions);
  const std::string wanted = file_name(wish.file);
  std::vector<Region> chosen;
  bool has_file = false;
  for (const Region& region : regions) {
    const bool is_of_file = !wanted.empty() && file_of(region, program) == wanted;
    has_file = has_file || is_of_file;
    const bool is_wanted =
        wanted.empty() ? wish.has_all || !is_of_library(region.kind) : is_of_file;
    if (is_wanted && is_wanted_kind(region.kind, wish)) chosen.push_back(region);
  }
  if (!wanted.empty() && !has_file) return no_such_file(regions, wanted);
  if (wish.has_stack &&
      std::ranges::find(chosen, RegionKind::kStack, &Region::kind) == chosen.end()) {
    return unavailable("where the thread's stack is could not be found out");
  }
  return chosen;
}

}  // namespace

Result<EvictionWish> parse_eviction_wish(const std::vector<std::string>& words,
                                         const std::string& file) {
  EvictionWish wish;
  wish.file = file;
  for (const std::string& word : words) {
    if (add_kind(word, wish)) continue;
    HF_TRY_ASSIGN(const MemoryRange range, parse_address(word));
    wish.addresses.push_back(range);
  }
  const bool has_kind_of_files = wish.has_text || wish.has_data || wish.has_all;
  const bool has_other = wish.has_stack || wish.has_heap || !wish.addresses.empty();
  if (!file.empty() && (has_other || !has_kind_of_files)) {
    return usage_error("--file goes with --what text, data or all: nothing else is in a file");
  }
  return wish;
}

Result<std::vector<Region>> choose_evicted(const std::vector<Region>& regions,
                                           const EvictionWish& wish, size_t page_bytes) {
  HF_TRY_ASSIGN(std::vector<Region> chosen, of_kinds(regions, wish));
  for (const MemoryRange& range : wish.addresses) {
    HF_TRY_ASSIGN(std::vector<Region> pieces, at_address(regions, range, page_bytes));
    std::ranges::move(pieces, std::back_inserter(chosen));
  }
  if (!chosen.empty()) return chosen;
  return Error{
      ErrorKind::kUsage, 0,
      "the process has no such memory" + (wish.file.empty() ? std::string() : " in " + wish.file)};
}

}  // namespace holdfast
