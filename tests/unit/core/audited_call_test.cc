// SPDX-License-Identifier: MIT
#include "core/audited_call.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

CallFrame frame(const std::string& mapping, const std::string& symbol) {
  CallFrame made;
  made.address = 0x7f0010;
  made.owner.mapping = mapping;
  made.owner.symbol = symbol;
  made.owner.file_offset = 0x1a2b;
  made.owner.is_file_backed = true;
  return made;
}

TEST(AuditedCall, CallerIsTheFirstOutsideOfTheSystemsLibraries) {
  const std::vector<CallFrame> stack = {frame("libc.so.6", "mlock+0x7"),
                                        frame("libjackserver.so.0", "Jack::Lock+0x40"),
                                        frame("jackd", "main+0x10")};
  EXPECT_EQ(find_caller(stack), 1U);
  EXPECT_EQ(frame_text(stack[1]), "libjackserver.so.0 Jack::Lock");
}

TEST(AuditedCall, WithoutAnythingElseTheInnermostIsTheCaller) {
  EXPECT_EQ(find_caller({frame("libc.so.6", "mlock+0x7"), frame("ld-linux-x86-64.so.2", "x+0x1")}),
            0U);
}

TEST(AuditedCall, RawCallsAreTheirOwnCaller) {
  EXPECT_EQ(find_caller({frame("program", "lock_raw+0x7"), frame("libc.so.6", "start+0x1")}), 0U);
}

TEST(AuditedCall, AStrippedFunctionIsNamedAfterItsNearestCallerInTheSameFile) {
  const CallFrame libc = frame("libc.so.6", "mlock+0x7");
  const CallFrame stripped = frame("libfoo.so", "");
  EXPECT_EQ(find_caller({libc, stripped, frame("libfoo.so", "Foo::lock+0x1")}), 2U);
  EXPECT_EQ(find_caller({libc, stripped, frame("program", "main+0x1")}), 1U);
}

TEST(AuditedCall, WithoutASymbolTheOffsetInTheFileIsTold) {
  EXPECT_EQ(frame_text(frame("libfoo.so", "")), "libfoo.so +0x1a2b");
  EXPECT_EQ(frame_text(CallFrame{0x7f0010, {}}), "0x7f0010");
}

TEST(AuditedCall, AnOperatorsNameIsNotCut) {
  EXPECT_EQ(function_text(frame("a", "operator++0x10")), "operator+");
  EXPECT_EQ(function_text(frame("a", "operator+")), "operator+");
}

TEST(AuditedCall, MmapLiesWhereTheKernelPutIt) {
  AuditedCall call;
  call.call = {LockCallKind::kMmap, 0, 4096, 0x2000};
  call.result = 0x7f0000;
  EXPECT_EQ(call.address(), 0x7f0000U);
  call.error = 11;
  call.result = -1;
  EXPECT_EQ(call.address(), 0U);
  EXPECT_FALSE(call.has_succeeded());
}

}  // namespace
}  // namespace holdfast
