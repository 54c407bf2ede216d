// SPDX-License-Identifier: MIT
#include "core/queued_report.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr const char* kQueuedId = "018da332-5000-7c3e-9b1d-2f6a5c8e0d11";

QueuedReport waiting(QueuedKind kind, int64_t hour, int64_t bytes = 1000) {
  return {hour, 0, kind, kQueuedId, bytes};
}

TEST(QueuedReport, NamesComeBackAsWritten) {
  for (const QueuedKind kind : {QueuedKind::kClean, QueuedKind::kGlitched, QueuedKind::kDeletion}) {
    const QueuedReport report = {474'400, 7, kind, kQueuedId, 0};
    EXPECT_EQ(parse_queued_name(file_name_of(report)), report);
  }
  EXPECT_EQ(file_name_of(waiting(QueuedKind::kGlitched, 5)),
            "5-0-glitched-018da332-5000-7c3e-9b1d-2f6a5c8e0d11.json");
}

TEST(QueuedReport, OtherFilesAreNone) {
  for (const char* name :
       {"", ".json", "a-0-clean-x.json", "5-0-clean-018da332.json", "lock", ".new-1-5-0-clean.json",
        "-5-0-clean-018da332-5000-7c3e-9b1d-2f6a5c8e0d11.json",
        "5-0-dirty-018da332-5000-7c3e-9b1d-2f6a5c8e0d11.json",
        "5-0-clean-../../../5000-7c3e-9b1d-2f6a5c8e0d11.json",
        "5-0-clean-018da332-5000-7c3e-9b1d-2f6a5c8e0d11.jsonx"}) {
    EXPECT_FALSE(parse_queued_name(name)) << name;
  }
}

TEST(QueuedReport, NothingGoesWhileThereIsRoom) {
  EXPECT_TRUE(
      surplus({waiting(QueuedKind::kClean, 1), waiting(QueuedKind::kClean, 2)}, {2, 2000}).empty());
}

TEST(QueuedReport, TheOldestCleanSessionGoesFirst) {
  const std::vector<QueuedReport> reports = {
      waiting(QueuedKind::kGlitched, 1), waiting(QueuedKind::kClean, 5),
      waiting(QueuedKind::kClean, 3), waiting(QueuedKind::kDeletion, 0)};
  EXPECT_EQ(surplus(reports, {3, 99'999}), (std::vector<size_t>{2}));
  EXPECT_EQ(surplus(reports, {1, 99'999}), (std::vector<size_t>{2, 1, 0}));
  EXPECT_EQ(surplus(reports, {0, 0}), (std::vector<size_t>{2, 1, 0})) << "a deletion never goes";
  EXPECT_EQ(surplus(reports, {99, 2500}), (std::vector<size_t>{2, 1}));
}

TEST(QueuedReport, ThirtyDaysAreTooOldAndTheFutureIsNot) {
  EXPECT_FALSE(is_too_old(waiting(QueuedKind::kClean, 1000), 1000 + 720));
  EXPECT_TRUE(is_too_old(waiting(QueuedKind::kClean, 1000), 1000 + 721));
  EXPECT_FALSE(is_too_old(waiting(QueuedKind::kClean, 99'000), 1000)) << "the clock went back";
  EXPECT_FALSE(is_too_old(waiting(QueuedKind::kDeletion, 0), 99'000));
}

TEST(UploadPause, ComesBackAsWritten) {
  const UploadPause pause = {3, 1'707'840'000, 50};
  EXPECT_EQ(parse_upload_pause(to_text(pause)), pause);
  EXPECT_EQ(parse_upload_pause(""), UploadPause());
  EXPECT_EQ(parse_upload_pause("{\"failures\":-1,\"clean_weight\":0}"), UploadPause());
}

TEST(UploadPause, DoublesFromAMinuteToSixHours) {
  UploadPause pause;
  std::vector<int64_t> longest;
  for (int i = 0; i < 12; ++i) {
    pause = after_failure(pause, 1000, 1.0, {});
    longest.push_back(pause.until_s - 1000);
  }
  EXPECT_EQ(longest, (std::vector<int64_t>{60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600,
                                           21600, 21600}));
  EXPECT_EQ(after_failure({}, 1000, 0.0, {}).until_s, 1000) << "full jitter begins at nothing";
}

TEST(UploadPause, KeepsToWhatTheCollectorAsksForADayAtMost) {
  EXPECT_EQ(after_failure({}, 1000, 0.5, 300).until_s, 1300);
  EXPECT_EQ(after_failure({}, 1000, 0.5, 10).until_s, 1030);
  EXPECT_EQ(after_failure({}, 1000, 0.5, INT64_MAX).until_s, 1000 + 86'400);
}

TEST(UploadPause, AClockThatIsAYearOffHoldsNothingUp) {
  const UploadPause pause = after_failure({}, 2'000'000'000, 1.0, {});
  EXPECT_FALSE(is_due(pause, 2'000'000'000));
  EXPECT_TRUE(is_due(pause, 2'000'000'060));
  EXPECT_TRUE(is_due(pause, 2'000'000'000 - 31'536'000));
}

}  // namespace
}  // namespace holdfast
