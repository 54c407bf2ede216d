// SPDX-License-Identifier: MIT
#include "act/own_ranges.h"

#include <gnu/libc-version.h>
#include <link.h>
#include <sys/auxv.h>

#include <algorithm>

// Made by the linker around the section of HF_RT_TEXT; weak, because a program may have none.
extern "C" {
[[gnu::weak, gnu::visibility("hidden")]] extern const char __start_hf_rt_text[];  // NOLINT
[[gnu::weak, gnu::visibility("hidden")]] extern const char __stop_hf_rt_text[];   // NOLINT
}

namespace holdfast::act {
namespace {

struct Segment {
  MemoryRange range;
  uintptr_t object = 0;  ///< Address of its program headers: no two objects share it.
  bool is_text = false;
  bool is_writable = false;
};

struct Collection {
  Objects objects = Objects::kProgram;
  std::vector<Segment> segments;
  size_t objects_seen = 0;
};

const char* segment_name(bool is_program, ElfW(Word) flags) {
  if ((flags & PF_X) != 0) return is_program ? "program text" : "library text";
  if ((flags & PF_W) != 0) return is_program ? "program data" : "library data";
  return is_program ? "program constants" : "library constants";
}

bool is_vdso(const dl_phdr_info& object) {
  const uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
  const auto headers = reinterpret_cast<uintptr_t>(object.dlpi_phdr);
  return vdso != 0 && headers >= vdso && headers < vdso + 4096;
}

int collect_object(dl_phdr_info* object, size_t, void* context) {
  auto& collection = *static_cast<Collection*>(context);
  const bool is_program = collection.objects_seen++ == 0;  // the loader lists the program first
  if (is_vdso(*object)) return 0;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    collection.segments.push_back({{object->dlpi_addr + header.p_vaddr, header.p_memsz,
                                    segment_name(is_program, header.p_flags)},
                                   reinterpret_cast<uintptr_t>(object->dlpi_phdr),
                                   (header.p_flags & PF_X) != 0,
                                   (header.p_flags & PF_W) != 0});
  }
  return collection.objects == Objects::kProgram ? 1 : 0;  // non-zero ends the walk
}

std::vector<Segment> collect(Objects objects) {
  Collection collection{objects, {}};
  dl_iterate_phdr(collect_object, &collection);
  return std::move(collection.segments);
}

std::vector<MemoryRange> text_first(std::vector<Segment> segments) {
  std::stable_partition(segments.begin(), segments.end(),
                        [](const Segment& segment) { return segment.is_text; });
  std::vector<MemoryRange> ranges;
  ranges.reserve(segments.size());
  for (const Segment& segment : segments) ranges.push_back(segment.range);
  return ranges;
}

uintptr_t object_of(const std::vector<Segment>& segments, uintptr_t address) {
  for (const Segment& segment : segments) {
    if (address >= segment.range.begin && address < segment.range.end()) return segment.object;
  }
  return 0;
}

}  // namespace

MemoryRange own_realtime_text() {
  if (__start_hf_rt_text == nullptr) return {0, 0, "real-time text"};
  const auto begin = reinterpret_cast<uintptr_t>(__start_hf_rt_text);
  return {begin, reinterpret_cast<uintptr_t>(__stop_hf_rt_text) - begin, "real-time text"};
}

MemoryRange function_range(const void* function, size_t size_bytes, const char* name) {
  return {reinterpret_cast<uintptr_t>(function), size_bytes, name};
}

std::vector<MemoryRange> own_data_segments(Objects objects) {
  std::vector<MemoryRange> ranges;
  for (const Segment& segment : collect(objects)) {
    if (segment.is_writable) ranges.push_back(segment.range);
  }
  return ranges;
}

std::vector<MemoryRange> own_constant_segments(Objects objects) {
  std::vector<MemoryRange> ranges;
  for (const Segment& segment : collect(objects)) {
    if (!segment.is_writable && !segment.is_text) ranges.push_back(segment.range);
  }
  return ranges;
}

std::vector<MemoryRange> own_segments(Objects objects) {
  return text_first(collect(objects));
}

LoadedObjects loaded_objects() {
  LoadedObjects objects;
  for (const Segment& segment : collect(Objects::kAll)) objects.insert(segment.object);
  return objects;
}

std::vector<MemoryRange> segments_loaded_since(const LoadedObjects& before) {
  std::vector<Segment> segments = collect(Objects::kAll);
  const uintptr_t libc = object_of(segments, reinterpret_cast<uintptr_t>(&::gnu_get_libc_version));
  std::vector<Segment> found;
  bool has_new = false;
  for (const Segment& segment : segments) {
    const bool is_new = before.count(segment.object) == 0;
    if (is_new || segment.object == libc) found.push_back(segment);
    has_new |= is_new;
  }
  return has_new ? text_first(std::move(found)) : std::vector<MemoryRange>{};
}

}  // namespace holdfast::act
