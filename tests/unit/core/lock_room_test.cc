// SPDX-License-Identifier: MIT
#include "core/lock_room.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace holdfast {
namespace {

constexpr uint64_t kRoomPage = 4096;
constexpr LockRoom kRoomOf64 = {40 << 10, 64 << 10, false};

TEST(LockRoom, LeftIsLimitWithoutWhatIsLocked) {
  EXPECT_EQ(kRoomOf64.left_bytes(), 24 << 10);
  EXPECT_EQ((LockRoom{80 << 10, 64 << 10, false}.left_bytes()), 0);
  EXPECT_FALSE((LockRoom{80 << 10, 64 << 10, true}.left_bytes()));
  EXPECT_FALSE((LockRoom{80 << 10, std::nullopt, false}.left_bytes()));
}

TEST(LockRoom, WholePagesAreCharged) {
  EXPECT_EQ(charged_bytes(0x7000, 1, kRoomPage), 4096);
  EXPECT_EQ(charged_bytes(0x7000, 4096, kRoomPage), 4096);
  EXPECT_EQ(charged_bytes(0x7fff, 2, kRoomPage), 8192);
  EXPECT_EQ(charged_bytes(0x7000, 0, kRoomPage), 0);
  EXPECT_GT(charged_bytes(0x7fff, UINT64_MAX, kRoomPage), int64_t{1} << 62);
}

TEST(LockRoom, NoMemoryBeyondTheLimitIsTheLimit) {
  const LockCall call = {LockCallKind::kMlock, 0x7000, 100 << 10, 0};
  EXPECT_EQ(why_refused(call, ENOMEM, kRoomOf64, kRoomPage),
            "the lock limit is 64.0 KiB, 24.0 KiB of it left; raise it (ulimit -l, limits.conf)");
}

TEST(LockRoom, NoMemoryWithinTheLimitIsSomethingElse) {
  const LockCall call = {LockCallKind::kMlock, 0x7000, 4096, 0};
  EXPECT_EQ(why_refused(call, ENOMEM, kRoomOf64, kRoomPage),
            "a part of the range is not mapped, or memory is short");
  const LockCall unlock = {LockCallKind::kMunlock, 0x7000, 4096, 0};
  EXPECT_EQ(why_refused(unlock, ENOMEM, kRoomOf64, kRoomPage), "a part of the range is not mapped");
}

TEST(LockRoom, MlockallCountsEverythingThatIsMapped) {
  const LockCall call = {LockCallKind::kMlockall, 0, 0, 1};
  EXPECT_EQ(
      why_refused(call, ENOMEM, kRoomOf64, kRoomPage),
      "the lock limit is 64.0 KiB, 24.0 KiB of it left, and everything that is mapped counts");
}

TEST(LockRoom, OtherRefusalsHaveTheirReasons) {
  const LockCall map = {LockCallKind::kMmap, 0, 100 << 10, 0x2000};
  EXPECT_NE(why_refused(map, EAGAIN, kRoomOf64, kRoomPage).find("the lock limit"),
            std::string::npos);
  EXPECT_EQ(why_refused(map, EPERM, {0, 0, false}, kRoomPage), "the lock limit is 0");
  EXPECT_EQ(why_refused({LockCallKind::kMadvise, 0, 1, 21}, EINVAL, kRoomOf64, kRoomPage),
            "the pages are locked, or the kernel does not know this advice");
  EXPECT_EQ(why_refused(map, EINVAL, kRoomOf64, kRoomPage), "");
}

TEST(LockRoom, NamesOfErrnosAreThoseOfTheSystem) {
  EXPECT_EQ(errno_name(ENOMEM), "ENOMEM");
  EXPECT_EQ(errno_name(EAGAIN), "EAGAIN");
  EXPECT_EQ(errno_name(EPERM), "EPERM");
  EXPECT_EQ(errno_name(ENOSYS), "ENOSYS");
  EXPECT_EQ(errno_name(77), "errno 77");
}

}  // namespace
}  // namespace holdfast
