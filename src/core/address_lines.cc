// SPDX-License-Identifier: MIT
#include "core/address_lines.h"

#include <charconv>

namespace holdfast {
namespace {

std::string hex(uint64_t number) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, number, 16).ptr;
  return {digits, end};
}

std::string range_line(const char* word, uint32_t tid, const MemoryRange& range) {
  return std::string(word) + " " + std::to_string(tid) + " " + hex(range.begin) + " " +
         hex(range.end());
}

std::string_view or_dash(std::string_view text) {
  return text.empty() ? "-" : text;
}

std::string permissions_of(const Mapping& mapping) {
  return {mapping.is_readable ? 'r' : '-', mapping.is_writable ? 'w' : '-',
          mapping.is_executable ? 'x' : '-', mapping.is_shared ? 's' : 'p'};
}

}  // namespace

std::string thread_line(uint32_t tid, std::string_view name) {
  return "thread " + std::to_string(tid) + " " + std::string(name);
}

std::string stack_line(uint32_t tid, const MemoryRange& stack) {
  return range_line("stack", tid, stack);
}

std::string tls_line(uint32_t tid, const MemoryRange& tls) {
  return range_line("tls", tid, tls);
}

std::string maps_line(int pid) {
  return "maps " + std::to_string(pid);
}

std::string program_line(std::string_view path) {
  return "program " + std::string(path);
}

std::string map_line(const Mapping& mapping, std::string_view build_id) {
  std::string line = "map " + hex(mapping.begin) + " " + hex(mapping.end) + " " +
                     permissions_of(mapping) + " " + hex(mapping.offset_bytes) + " ";
  line += or_dash(build_id);
  if (!mapping.path.empty()) line += " " + mapping.path;
  return line;
}

std::string region_line(uint32_t number, RegionKind kind, std::string_view name) {
  std::string line = "region " + std::to_string(number) + " ";
  line += name_of(kind);
  line += " ";
  line += name;
  return line;
}

std::string passed_over_line(size_t regions, size_t pages) {
  return "passed_over " + std::to_string(regions) + " " + std::to_string(pages);
}

std::string symbol_line(uint64_t address, std::string_view section, std::string_view symbol) {
  std::string line = "symbol " + hex(address) + " ";
  line += or_dash(section);
  line += " ";
  line += or_dash(symbol);
  return line;
}

}  // namespace holdfast
