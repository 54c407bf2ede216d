// SPDX-License-Identifier: MIT
#include "core/residency.h"

#include <algorithm>
#include <numeric>
#include <string_view>

namespace holdfast {
namespace {

bool starts_with_any(std::string_view path, std::span<const std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [path](std::string_view prefix) { return path.starts_with(prefix); });
}

/// Of a page copied on write from a file, mincore() spoke about the file's page, not the copy.
PageState judge_swapped(Backing backing, std::optional<bool> in_core) {
  const bool is_in_ram = backing == Backing::kAnonymous && in_core.value_or(false);
  return is_in_ram ? PageState::kSwapCache : PageState::kSwapped;
}

PageState judge_unmapped_file(std::optional<bool> in_core) {
  if (!in_core) return PageState::kUnknown;
  return *in_core ? PageState::kPageCache : PageState::kNotResident;
}

/// mincore 0 may mean swapped out or never used: neither witness can tell these apart.
PageState judge_unmapped_shared(std::optional<bool> in_core) {
  return in_core.value_or(false) ? PageState::kPageCache : PageState::kUnknown;
}

}  // namespace

Backing backing_of(const Mapping& mapping) {
  constexpr std::string_view kSharedNames[] = {"/dev/shm/", "/memfd:", "/SYSV", "/dev/zero",
                                               "[anon_shmem"};
  constexpr std::string_view kKernelNames[] = {"[vdso]",      "[vvar", "[vsyscall]", "[uprobes]",
                                               "anon_inode:", "/dev/", "/dmabuf:"};
  if (starts_with_any(mapping.path, kSharedNames)) return Backing::kSharedMemory;
  if (starts_with_any(mapping.path, kKernelNames)) return Backing::kKernel;
  return mapping.inode == 0 ? Backing::kAnonymous : Backing::kFile;
}

PageState judge_page(Backing backing, PagemapEntry entry, std::optional<bool> in_core) {
  if (entry.is_present || backing == Backing::kKernel) return PageState::kResident;
  if (entry.is_swapped) return judge_swapped(backing, in_core);
  switch (backing) {
    case Backing::kFile:
      return judge_unmapped_file(in_core);
    case Backing::kSharedMemory:
      return judge_unmapped_shared(in_core);
    case Backing::kAnonymous:
    case Backing::kKernel:
      break;
  }
  return PageState::kUntouched;
}

size_t PageCounts::total() const {
  return std::accumulate(by_state.begin(), by_state.end(), size_t{0});
}

PageCounts count_pages(std::span<const PageState> pages) {
  PageCounts counts;
  for (const PageState page : pages) counts.add(page);
  return counts;
}

}  // namespace holdfast
