// SPDX-License-Identifier: MIT
// The decision table, row by row: what was measured on a kernel is expected here.
#include "core/residency.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr PagemapEntry kPresent = {true, false, false};
constexpr PagemapEntry kSwap = {false, true, false};
constexpr PagemapEntry kNone = {};
constexpr std::optional<bool> kNotAsked = std::nullopt;

TEST(Residency, PresentPageIsResidentWhateverElseIsSaid) {
  for (const Backing backing : {Backing::kAnonymous, Backing::kFile, Backing::kSharedMemory}) {
    for (const std::optional<bool> in_core : {kNotAsked, {true}, {false}}) {
      EXPECT_EQ(judge_page(backing, kPresent, in_core), PageState::kResident);
    }
  }
}

TEST(Residency, AnonymousPageWithoutEntryWasNeverUsed) {
  EXPECT_EQ(judge_page(Backing::kAnonymous, kNone, false), PageState::kUntouched);
  EXPECT_EQ(judge_page(Backing::kAnonymous, kNone, kNotAsked), PageState::kUntouched);
}

TEST(Residency, MincoreTellsTheSwapCacheFromSwap) {
  EXPECT_EQ(judge_page(Backing::kAnonymous, kSwap, true), PageState::kSwapCache);
  EXPECT_EQ(judge_page(Backing::kAnonymous, kSwap, false), PageState::kSwapped);
}

TEST(Residency, WithoutMincoreSwappedIsTheWorseCase) {
  EXPECT_EQ(judge_page(Backing::kAnonymous, kSwap, kNotAsked), PageState::kSwapped);
}

TEST(Residency, CopiedFilePageInSwapIsNotInTheFilesCache) {
  EXPECT_EQ(judge_page(Backing::kFile, kSwap, true), PageState::kSwapped);
}

TEST(Residency, UnmappedFilePageIsWhereMincoreSays) {
  EXPECT_EQ(judge_page(Backing::kFile, kNone, true), PageState::kPageCache);
  EXPECT_EQ(judge_page(Backing::kFile, kNone, false), PageState::kNotResident);
}

TEST(Residency, UnmappedFilePageIsUnknownWhereMincoreMayLie) {
  EXPECT_EQ(judge_page(Backing::kFile, kNone, kNotAsked), PageState::kUnknown);
}

TEST(Residency, SharedMemoryWithoutEntryIsUnknownUnlessInRam) {
  EXPECT_EQ(judge_page(Backing::kSharedMemory, kNone, kNotAsked), PageState::kUnknown);
  EXPECT_EQ(judge_page(Backing::kSharedMemory, kNone, false), PageState::kUnknown);
  EXPECT_EQ(judge_page(Backing::kSharedMemory, kNone, true), PageState::kPageCache);
}

TEST(Residency, KernelPagesNeverLeave) {
  EXPECT_EQ(judge_page(Backing::kKernel, kNone, kNotAsked), PageState::kResident);
}

Backing backing_of_path(const std::string& path, uint64_t inode) {
  Mapping mapping;
  mapping.path = path;
  mapping.inode = inode;
  return backing_of(mapping);
}

TEST(Residency, BackingFollowsFromTheMapping) {
  EXPECT_EQ(backing_of_path("", 0), Backing::kAnonymous);
  EXPECT_EQ(backing_of_path("[heap]", 0), Backing::kAnonymous);
  EXPECT_EQ(backing_of_path("[anon:name]", 0), Backing::kAnonymous);
  EXPECT_EQ(backing_of_path("/usr/lib/libm.so.6", 5), Backing::kFile);
  EXPECT_EQ(backing_of_path("/dev/shm/jack_sem", 5), Backing::kSharedMemory);
  EXPECT_EQ(backing_of_path("/memfd:pipewire (deleted)", 5), Backing::kSharedMemory);
  EXPECT_EQ(backing_of_path("/dev/zero (deleted)", 5), Backing::kSharedMemory);
  EXPECT_EQ(backing_of_path("/dev/snd/pcmC0D0c", 5), Backing::kKernel);
  EXPECT_EQ(backing_of_path("anon_inode:[perf_event]", 5), Backing::kKernel);
  EXPECT_EQ(backing_of_path("[vvar_vclock]", 0), Backing::kKernel);
}

TEST(Residency, CountsAddUp) {
  const std::array pages = {PageState::kResident, PageState::kSwapped, PageState::kResident};
  const PageCounts counts = count_pages(pages);
  EXPECT_EQ(counts.of(PageState::kResident), 2U);
  EXPECT_EQ(counts.of(PageState::kSwapped), 1U);
  EXPECT_EQ(counts.total(), 3U);
}

}  // namespace
}  // namespace holdfast
