// SPDX-License-Identifier: MIT
// A library with one named thing in each section. named_program tells where they are.
#include "tests/system/named/library.h"

namespace named {

// NOLINTBEGIN(readability-identifier-naming,bugprone-dynamic-static-initializers)
[[gnu::used]] static float table[2048] = {1.0F};                        // .data
[[gnu::used]] static float delay_line[65536];                           // .bss, over several pages
[[gnu::used]] static const float window[2048] = {0.5F, NAMED_VERSION};  // .rodata
[[gnu::used]] static const float* const windows[600] = {window};        // .data.rel.ro
// NOLINTEND(readability-identifier-naming,bugprone-dynamic-static-initializers)

[[gnu::noinline]] float Filter::process(float sample) const {
  return sample * window[3] + table[5] + delay_line[7];
}

[[gnu::noinline, gnu::used]] static float only_here(float sample) {
  return sample * 3.0F + table[9];
}

std::vector<Place> places_in_library() {
  auto member = &Filter::process;
  void* code = nullptr;
  __builtin_memcpy(&code, &member, sizeof code);
  return {{"function", code, 2},        {"static function", reinterpret_cast<void*>(&only_here), 1},
          {"data", table, 0x1000},      {"bss", delay_line, 0x3f000},
          {"constants", window, 0x100}, {"relocated constants", windows, 0x1008}};
}

}  // namespace named
