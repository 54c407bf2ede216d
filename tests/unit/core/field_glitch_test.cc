// SPDX-License-Identifier: MIT
#include "core/field_glitch.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

Glitch glitch_of(CauseKind cause, std::vector<BudgetPart> budget) {
  Glitch glitch;
  glitch.cause = cause;
  glitch.budget = std::move(budget);
  glitch.gap.missing = Frames(384);
  glitch.gap.woke = kMillisecond * 8;
  return glitch;
}

BudgetPart fault_part(const char* detail, int64_t milliseconds) {
  BudgetPart part;
  part.kind = CauseKind::kPageFault;
  part.detail = detail;
  part.time = kMillisecond * milliseconds;
  part.whole = part.time;
  return part;
}

TEST(FieldGlitch, AFaultIsMajorWhereMostOfItsTimeWas) {
  const auto cause = [](int64_t major, int64_t minor) {
    return field_cause_of(
        glitch_of(CauseKind::kPageFault, {fault_part("major", major), fault_part("minor", minor)}));
  };
  EXPECT_EQ(cause(5, 1), FieldCause::kMajorFault);
  EXPECT_EQ(cause(1, 5), FieldCause::kMinorFault);
}

TEST(FieldGlitch, EveryCauseHasAWord) {
  const auto cause = [](CauseKind kind) { return field_cause_of(glitch_of(kind, {})); };
  EXPECT_EQ(cause(CauseKind::kRunQueue), FieldCause::kScheduling);
  EXPECT_EQ(cause(CauseKind::kLateWake), FieldCause::kScheduling);
  EXPECT_EQ(cause(CauseKind::kStopped), FieldCause::kScheduling);
  EXPECT_EQ(cause(CauseKind::kHostPause), FieldCause::kScheduling);
  EXPECT_EQ(cause(CauseKind::kCallback), FieldCause::kApp);
  EXPECT_EQ(cause(CauseKind::kBlocked), FieldCause::kApp);
  EXPECT_EQ(cause(CauseKind::kServer), FieldCause::kDevice);
  EXPECT_EQ(cause(CauseKind::kDevice), FieldCause::kDevice);
  EXPECT_EQ(cause(CauseKind::kUnexplained), FieldCause::kUnknown);
}

TEST(FieldGlitch, ConfidenceIsTheShareOfTheLatenessThatIsExplained) {
  const FieldGlitch field = field_glitch_of(
      glitch_of(CauseKind::kPageFault, {fault_part("major", 5), fault_part("minor", 1)}), 48000);
  EXPECT_DOUBLE_EQ(field.confidence, 0.75);
  EXPECT_EQ(field.stall_us, 6000);
  EXPECT_EQ(field.frames, 384);
  EXPECT_EQ(field.gap_us, 8000);
  EXPECT_EQ(field_glitch_of(glitch_of(CauseKind::kUnexplained, {}), 48000).confidence, 0);
}

TEST(FieldGlitch, OnlyFilesWithCodeAreNamedAndNeverTheirFolders) {
  BudgetPart part = fault_part("major", 5);
  part.owner.role = MemoryRole::kLibraryText;
  part.owner.mapping = "libasound.so.2";
  part.owner.path = "/home/somebody/lib/libasound.so.2";
  part.owner.symbol = "snd_pcm_mmap_commit+0x40";
  FieldGlitch field = field_glitch_of(glitch_of(CauseKind::kPageFault, {part}), 48000);
  EXPECT_EQ(field.object, "libasound.so.2");
  EXPECT_EQ(field.section, "text");
  EXPECT_EQ(field.symbol, "snd_pcm_mmap_commit");
  part.owner.role = MemoryRole::kFile;
  part.owner.mapping = "my secret song.wav";
  field = field_glitch_of(glitch_of(CauseKind::kPageFault, {part}), 48000);
  EXPECT_EQ(field.object, "");
  EXPECT_EQ(field.section, "file");
  EXPECT_EQ(field.symbol, "");
}

}  // namespace
}  // namespace holdfast
