// SPDX-License-Identifier: MIT
#include "report/residency_json.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr Nanos kUtc{1'707'841'585'258'015'000};
constexpr const char* kFront =
    R"({"schema":"holdfast.residency/1","event":"%","utc":"2024-02-13T16:26:25.258015Z",)";

std::string front(const std::string& event) {
  std::string text = kFront;
  return text.replace(text.find('%'), 1, event);
}

TEST(ResidencyJson, RegionCarriesEveryCountWithItsUnit) {
  RegionRow row;
  row.kind = RegionKind::kLibraryText;
  row.name = "lib\"x\" text";
  row.begin = 0x7f0012345000;
  row.size_bytes = 8192;
  row.pages.add(PageState::kResident);
  row.pages.add(PageState::kNotResident);
  EXPECT_EQ(
      region_json(kUtc, row),
      front("region") +
          R"("region":"lib\"x\" text","kind":"library_text","first_address":"0x7f0012345000",)"
          R"("size_bytes":8192,"pages":2,"resident_pages":1,"swap_cache_pages":0,)"
          R"("page_cache_pages":0,"untouched_pages":0,"unknown_pages":0,"swapped_pages":0,)"
          R"("not_resident_pages":1,"locked_bytes":null,"is_extent_exact":true,)"
          R"("is_watched":true})");
}

TEST(ResidencyJson, OneObjectForEachThingThatHappened) {
  ResidencyEvent event;
  event.utc = kUtc;
  event.region = "heap";
  event.left_address = 0x1000;
  event.returned_address = 0x2000;
  event.change.resident_before = 9;
  event.change.left.add(PageState::kSwapped);
  event.change.unmapped.add(PageState::kSwapCache);
  event.change.returned = 2;
  event.change.longest_away = {Nanos(5), Nanos(7)};
  const auto lines = change_json(event);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(
      lines[0].find(front("left") + R"("region":"heap","pages":1,"resident_before_pages":9,)"), 0U);
  EXPECT_NE(lines[0].find(R"("swapped_pages":1,)"), std::string::npos);
  EXPECT_NE(lines[0].find(R"("first_address":"0x1000"})"), std::string::npos);
  EXPECT_NE(lines[1].find(R"("event":"unmapped")"), std::string::npos);
  EXPECT_EQ(lines[2], front("returned") +
                          R"("region":"heap","pages":2,"first_address":"0x2000",)"
                          R"("longest_away_at_least_ns":5,"longest_away_at_most_ns":7})");
}

TEST(ResidencyJson, UnknownNumbersAreNullNotZero) {
  const std::string json = summary_json(kUtc, ResidencySummary());
  EXPECT_NE(json.find(R"("longest_away_at_most_ns":null,"thread_major_faults":null)"),
            std::string::npos)
      << json;
}

TEST(ResidencyJson, SummaryTellsTheFaultsThatWereSeen) {
  ResidencySummary summary;
  EXPECT_NE(summary_json(kUtc, summary).find(R"("faults_seen":null,"major_faults_seen":null,)"),
            std::string::npos);
  summary.seen_faults = FaultTotals{5, 2, Nanos(70), 1};
  EXPECT_NE(
      summary_json(kUtc, summary)
          .find(R"("faults_seen":5,"major_faults_seen":2,"fault_time_ns":70,"lost_facts":1,)"),
      std::string::npos);
}

TEST(ResidencyJson, ThreadAndMissingSayWhy) {
  ThreadChoice choice;
  choice.thread.name = "audio";
  choice.reason = "as asked";
  EXPECT_NE(thread_json(kUtc, 1, ProcessStatus(), choice).find(R"("chosen":"as asked")"),
            std::string::npos);
  EXPECT_EQ(missing_json(kUtc, {"a", "b"}), front("missing") + R"("why":"a","how_to_get_it":"b"})");
}

}  // namespace
}  // namespace holdfast
