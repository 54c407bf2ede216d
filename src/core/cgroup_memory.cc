// SPDX-License-Identifier: MIT
#include "core/cgroup_memory.h"

#include <charconv>
#include <optional>
#include <string>

namespace holdfast {
namespace {

std::optional<int64_t> row(std::string_view text, const std::string& key) {
  const std::string start = key + " ";
  size_t at = text.starts_with(start) ? 0 : text.find("\n" + start);
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find(' ', at) + 1;
  int64_t value = 0;
  const auto parsed = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (parsed.ec != std::errc()) return std::nullopt;
  return value;
}

int64_t value_of(std::string_view text, const std::string& key) {
  if (const auto total = row(text, "total_" + key)) return *total;
  return row(text, key).value_or(0);
}

}  // namespace

CgroupMemory parse_cgroup_memory(std::string_view memory_stat) {
  CgroupMemory memory;
  memory.anon_bytes = value_of(memory_stat, "inactive_anon") + value_of(memory_stat, "active_anon");
  memory.file_bytes = value_of(memory_stat, "inactive_file") + value_of(memory_stat, "active_file");
  memory.unevictable_bytes = value_of(memory_stat, "unevictable");
  return memory;
}

}  // namespace holdfast
