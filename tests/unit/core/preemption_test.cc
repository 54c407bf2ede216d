// SPDX-License-Identifier: MIT
#include "core/preemption.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr std::string_view kDynamic = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.158-1 (2025-11-09)";
constexpr std::string_view kDebian =
    "CONFIG_PREEMPT_BUILD=y\n# CONFIG_PREEMPT_NONE is not set\nCONFIG_PREEMPT_VOLUNTARY=y\n"
    "# CONFIG_PREEMPT is not set\n";

TEST(Preemption, ARealTimeKernelSaysSo) {
  EXPECT_EQ(judge_preemption({"#1 SMP PREEMPT_RT Debian", "", "", ""}), Preemption::kRealTime);
}

TEST(Preemption, TheKernelsOwnSwitchDecides) {
  EXPECT_EQ(judge_preemption({kDynamic, "preempt=full", "none (voluntary) full\n", kDebian}),
            Preemption::kVoluntary);
  EXPECT_EQ(judge_preemption({kDynamic, "", "none voluntary (lazy) full\n", ""}),
            Preemption::kLazy);
}

TEST(Preemption, ThenTheCommandLineThenTheConfiguration) {
  EXPECT_EQ(judge_preemption({kDynamic, "quiet preempt=full splash\n", "", kDebian}),
            Preemption::kFull);
  EXPECT_EQ(judge_preemption({kDynamic, "preempt=none", "", kDebian}), Preemption::kNone);
  EXPECT_EQ(judge_preemption({kDynamic, "quiet", "", kDebian}), Preemption::kVoluntary);
  EXPECT_EQ(judge_preemption({"#1 SMP Debian", "preempt=full", "", kDebian}),
            Preemption::kVoluntary)
      << "a kernel that cannot switch does not obey";
}

TEST(Preemption, AFixedOneIsInTheVersion) {
  EXPECT_EQ(judge_preemption({"#1 SMP PREEMPT Mon", "", "", ""}), Preemption::kFull);
}

TEST(Preemption, IsUnknownWhereNothingDecides) {
  EXPECT_EQ(judge_preemption({kDynamic, "quiet", "", ""}), Preemption::kUnknown);
  EXPECT_EQ(judge_preemption({"", "", ")(", ""}), Preemption::kUnknown);
  EXPECT_EQ(name_of(Preemption::kUnknown), "unknown");
}

TEST(Preemption, ReadsEveryConfiguration) {
  EXPECT_EQ(judge_preemption({"", "", "", "CONFIG_PREEMPT_RT=y\n"}), Preemption::kRealTime);
  EXPECT_EQ(judge_preemption({"", "", "", "CONFIG_PREEMPT=y\n"}), Preemption::kFull);
  EXPECT_EQ(judge_preemption({"", "", "", "CONFIG_PREEMPT_LAZY=y\n"}), Preemption::kLazy);
  EXPECT_EQ(judge_preemption({"", "", "", "CONFIG_PREEMPT_NONE=y\n"}), Preemption::kNone);
}

}  // namespace
}  // namespace holdfast
