// SPDX-License-Identifier: MIT
// Where the code and data of this process lie: the candidates for locking. Reads the loader's own
// tables, so it needs no /proc and no privilege.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "base/memory_range.h"

namespace holdfast::act {

/// Whose segments are asked for.
enum class Objects {
  kProgram,  ///< The executable alone.
  kAll,      ///< The executable, every loaded library and the loader; never the vDSO, whose pages
             ///< belong to the kernel and are not reclaimed.
};

/// The section of everything marked HF_RT_TEXT; empty in a program that links no such function.
MemoryRange own_realtime_text();

/// The first `size_bytes` of a function, such as one of libc that the audio thread calls. Taking
/// the address of an IFUNC (memcpy) yields the variant in use. `name` must be a literal.
MemoryRange function_range(const void* function, size_t size_bytes, const char* name);

/// Writable segments (.data, .bss, GOT, RELRO), named "program data" or "library data".
std::vector<MemoryRange> own_data_segments(Objects objects);

/// Constant segments (.rodata, .eh_frame): jump tables of a switch, floating-point literals,
/// strings. Real-time code reads them without a word of it in the source: with them unlocked, our
/// own audio thread took 216 major faults in 8 s under pressure, every one of them here (measured).
std::vector<MemoryRange> own_constant_segments(Objects objects);

/// Every loaded segment: text, constants, data. Text first: it is what memory pressure takes first.
std::vector<MemoryRange> own_segments(Objects objects);

/// The programs and libraries that are loaded now, by the addresses of their program headers.
using LoadedObjects = std::set<uintptr_t>;
LoadedObjects loaded_objects();

/// Every segment of what was loaded since `before` was taken, and of libc, which all of it calls.
/// Text first. Empty when nothing was.
std::vector<MemoryRange> segments_loaded_since(const LoadedObjects& before);

}  // namespace holdfast::act
