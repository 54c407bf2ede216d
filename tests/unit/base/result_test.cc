// SPDX-License-Identifier: MIT
#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace holdfast {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return Error{ErrorKind::kUsage, 0, std::to_string(value) + " is odd"};
  return value / 2;
}

Result<int> quarter(int value) {
  HF_TRY_ASSIGN(const int once, half(value));
  return half(once);
}

TEST(Result, TryHandsTheErrorOn) {
  EXPECT_EQ(*quarter(8), 2);
  ASSERT_FALSE(quarter(6).ok());
  EXPECT_EQ(quarter(6).error().what, "3 is odd");
}

TEST(Result, ErrorGrowsItsContextOnTheWayUp) {
  Error error = Error{ErrorKind::kSystem, ENOSPC, "cannot write"}.in("take.hft");
  EXPECT_EQ(error.what, "cannot write -- take.hft");
}

TEST(Result, RefusalByTheSystemMeansUnavailable) {
  EXPECT_EQ(system_error("mlock", EPERM).kind, ErrorKind::kUnavailable);
  EXPECT_EQ(system_error("open", EACCES).kind, ErrorKind::kUnavailable);
  EXPECT_EQ(system_error("write", EIO).kind, ErrorKind::kSystem);
}

TEST(ResultDeathTest, ReadingTheValueOfAnErrorIsAProgrammerError) {
  EXPECT_DEATH(static_cast<void>(*half(3)), "HF_CHECK");
}

}  // namespace
}  // namespace holdfast
