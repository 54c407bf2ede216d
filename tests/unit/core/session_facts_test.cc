// SPDX-License-Identifier: MIT
#include "core/session_facts.h"

#include <gtest/gtest.h>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

TEST(SessionFacts, OneGlitchWithAllThatIsKnownAroundIt) {
  const SessionFacts facts = test::shown_facts();
  ASSERT_EQ(facts.glitches.size(), 1U);
  EXPECT_EQ(facts.summary.glitches, 1);
  EXPECT_EQ(facts.glitches[0].cause, CauseKind::kPageFault);
  EXPECT_EQ(facts.glitches[0].gap.missing, Frames(48));
  EXPECT_EQ(facts.begin, kSecond);
  EXPECT_EQ(facts.audio_thread, "audio");
  EXPECT_EQ(facts.faults.major(), 1);
  EXPECT_EQ(facts.memory.readings().size(), 2U);
  EXPECT_EQ(facts.processors.readings().size(), 2U);
}

TEST(SessionFacts, LatenessOfAGlitchBeginsWhereItsFirstBlockWasDue) {
  const SessionFacts facts = test::shown_facts();
  int32_t most = 0;
  for (const int32_t value : facts.lateness.buckets()) most = std::max(most, value);
  EXPECT_EQ(most, lateness(facts.glitches[0].gap).count / 1000);
}

TEST(SessionFacts, FaultsOfOtherThreadsAreNotTheAudioThreads) {
  SessionInfo info = test::shown_info();
  info.observed_thread = 8;
  const SessionFacts facts = test::facts_of(info, test::shown_run());
  EXPECT_EQ(facts.faults.major() + facts.faults.minor(), 0);
}

TEST(SessionFacts, EmptyTraceIsARunOfNoLength) {
  const SessionFacts facts = test::facts_of(test::sample_info(), {});
  EXPECT_FALSE(facts.has_blocks);
  EXPECT_EQ(facts.end, facts.begin);
  EXPECT_TRUE(facts.lateness.buckets().empty());
}

TEST(SessionFacts, RecordsOfAbsurdTimesAreLeftOut) {
  std::vector<Record> records = test::shown_run();
  for (Record& record : records) record.head.mono_ns = INT64_MIN + 1;
  const SessionFacts facts = test::facts_of(test::shown_info(), records);
  EXPECT_TRUE(facts.memory.readings().empty());
  EXPECT_TRUE(facts.faults.marks().empty());
}

}  // namespace
}  // namespace holdfast
