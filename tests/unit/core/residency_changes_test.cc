// SPDX-License-Identifier: MIT
#include "core/residency_changes.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

using enum PageState;

/// Looks every 100 ms, from time 0.
class Looks {
 public:
  ResidencyChange look(std::vector<PageState> pages) {
    const Nanos time = time_;
    time_ += kMillisecond * 100;
    return tracker.update(pages, time);
  }
  ResidencyTracker tracker;

 private:
  Nanos time_;
};

TEST(ResidencyChanges, FirstLookAndUnchangedPagesYieldNothing) {
  Looks looks;
  EXPECT_TRUE(looks.look({kResident, kSwapped}).is_empty());
  EXPECT_TRUE(looks.look({kResident, kSwapped}).is_empty());
  EXPECT_EQ(looks.tracker.pages_out(), 0U);
}

TEST(ResidencyChanges, PagesThatLeaveAreCountedByWhatTheyBecame) {
  Looks looks;
  looks.look({kResident, kResident, kResident, kUntouched});
  const ResidencyChange change = looks.look({kResident, kSwapped, kNotResident, kUntouched});
  EXPECT_EQ(change.left.total(), 2U);
  EXPECT_EQ(change.left.of(kSwapped), 1U);
  EXPECT_EQ(change.left.of(kNotResident), 1U);
  EXPECT_EQ(change.resident_before, 3U);
  EXPECT_EQ(change.first_left, 1U);
  EXPECT_EQ(looks.tracker.pages_out(), 2U);
}

TEST(ResidencyChanges, TimeAwayHasBothBounds) {
  Looks looks;
  looks.look({kResident});                      // 0 ms
  looks.look({kSwapped});                       // 100 ms
  looks.look({kSwapped});                       // 200 ms
  const auto change = looks.look({kResident});  // 300 ms
  EXPECT_EQ(change.returned, 1U);
  EXPECT_EQ(change.first_returned, 0U);
  EXPECT_EQ(change.longest_away.at_least, kMillisecond * 100);
  EXPECT_EQ(change.longest_away.at_most, kMillisecond * 300);
  EXPECT_EQ(looks.tracker.pages_out(), 0U);
}

TEST(ResidencyChanges, PageSeenOutOnceMayHaveBeenAwayForAnInstant) {
  Looks looks;
  looks.look({kResident});
  looks.look({kSwapped});
  EXPECT_EQ(looks.look({kResident}).longest_away.at_least, Nanos(0));
}

TEST(ResidencyChanges, LongestAwayIsOfThePageThatWasAwayLongest) {
  Looks looks;
  looks.look({kResident, kResident});
  looks.look({kResident, kSwapped});
  looks.look({kSwapped, kSwapped});
  const auto change = looks.look({kResident, kResident});
  EXPECT_EQ(change.returned, 2U);
  EXPECT_EQ(change.longest_away.at_most, kMillisecond * 300);
}

TEST(ResidencyChanges, PageReadForTheFirstTimeHasNotComeBack) {
  Looks looks;
  looks.look({kNotResident, kUnknown, kPageCache});
  EXPECT_TRUE(looks.look({kResident, kResident, kResident}).is_empty());
}

TEST(ResidencyChanges, PageThatLosesItsMappingButStaysInRamIsNotOut) {
  Looks looks;
  looks.look({kResident, kResident});
  const auto change = looks.look({kSwapCache, kPageCache});
  EXPECT_EQ(change.unmapped.total(), 2U);
  EXPECT_EQ(change.left.total(), 0U);
  EXPECT_EQ(looks.tracker.pages_out(), 0U);
  EXPECT_TRUE(looks.look({kResident, kResident}).is_empty());
}

TEST(ResidencyChanges, PageCanLeaveByWayOfTheSwapCache) {
  Looks looks;
  looks.look({kResident});
  looks.look({kSwapCache});
  EXPECT_EQ(looks.look({kSwapped}).left.total(), 1U);
}

TEST(ResidencyChanges, PageReadAheadIntoRamIsBack) {
  Looks looks;
  looks.look({kResident});
  looks.look({kNotResident});
  EXPECT_EQ(looks.look({kPageCache}).returned, 1U);
}

TEST(ResidencyChanges, MappedPageThatBecomesUnknownHasLeft) {
  Looks looks;
  looks.look({kResident});
  EXPECT_EQ(looks.look({kUnknown}).left.of(kUnknown), 1U);
}

TEST(ResidencyChanges, MemoryGivenBackByTheProgramHasNotLeft) {
  Looks looks;
  looks.look({kResident});
  EXPECT_TRUE(looks.look({kUntouched}).is_empty());
  EXPECT_TRUE(looks.look({kResident}).is_empty());
}

}  // namespace
}  // namespace holdfast
