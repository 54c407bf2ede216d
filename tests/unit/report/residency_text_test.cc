// SPDX-License-Identifier: MIT
#include "report/residency_text.h"

#include <gtest/gtest.h>

#include <set>

namespace holdfast {
namespace {

RegionRow row(RegionKind kind, const std::string& name, size_t resident, size_t swapped) {
  RegionRow result;
  result.kind = kind;
  result.name = name;
  result.pages.by_state[static_cast<size_t>(PageState::kResident)] = resident;
  result.pages.by_state[static_cast<size_t>(PageState::kSwapped)] = swapped;
  result.size_bytes = (resident + swapped) * 4096;
  result.locked_bytes = 0;
  return result;
}

PageCounts counts(PageState state, size_t count) {
  PageCounts result;
  result.by_state[static_cast<size_t>(state)] = count;
  return result;
}

TEST(ResidencyText, TableHasOneLinePerRegionUnderItsHeading) {
  EXPECT_EQ(
      residency_table({row(RegionKind::kStack, "stack of audio", 3, 2)}),
      "region               KiB    pages resident   cached  swapped  on disk untouched  unknown "
      "locked KiB\n"
      "stack of audio        20        5        3        0        2        0         0        0 "
      "         0\n");
}

TEST(ResidencyText, ColumnsStayInLineWithLongNames) {
  const std::string table =
      residency_table({row(RegionKind::kStack, "s", 1, 0),
                       row(RegionKind::kLibraryText, std::string(60, 'x') + ".so text", 1, 0)});
  std::set<size_t> line_lengths;
  for (size_t begin = 0; begin < table.size();) {
    const size_t end = table.find('\n', begin);
    line_lengths.insert(end - begin);
    begin = end + 1;
  }
  EXPECT_EQ(line_lengths.size(), 1U);
}

TEST(ResidencyText, TableSaysWhatItDoesNotKnow) {
  RegionRow unsure = row(RegionKind::kStack, "stack of audio", 1, 0);
  unsure.locked_bytes.reset();
  unsure.is_extent_exact = false;
  unsure.is_watched = false;
  const std::string table = residency_table({unsure});
  EXPECT_NE(table.find("\nstack of audio ~ * "), std::string::npos);
  EXPECT_NE(table.find("   unknown\n~"), std::string::npos);
  EXPECT_NE(table.find("~ the upper end is estimated"), std::string::npos);
  EXPECT_NE(table.find("* shown once, not watched"), std::string::npos);
}

TEST(ResidencyText, MinorRowsOfOneKindAreJoinedAndAddUp) {
  const auto joined = join_minor_rows({row(RegionKind::kLibraryText, "a text", 1, 0),
                                       row(RegionKind::kLibraryText, "b text", 1, 0),
                                       row(RegionKind::kLibraryData, "a data", 2, 1),
                                       row(RegionKind::kLibraryData, "b data", 3, 4)});
  ASSERT_EQ(joined.size(), 3U);
  EXPECT_EQ(joined[1].name, "b text");
  EXPECT_EQ(joined[2].name, "data of libraries");
  EXPECT_EQ(joined[2].pages.of(PageState::kResident), 5U);
  EXPECT_EQ(joined[2].pages.of(PageState::kSwapped), 5U);
  EXPECT_EQ(joined[2].size_bytes, 10U * 4096);
}

ResidencyEvent event() {
  ResidencyEvent result;
  result.region = "stack of audio";
  result.left_address = 0x7f0012345000;
  result.returned_address = 0x7f0012346000;
  return result;
}

TEST(ResidencyText, SaysWhichPagesLeftAndWhereTo) {
  ResidencyEvent left = event();
  left.change.resident_before = 5;
  left.change.left = counts(PageState::kSwapped, 2);
  EXPECT_EQ(
      change_text(left, "12:34:56.789012 UTC"),
      "12:34:56.789012 UTC stack of audio: 2 of 5 pages left memory (7f0012345000: swapped)\n");
  left.change.left.add(PageState::kUnknown);
  EXPECT_EQ(change_text(left, "T"),
            "T stack of audio: 3 of 5 pages left memory (7f0012345000: 1 unmapped, the rest "
            "unknown, 2 swapped)\n");
}

TEST(ResidencyText, SaysForHowLongPagesWereAway) {
  ResidencyEvent returned = event();
  returned.change.returned = 1;
  returned.change.longest_away = {kMillisecond * 1000, kMillisecond * 1200};
  const std::string text = change_text(returned, "T");
  EXPECT_EQ(text.find("T stack of audio: 1 page came back (7f0012346000: after 1.00"), 0U) << text;
  EXPECT_NE(text.find(" to 1.20"), std::string::npos) << text;
}

TEST(ResidencyText, PagesStillInRamHaveNotLeft) {
  ResidencyEvent unmapped = event();
  unmapped.change.resident_before = 4;
  unmapped.change.unmapped = counts(PageState::kSwapCache, 4);
  EXPECT_EQ(change_text(unmapped, "T"),
            "T stack of audio: 4 of 4 pages unmapped, still in RAM (in the swap cache)\n");
}

TEST(ResidencyText, PageMapHasOneCharacterPerPage) {
  Region region;
  region.name = "heap";
  region.parts.resize(1);
  region.parts[0].begin = 0x1000;
  region.parts[0].end = 0x1000 + 66 * 4096;
  std::vector<PageState> pages(66, PageState::kResident);
  pages[64] = PageState::kSwapped;
  pages[65] = PageState::kUnknown;
  EXPECT_EQ(page_map(region, pages, 4096),
            "heap\n              1000  " + std::string(64, '#') + "\n             41000  S?\n");
}

TEST(ResidencyText, LegendExplainsEveryCharacter) {
  for (const char character : std::string("#s+.?SX")) {
    EXPECT_NE(page_map_legend().find(character), std::string::npos) << character;
  }
}

TEST(ResidencyText, SummaryAddsUpWhatHappened) {
  ResidencyChange change;
  change.left = counts(PageState::kSwapped, 3);
  ResidencyChange back;
  back.returned = 2;
  back.longest_away = {Nanos(0), kMillisecond * 5};
  ResidencySummary summary;
  summary.add(change);
  summary.add(back);
  summary.pages_out = 1;
  const std::string text = summary_text(summary);
  EXPECT_NE(text.find("3 pages left memory, 2 came back, 1 are out now; the longest for up to 5"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("faults: unknown"), std::string::npos) << text;
}

TEST(ResidencyText, SummaryAdmitsWhatItsLooksMissed) {
  ResidencySummary summary;
  summary.minor_faults = 7;
  summary.major_faults = 2;
  summary.has_process_ended = true;
  const std::string text = summary_text(summary);
  EXPECT_EQ(text.find("the process has ended\n"), 0U);
  EXPECT_NE(
      text.find("2 major and 7 minor faults meanwhile: pages that left and came back between"),
      std::string::npos)
      << text;
}

TEST(ResidencyText, SummaryTellsTheFaultsThatWereSeenAndThoseThatWereLost) {
  ResidencySummary summary;
  EXPECT_EQ(summary_text(summary).find("one by one"), std::string::npos);
  summary.seen_faults = FaultTotals{5, 2, kMillisecond, 0};
  const std::string all = summary_text(summary);
  EXPECT_NE(all.find("page faults seen one by one: 5, 2 of them major, 1.00 ms in all\n"),
            std::string::npos)
      << all;
  EXPECT_EQ(all.find("lost"), std::string::npos);
  summary.seen_faults->lost_facts = 7;
  EXPECT_NE(summary_text(summary).find("7 faults and switches were lost"), std::string::npos);
}

TEST(ResidencyText, NamesTheThreadAndWhyItWasChosen) {
  ThreadChoice choice;
  choice.thread.id = 12;
  choice.thread.name = "audio";
  choice.thread.policy = SchedulingPolicy::kFifo;
  choice.thread.rt_priority = 70;
  choice.reason = "the only real-time thread";
  ProcessStatus process;
  process.name = "jackd";
  process.locked_bytes = 8192;
  EXPECT_EQ(
      thread_text(11, process, choice),
      "thread 12 \"audio\" of process 11 \"jackd\": SCHED_FIFO 70 (the only real-time thread)\n"
      "the process: unknown KiB resident, unknown KiB swapped, 8 KiB locked\n");
}

}  // namespace
}  // namespace holdfast
