// SPDX-License-Identifier: MIT
// The lines of text by which a trace names threads and addresses (docs/trace-format.md, kind 13).
// Whoever looks at a process writes them; core/address_space reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/memory_range.h"
#include "core/proc_maps.h"
#include "core/regions.h"

namespace holdfast {

/// "thread 21731 audio".
std::string thread_line(uint32_t tid, std::string_view name);
/// "stack 21731 7f0000000000 7f0000800000".
std::string stack_line(uint32_t tid, const MemoryRange& stack);
/// "tls 21731 7f00007ff000 7f0000800000": thread-local storage, also where it lies in the stack.
std::string tls_line(uint32_t tid, const MemoryRange& tls);
/// "maps 21730": a new list of mappings of this process follows.
std::string maps_line(int pid);
/// "program /usr/bin/editor": whose text is the program's; every other file is a library's.
std::string program_line(std::string_view path);
/// "map 7f10 7f20 r-xp 1000 c0ffee /usr/lib/libm.so.6"; `build_id` in hex, or "" when not known.
std::string map_line(const Mapping& mapping, std::string_view build_id);
/// "region 3 library_text libm.so.6 text": what kResidency records count under this number.
std::string region_line(uint32_t number, RegionKind kind, std::string_view name);
/// "passed_over 2 51200": so many regions, with so many pages, are too large to be looked at.
std::string passed_over_line(size_t regions, size_t pages);
/// "symbol 7f1234 .text Biquad::process+0x40"; either is "" when not known.
std::string symbol_line(uint64_t address, std::string_view section, std::string_view symbol);

}  // namespace holdfast
