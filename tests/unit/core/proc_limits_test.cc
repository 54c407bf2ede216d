// SPDX-License-Identifier: MIT
#include "core/proc_limits.h"

#include <gtest/gtest.h>

#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

TEST(ProcLimits, ReadsTheSoftLimitOfTheStack) {
  EXPECT_EQ(parse_stack_limit(test::proc_fixture("limits")), size_t{8} << 20);
}

TEST(ProcLimits, UnlimitedAndMissingAreNothing) {
  EXPECT_EQ(parse_stack_limit("Max stack size            unlimited   unlimited  bytes\n"),
            std::nullopt);
  EXPECT_EQ(parse_stack_limit(""), std::nullopt);
}

TEST(ProcLimits, ReadsTheSoftLimitOfLockedMemory) {
  EXPECT_EQ(parse_lock_limit("Max processes             1   2  processes\n"
                             "Max locked memory         8388608   unlimited   bytes\n"),
            int64_t{8} << 20);
  EXPECT_EQ(parse_lock_limit("Max locked memory         unlimited   unlimited   bytes\n"),
            std::nullopt);
}

}  // namespace
}  // namespace holdfast
