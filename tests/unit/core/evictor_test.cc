// SPDX-License-Identifier: MIT
// Pages that are not real: each obeys the kernel's rules as far as they were measured.
#include "core/evictor.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

namespace holdfast {
namespace {

/// One page and what keeps it.
struct FakePage {
  PageLook look;
  bool is_in_swap = false;         ///< Swap has its content.
  int writing_pauses = 0;          ///< How long it takes to be written.
  int unseen_until_drain = 0;      ///< page_out() passes it over that often.
  bool is_freed_by_drain = false;  ///< Until then, it stays in the swap cache.
  bool is_mapped_elsewhere = false;
  int returns = 0;  ///< Is used again so often, when nobody is held.
};

class FakeGround : public EvictionGround {
 public:
  std::vector<std::vector<FakePage>> parts;
  bool has_swap = true;
  bool may_page_out = true;
  bool is_gone = false;
  int holds = 0;
  int releases = 0;
  int drains = 0;
  int reads = 0;
  Nanos time;

  Result<> hold() override {
    ++holds;
    return Done{};
  }
  void release() override { ++releases; }

  Result<> look(size_t part, const PageRun& run, std::vector<PageLook>& looks) override {
    if (is_gone) return Error{ErrorKind::kUnavailable, ESRCH, "gone"};
    looks.clear();
    for (size_t i = 0; i < run.count; ++i) looks.push_back(parts[part][run.first + i].look);
    return Done{};
  }

  void page_out(size_t part, std::span<const PageRun> runs) override {
    for_pages(part, runs, [this](FakePage& page) { page_out(page); });
  }
  void read_back(size_t part, std::span<const PageRun> runs) override {
    for_pages(part, runs, [this](FakePage& page) {
      ++reads;
      page.look.state = PageState::kResident;
    });
  }
  void forget(size_t part, std::span<const PageRun> runs) override {
    for_pages(part, runs, [](FakePage& page) {
      if (page.look.state == PageState::kPageCache && !page.is_mapped_elsewhere) {
        page.look.state = PageState::kNotResident;
      }
    });
  }
  void drain() override {
    ++drains;
    pause();
    for (auto& part : parts) {
      for (FakePage& page : part) {
        page.unseen_until_drain = 0;
        page.is_freed_by_drain = false;
      }
    }
  }
  [[nodiscard]] bool is_permitted(size_t) const override { return may_page_out; }
  [[nodiscard]] bool has_free_swap() const override { return has_swap; }
  [[nodiscard]] Nanos now() const override { return time; }
  void rest(Nanos length) override {
    EXPECT_EQ(holds, releases);
    time += length;
  }
  void pause() override {
    time += kMillisecond;
    for (auto& part : parts) {
      for (FakePage& page : part) {
        if (page.writing_pauses > 0 && --page.writing_pauses == 0) page.look.is_written = false;
      }
    }
  }

 private:
  template <class Action>
  void for_pages(size_t part, std::span<const PageRun> runs, Action action) {
    for (const PageRun& run : runs) {
      for (size_t i = 0; i < run.count; ++i) action(parts[part][run.first + i]);
    }
  }

