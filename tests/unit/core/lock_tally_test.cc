// SPDX-License-Identifier: MIT
#include "core/lock_tally.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

AuditedCall call_of(const std::string& symbol, LockCallKind kind, uint64_t size_bytes, int error) {
  AuditedCall call;
  call.call = {kind, 0x7000, size_bytes, 0};
  call.result = error == 0 ? 0 : -1;
  call.error = error;
  call.room = {0, 1 << 20, false};
  CallFrame frame;
  frame.owner.mapping = "program";
  frame.owner.symbol = symbol;
  call.stack.push_back(frame);
  return call;
}

TEST(LockTally, CallsOfOneFunctionAreOneRowWhereverInIt) {
  LockTally tally;
  tally.add(call_of("lock+0x10", LockCallKind::kMlock, 4096, 0));
  tally.add(call_of("lock+0x20", LockCallKind::kMlock, 8192, 0));
  tally.add(call_of("lock+0x10", LockCallKind::kMunlock, 8192, 0));
  ASSERT_EQ(tally.callers().size(), 2U);
  EXPECT_EQ(tally.callers()[0].calls, 2);
  EXPECT_EQ(tally.callers()[0].asked_bytes, 12288);
  EXPECT_EQ(tally.callers()[0].caller, "program lock");
}

TEST(LockTally, RefusedCallsAddNoBytes) {
  LockTally tally;
  tally.add(call_of("lock+0x10", LockCallKind::kMlock, 4096, 12));
  EXPECT_EQ(tally.callers()[0].asked_bytes, 0);
  EXPECT_EQ(tally.callers()[0].last_error, 12);
  EXPECT_EQ(tally.failed(), 1);
}

TEST(LockTally, TheLeastThatWasLeftIsKept) {
  LockTally tally;
  EXPECT_FALSE(tally.least_left_bytes());
  AuditedCall call = call_of("lock+0x10", LockCallKind::kMlock, 4096, 0);
  call.room.locked_bytes = 1 << 19;
  tally.add(call);
  call.room.locked_bytes = 0;
  tally.add(call);
  call.room.is_exempt = true;
  tally.add(call);
  EXPECT_EQ(tally.least_left_bytes(), 1 << 19);
}

TEST(LockTally, SizesThatNobodyHasDoNotOverflow) {
  LockTally tally;
  for (int i = 0; i < 3; ++i) tally.add(call_of("lock", LockCallKind::kMadvise, UINT64_MAX, 0));
  EXPECT_GT(tally.callers()[0].asked_bytes, 0);
}

TEST(LockTally, ACallWithoutAStackIsCountedAsWell) {
  LockTally tally;
  AuditedCall call;
  tally.add(call);
  EXPECT_EQ(tally.calls(), 1);
  EXPECT_EQ(tally.failed(), 1) << "it never returned";
}

}  // namespace
}  // namespace holdfast
