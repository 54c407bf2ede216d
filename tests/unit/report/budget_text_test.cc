// SPDX-License-Identifier: MIT
#include "report/budget_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

BudgetPart text_part() {
  BudgetPart part;
  part.kind = CauseKind::kPageFault;
  part.time = Nanos(3'610'000);
  part.detail = "major";
  part.address = 0x7f0000001234;
  part.owner.role = MemoryRole::kLibraryText;
  part.owner.mapping = "libfoo.so";
  part.owner.symbol = "Biquad::process+0x40";
  part.owner.is_file_backed = true;
  part.facts = 2;
  part.whole = Nanos(3'700'000);
  part.slept = Nanos(1'390'000);
  return part;
}

BudgetPart stack_part() {
  BudgetPart part = text_part();
  part.owner = PageOwner{};
  part.owner.role = MemoryRole::kStack;
  part.owner.of = "audio";
  return part;
}

BudgetPart part_of(CauseKind kind, int64_t ns) {
  BudgetPart part;
  part.kind = kind;
  part.time = Nanos(ns);
  return part;
}

Glitch glitch(std::vector<BudgetPart> budget) {
  Glitch result;
  result.gap.woke = Nanos(3'920'000);
  result.cause = budget.front().kind;
  result.budget = std::move(budget);
  return result;
}

Summary summary_of(CauseKind kind, int64_t count) {
  Summary summary;
  summary.causes[static_cast<size_t>(kind)] = count;
  return summary;
}

SessionInfo observed() {
  SessionInfo info;
  info.observation = Observation::kAllEvents;
  return info;
}

TEST(BudgetText, PageIsNamedByItsOwner) {
  EXPECT_EQ(place_text(text_part()), "libfoo.so library text, Biquad::process+0x40");
  EXPECT_EQ(place_text(stack_part()), "stack of thread audio");
  EXPECT_EQ(place_text(part_of(CauseKind::kCallback, 1)), "");
}

TEST(BudgetText, StrippedFileIsNamedBySectionAndOffset) {
  BudgetPart part = text_part();
  part.owner.symbol.clear();
  part.owner.section = ".text";
  part.owner.file_offset = 0x1234;
  EXPECT_EQ(place_text(part), "libfoo.so library text (.text) at offset 0x1234");
}

TEST(BudgetText, UnknownMemoryIsNamedByItsAddressAlone) {
  BudgetPart part = text_part();
  part.owner = PageOwner{};
  EXPECT_EQ(place_text(part), "unknown 0x7f0000001234");
}

TEST(BudgetText, BackingFollowsFromOwnerAndFault) {
  EXPECT_EQ(backing_text(text_part()), "file");
  EXPECT_EQ(backing_text(stack_part()), "swap");
  BudgetPart minor = stack_part();
  minor.detail = "minor";
  EXPECT_EQ(backing_text(minor), "anonymous");
}

TEST(BudgetText, EvidenceTellsFaultsAndTheirSleep) {
  BudgetPart part = text_part();
  part.toucher = "mix+0x8";
  EXPECT_EQ(evidence_text(part),
            "2 major faults, 3.70 ms, 1.39 ms of it asleep for I/O; touched by mix+0x8");
}

TEST(BudgetText, EvidenceNamesWhoRanInstead) {
  BudgetPart part = part_of(CauseKind::kRunQueue, 1);
  part.by = "hog 99";
  part.detail = "preempted";
  EXPECT_EQ(evidence_text(part), "preempted by hog 99");
  part.detail = "not scheduled";
  EXPECT_EQ(evidence_text(part), "runnable but not running; hog 99 ran instead");
}

TEST(BudgetText, CauseCarriesItsShareAndPlace) {
  EXPECT_EQ(cause_text(glitch({stack_part(), part_of(CauseKind::kUnexplained, 310'000)})),
            "page_fault 92 % (stack of thread audio)");
  EXPECT_EQ(cause_text(glitch({part_of(CauseKind::kUnexplained, 3'920'000)})), "unexplained");
}

TEST(BudgetText, EveryPartHasItsLine) {
  const std::string text =
      budget_text(glitch({text_part(), part_of(CauseKind::kUnexplained, 310'000)}));
  EXPECT_NE(text.find("page_fault    3.61 ms   92 %  libfoo.so library text"), std::string::npos)
      << text;
  EXPECT_NE(text.find("unexplained    310 us    8 %\n"), std::string::npos) << text;
}

TEST(BudgetText, LostFactsAreTold) {
  Glitch lossy = glitch({text_part()});
  lossy.has_lost_facts = true;
  EXPECT_NE(budget_text(lossy).find("facts were lost here"), std::string::npos);
}

TEST(VerdictText, NamesTheMostExpensiveOwner) {
  Summary summary = summary_of(CauseKind::kPageFault, 9);
  summary.causes[static_cast<size_t>(CauseKind::kRunQueue)] = 3;
  PageCost cost;
  cost.owner = text_part().owner;
  cost.time = Nanos(12'300'000);
  cost.glitches = 5;
  summary.pages = {cost};
  EXPECT_EQ(verdict_text(summary, observed()),
            "9 of 12 glitches came from page faults. Most expensive: libfoo.so library text, "
            "Biquad::process+0x40 (12.3 ms in 5 of 12 glitches). Try: lock these pages (mlock)");
}

TEST(VerdictText, SaysThatItWasNotMemory) {
  const std::string text = verdict_text(summary_of(CauseKind::kRunQueue, 1), observed());
  EXPECT_EQ(text.find("Not memory: 1 of 1 glitch came from run_queue. Try: "), 0u) << text;
}

TEST(VerdictText, SaysThatNobodyLooked) {
  EXPECT_EQ(verdict_text(summary_of(CauseKind::kUnexplained, 4), SessionInfo()),
            "Cause not known: nobody looked at the audio thread in this run");
  EXPECT_EQ(verdict_text(Summary(), SessionInfo()), "No glitch to explain");
}

TEST(PagesText, ListsOwnersWithTheirFaults) {
  Summary summary;
  PageCost cost;
  cost.owner = stack_part().owner;
  cost.time = Nanos(900'000);
  cost.glitches = 1;
  cost.major = 2;
  summary.pages = {cost};
  EXPECT_EQ(pages_text(summary),
            "page faults      900 us in 1 glitch, 2 major, 0 minor: stack of thread audio\n");
}

}  // namespace
}  // namespace holdfast
