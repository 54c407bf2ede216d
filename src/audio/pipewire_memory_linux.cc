// SPDX-License-Identifier: MIT
#include "audio/pipewire_memory_linux.h"

#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

namespace holdfast::audio {
namespace {

/// Up to 0.3.65 and since: "/memfd:pipewire-memfd:..." (deleted).
constexpr std::string_view kMark = "/memfd:pipewire";

uintptr_t take_hex(std::string_view& text) {
  uintptr_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  text.remove_prefix(static_cast<size_t>(end.ptr - text.data()));
  return number;
}

}  // namespace

std::vector<MemoryRange> parse_pipewire_memory(std::string_view maps) {
  std::vector<MemoryRange> found;
  while (!maps.empty()) {
    std::string_view line = maps.substr(0, maps.find('\n'));
    maps.remove_prefix(std::min(line.size() + 1, maps.size()));
    if (line.find(kMark) == std::string_view::npos) continue;
    const uintptr_t begin = take_hex(line);
    if (!line.starts_with('-')) continue;
    line.remove_prefix(1);
    const uintptr_t end = take_hex(line);
    if (end > begin) found.push_back({begin, end - begin, "shared with PipeWire"});
  }
  return found;
}

std::vector<MemoryRange> pipewire_shared_memory() {
  std::ifstream file("/proc/self/maps");
  std::ostringstream text;
  text << file.rdbuf();
  return parse_pipewire_memory(text.str());
}

}  // namespace holdfast::audio
