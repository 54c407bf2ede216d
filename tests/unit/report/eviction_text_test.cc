// SPDX-License-Identifier: MIT
#include "report/eviction_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace holdfast {
namespace {

Eviction some_eviction() {
  Eviction eviction;
  EvictedRange range{RegionKind::kProgramText, "program text", 0x5000, 8 * 4096};
  range.asked = 5;
  range.already_out = 1;
  range.left = 3;
  range.add_stayed(StayReason::kShared);
  range.add_stayed(StayReason::kLocked);
  eviction.ranges = {range};
  eviction.took = Nanos(340'000);
  eviction.held = Nanos(310'000);
  return eviction;
}

TEST(EvictionText, TableHasARowForEachRangeWithReasons) {
  EXPECT_EQ(eviction_table(some_eviction()),
            "range              KiB  were out   asked    left half out  stayed\n"
            "program text        32         1       5       3        0       2  "
            "1 locked, 1 shared with other processes\n");
}

TEST(EvictionText, LineSaysWhatLeftHowLongItTookAndWhatStayed) {
  EXPECT_EQ(eviction_line(3, "12:00:00 UTC", some_eviction()),
            "12:00:00 UTC eviction 3: 3 of 5 pages left in 340 us, threads held for 310 us; "
            "stayed: 1 locked, 1 shared with other processes");
}

TEST(EvictionText, AdviceIsGivenOnlyForWhatStayed) {
  EXPECT_EQ(advice_on(Eviction{}), "");
  const std::string advice = advice_on(some_eviction());
  EXPECT_NE(advice.find("from a copy of its own"), std::string::npos);
  EXPECT_EQ(advice.find("swapon"), std::string::npos);
}

TEST(EvictionText, SummaryCountsEvictionsThatWereAnswered) {
  EvictionSummary summary;
  for (const int64_t majors : {2, 0, 1}) {
    summary.add(some_eviction());
    summary.add(EvictionAnswer{4, majors});
  }
  EXPECT_EQ(summary_text(summary),
            "3 evictions, 9 of 15 pages left; the longest took 340 us\n"
            "the thread took 3 major and 12 minor faults; 2 of 3 evictions were answered by a "
            "major one\n");
}

TEST(EvictionText, JsonCountsAddUp) {
  const auto json = nlohmann::json::parse(eviction_json(Nanos(0), 1, some_eviction()));
  EXPECT_EQ(json["schema"], "holdfast.eviction/1");
  EXPECT_EQ(json["event"], "eviction");
  EXPECT_EQ(json["asked_pages"], 5);
  EXPECT_EQ(json["ranges"][0]["address"], "0x5000");
  int64_t sum = json["left_pages"].get<int64_t>() + json["half_out_pages"].get<int64_t>() +
                json["unknown_pages"].get<int64_t>();
  for (const auto& [name, pages] : json["stayed_pages"].items()) sum += pages.get<int64_t>();
  EXPECT_EQ(sum, 5);
}

TEST(EvictionText, EveryEventOfJsonIsOneObject) {
  const ThreadChoice choice{{}, "as asked"};
  for (const std::string& line :
       {eviction_thread_json(Nanos(0), 1, choice), answer_json(Nanos(0), 1, {}),
        missing_eviction_json(Nanos(0), {"why", "how"}), summary_json(Nanos(0), {})}) {
    EXPECT_EQ(nlohmann::json::parse(line)["schema"], "holdfast.eviction/1") << line;
  }
}

}  // namespace
}  // namespace holdfast