  void page_out(FakePage& page) const {
    if (page.look.state != PageState::kResident || page.look.is_locked || page.look.is_shared)
      return;
    if (page.unseen_until_drain > 0 || page.look.is_written) return;
    if (page.returns > 0 && page.returns-- > 0) return;
    if (page.look.is_file) {
      if (may_page_out && !page.look.is_dirty) page.look.state = PageState::kNotResident;
    } else if (has_swap) {
      const bool is_freed = page.is_in_swap && !page.is_freed_by_drain;
      page.look.state = is_freed ? PageState::kSwapped : PageState::kSwapCache;
      page.look.is_written = !page.is_in_swap && page.writing_pauses > 0;
      page.is_in_swap = true;
    }
  }
};

FakePage file_page() {
  FakePage page;
  page.look.state = PageState::kResident;
  page.look.is_file = true;
  return page;
}

FakePage data_page() {
  FakePage page;
  page.look.state = PageState::kResident;
  page.writing_pauses = 2;
  return page;
}

EvictedRange evict_pages(FakeGround& ground, const EvictionLimits& limits = {}) {
  std::vector<EvictionPart> parts;
  for (const auto& part : ground.parts) parts.push_back({0, part.size()});
  const auto eviction = evict({EvictedRange{}}, parts, ground, limits);
  EXPECT_TRUE(eviction);
  if (!eviction) return {};
  const EvictedRange& range = eviction->ranges[0];
  EXPECT_EQ(range.asked, range.left + range.half_out + range.unknown + range.stayed_pages());
  EXPECT_EQ(ground.holds, ground.releases);
  return range;
}

size_t stayed(const EvictedRange& range, StayReason reason) {
  return range.stayed[static_cast<size_t>(reason)];
}

TEST(Evictor, CodeLeavesAtOnce) {
  FakeGround ground;
  ground.parts = {{file_page(), file_page()}};
  EXPECT_EQ(evict_pages(ground).left, 2U);
  EXPECT_EQ(ground.reads, 0);
  EXPECT_EQ(ground.holds, 1);
}

TEST(Evictor, DataAreReadBackOnceTheyAreWrittenAndPushedOutAgain) {
  FakeGround ground;
  ground.parts = {{data_page(), data_page(), data_page()}};
  EXPECT_EQ(evict_pages(ground).left, 3U);
  EXPECT_EQ(ground.reads, 3);
}

TEST(Evictor, PagesThatTheKernelDoesNotSeeYetNeedADrain) {
  FakeGround ground;
  ground.parts = {{file_page()}};
  ground.parts[0][0].unseen_until_drain = 1;
  EXPECT_EQ(evict_pages(ground).left, 1U);
  EXPECT_EQ(ground.drains, 1);
}

TEST(Evictor, PagesThatStayInTheSwapCacheNeedADrain) {
  FakeGround ground;
  ground.parts = {{data_page()}};
  ground.parts[0][0].is_freed_by_drain = true;
  EXPECT_EQ(evict_pages(ground).left, 1U);
  EXPECT_EQ(ground.drains, 1);
}

TEST(Evictor, WritingIsWaitedForWithoutADrain) {
  FakeGround ground;
  ground.parts = {{data_page()}};
  ground.parts[0][0].writing_pauses = 10;
  EXPECT_EQ(evict_pages(ground).left, 1U);
  EXPECT_EQ(ground.drains, 0);
}

TEST(Evictor, FileContentThatNobodyMapsIsForgotten) {
  FakeGround ground;
  ground.parts = {{file_page(), file_page()}};
  for (FakePage& page : ground.parts[0]) page.look.state = PageState::kPageCache;
  ground.parts[0][1].is_mapped_elsewhere = true;
  const EvictedRange range = evict_pages(ground);
  EXPECT_EQ(range.left, 1U);
  EXPECT_EQ(stayed(range, StayReason::kShared), 1U);
}

TEST(Evictor, EachPageThatStaysHasItsReason) {
  FakeGround ground;
  ground.parts = {{file_page(), file_page(), file_page(), data_page(), file_page()}};
  ground.parts[0][0].look.is_locked = true;
  ground.parts[0][1].look.is_shared = true;
  ground.parts[0][2].look.is_dirty = true;
  ground.parts[0][3].look.is_locked = true;
  const EvictedRange range = evict_pages(ground);
  EXPECT_EQ(stayed(range, StayReason::kLocked), 2U);
  EXPECT_EQ(stayed(range, StayReason::kShared), 1U);
  EXPECT_EQ(stayed(range, StayReason::kDirty), 1U);
  EXPECT_EQ(range.left, 1U);
}

TEST(Evictor, WithoutSwapCodeLeavesAndDataStay) {
  FakeGround ground;
  ground.has_swap = false;
  ground.parts = {{data_page(), file_page()}};
  const EvictedRange range = evict_pages(ground);
  EXPECT_EQ(stayed(range, StayReason::kNoSwap), 1U);
  EXPECT_EQ(range.left, 1U);
}

TEST(Evictor, OtherPeoplesFilesAreNotPermitted) {
  FakeGround ground;
  ground.may_page_out = false;
  ground.parts = {{file_page()}};
  EXPECT_EQ(stayed(evict_pages(ground), StayReason::kNotPermitted), 1U);
}

TEST(Evictor, PagesThatAreUsedAllTheTimeEndAsInUseOrKept) {
  FakeGround ground;
  ground.parts = {{data_page(), data_page()}};
  ground.parts[0][0].returns = 1000;
  const EvictedRange range = evict_pages(ground);
  EXPECT_EQ(range.left, 1U);
  EXPECT_EQ(stayed(range, StayReason::kKept), 1U);
}

TEST(Evictor, PagesThatAreOutAlreadyAreNotAsked) {
  FakeGround ground;
  ground.parts = {{file_page(), data_page(), data_page()}};
  ground.parts[0][0].look.state = PageState::kNotResident;
  ground.parts[0][1].look.state = PageState::kSwapped;
  ground.parts[0][2].look.state = PageState::kUntouched;
  const EvictedRange range = evict_pages(ground);
  EXPECT_EQ(range.asked, 0U);
  EXPECT_EQ(range.already_out, 2U);
  EXPECT_EQ(ground.holds, 0);
}

TEST(Evictor, WhereTheKernelDoesNotTellTheAnswerIsUnknown) {
  FakeGround ground;
  ground.parts = {{file_page()}};
  ground.parts[0][0].look.state = PageState::kUnknown;
  EXPECT_EQ(evict_pages(ground).unknown, 1U);
}

TEST(Evictor, SwappedPagesOfUnclearPlaceCountAsOutOnceTheyWereReadBack) {
  FakeGround ground;
  ground.parts = {{data_page()}};
  ground.parts[0][0].look.is_unclear = true;
  ground.parts[0][0].writing_pauses = 0;
  EXPECT_EQ(evict_pages(ground).left, 1U);
  EXPECT_EQ(ground.reads, 1);
}

TEST(Evictor, LongWorkLetsTheThreadsRunInBetween) {
  FakeGround ground;
  ground.parts = {std::vector<FakePage>(40, data_page())};
  EvictionLimits limits;
  limits.batch_pages = 10;
  limits.longest_hold = kMillisecond;
  EXPECT_EQ(evict_pages(ground, limits).left, 40U);
  EXPECT_GT(ground.holds, 1);
}

TEST(Evictor, AProcessThatEndsIsAnErrorAndNothingStaysHeld) {
  FakeGround ground;
  ground.parts = {{file_page()}};
  ground.is_gone = true;
  const auto eviction = evict({EvictedRange{}}, {{0, 1}}, ground);
  ASSERT_FALSE(eviction);
  EXPECT_EQ(eviction.error().system_errno, ESRCH);
  EXPECT_EQ(ground.holds, ground.releases);
}

}  // namespace
}  // namespace holdfast
