// SPDX-License-Identifier: MIT
#include "core/memory_check.h"

#include <gtest/gtest.h>

#include "tests/support/findings.h"

namespace holdfast {
namespace {

using test::finding_of;
using test::status_of;

constexpr int64_t kGibibyte = int64_t{1} << 30;

MemorySetup good_memory() {
  MemorySetup setup;
  setup.total_bytes = 16 * kGibibyte;
  setup.available_bytes = 8 * kGibibyte;
  setup.swap_areas = std::vector<SwapArea>{{SwapKind::kZram, 4 * kGibibyte, 0}};
  setup.swappiness = 60;
  setup.stalled_percent = 0.02;
  setup.cgroup_limit_bytes = INT64_MAX;
  setup.overcommit = 0;
  setup.compact_unevictable = 0;
  setup.huge_pages = "madvise";
  setup.ksm = 0;
  setup.numa_balancing = 0;
  return setup;
}

TEST(MemoryCheck, PassesAMachineWithoutTrouble) {
  const auto findings = check_memory(good_memory());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).passed, 7);
}

TEST(MemoryCheck, NeverPassesWhatIsNotTold) {
  const auto findings = check_memory(MemorySetup());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).unknown, 7);
}

TEST(MemoryCheck, WithoutSwapItSaysThatCodeIsDroppedAllTheSame) {
  MemorySetup setup = good_memory();
  setup.swap_areas->clear();
  const auto findings = check_memory(setup);
  const Finding swap = finding_of(findings, "swap");
  EXPECT_EQ(swap.status, FindingStatus::kPass);
  EXPECT_NE(swap.evidence.find("code and constants are dropped"), std::string::npos);
  for (const Finding& finding : findings) EXPECT_NE(finding.name, "swappiness");
}

TEST(MemoryCheck, WarnsOfSwapOnADiskUnlessItIsBehindZswap) {
  MemorySetup setup = good_memory();
  setup.swap_areas->push_back({SwapKind::kFile, kGibibyte, 0});
  const auto findings = check_memory(setup);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "swap"), FindingStatus::kWarn);
  setup.has_zswap = true;
  EXPECT_EQ(status_of(check_memory(setup), "swap"), FindingStatus::kPass);
}

TEST(MemoryCheck, WarnsAndFailsAsMemoryRunsOut) {
  MemorySetup setup = good_memory();
  setup.available_bytes = 16 * kGibibyte / 14;
  EXPECT_EQ(status_of(check_memory(setup), "left"), FindingStatus::kWarn);
  setup.available_bytes = 16 * kGibibyte / 40;
  const auto findings = check_memory(setup);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "left"), FindingStatus::kFail);
}

TEST(MemoryCheck, WarnsOfStallsAndStrangeSettings) {
  MemorySetup setup = good_memory();
  setup.stalled_percent = 12.34;
  setup.swappiness = 0;
  setup.overcommit = 2;
  const auto findings = check_memory(setup);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "pressure"), FindingStatus::kWarn);
  EXPECT_NE(finding_of(findings, "pressure").evidence.find("12.3 %"), std::string::npos);
  EXPECT_EQ(status_of(findings, "swappiness"), FindingStatus::kWarn);
  EXPECT_EQ(status_of(findings, "overcommit"), FindingStatus::kWarn);
  setup.swappiness = 180;
  EXPECT_EQ(status_of(check_memory(setup), "swappiness"), FindingStatus::kWarn);
}

TEST(MemoryCheck, WarnsOfATightCgroup) {
  MemorySetup setup = good_memory();
  setup.cgroup_limit_bytes = kGibibyte;
  setup.cgroup_left_bytes = kGibibyte / 2;
  EXPECT_EQ(status_of(check_memory(setup), "cgroup"), FindingStatus::kPass);
  setup.cgroup_left_bytes = kGibibyte / 16;
  const auto findings = check_memory(setup);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "cgroup"), FindingStatus::kWarn);
}

TEST(MemoryCheck, EachMoverOfPagesIsEnoughToWarn) {
  for (int mover = 0; mover < 4; ++mover) {
    MemorySetup setup = good_memory();
    if (mover == 0) setup.compact_unevictable = 1;
    if (mover == 1) setup.huge_pages = "always";
    if (mover == 2) setup.ksm = 1;
    if (mover == 3) setup.numa_balancing = 1;
    const auto findings = check_memory(setup);
    test::expect_well_formed(findings);
    EXPECT_EQ(finding_of(findings, "page movers").remedy, "movers") << mover;
  }
}

TEST(MemoryCheck, OneMoverThatIsOffDoesNotSpeakForTheOthers) {
  MemorySetup setup = good_memory();
  setup.compact_unevictable.reset();
  EXPECT_EQ(status_of(check_memory(setup), "page movers"), FindingStatus::kUnknown);
}

TEST(MemoryCheck, ReadsTheAverageOfFiveMinutes) {
  EXPECT_EQ(parse_stall_average("some avg10=9.00 avg60=8.00 avg300=1.25 total=5\nfull avg10=0.00"),
            1.25);
  EXPECT_EQ(parse_stall_average("full avg10=9.00 avg60=8.00 avg300=1.25 total=5\n"), std::nullopt);
  EXPECT_EQ(parse_stall_average("some avg300=x.25"), std::nullopt);
  EXPECT_EQ(parse_stall_average("some avg300=1"), std::nullopt);
  EXPECT_EQ(parse_stall_average(""), std::nullopt);
}

TEST(MemoryCheck, ReadsTheChoiceInBrackets) {
  EXPECT_EQ(parse_choice("always [madvise] never\n"), "madvise");
  EXPECT_EQ(parse_choice("always"), std::nullopt);
  EXPECT_EQ(parse_choice("][x"), std::nullopt);
  EXPECT_EQ(parse_choice("[]"), std::nullopt);
}

}  // namespace
}  // namespace holdfast
