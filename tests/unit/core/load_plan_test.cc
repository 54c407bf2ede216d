// SPDX-License-Identifier: MIT
#include "core/load_plan.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr int64_t kMebibyte = int64_t{1} << 20;
constexpr int64_t kGibibyte = int64_t{1} << 30;

LoadGround cgroup(int64_t limit_bytes) {
  return {limit_bytes, 8 * kGibibyte, 6 * kGibibyte, kGibibyte, 2};
}

LoadGround machine() {
  return {INT64_MAX, 8 * kGibibyte, 6 * kGibibyte, 2 * kGibibyte, 2};
}

TEST(LoadPlan, RoomIsWhatTheBallastLeaves) {
  for (const int64_t limit : {16 * kMebibyte, 48 * kMebibyte, 256 * kMebibyte, 4 * kGibibyte}) {
    const auto plan = plan_load(LoadGoal::kStallsSome, cgroup(limit), {});
    ASSERT_TRUE(plan) << limit;
    const int64_t room = limit - plan->ballast_bytes;
    EXPECT_GE(room, 8 * kMebibyte);
    EXPECT_LE(room, limit);
    EXPECT_GT(room, plan->floor_bytes);
    // What is turned does not fit into the room, or nothing would have to leave.
    EXPECT_GT(plan->ring_bytes * plan->workers, room);
  }
}

TEST(LoadPlan, WishedRoomIsKept) {
  LoadWishes wishes;
  wishes.room_bytes = 100 * kMebibyte;
  const auto plan = plan_load(LoadGoal::kSwapOut, cgroup(256 * kMebibyte), wishes);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->ballast_bytes, 156 * kMebibyte);
}

TEST(LoadPlan, RoomLargerThanTheCgroupIsAMistake) {
  LoadWishes wishes;
  wishes.room_bytes = 300 * kMebibyte;
  const auto plan = plan_load(LoadGoal::kSwapOut, cgroup(256 * kMebibyte), wishes);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::kUsage);
}

TEST(LoadPlan, StallsNeedMoreThanOneWorker) {
  EXPECT_GE(plan_load(LoadGoal::kStallsSome, cgroup(kGibibyte), {})->workers, 2);
  EXPECT_EQ(plan_load(LoadGoal::kSwapOut, cgroup(kGibibyte), {})->workers, 1);
  EXPECT_EQ(plan_load(LoadGoal::kLeft, cgroup(kGibibyte), {})->workers, 0);
  EXPECT_EQ(plan_load(LoadGoal::kPasses, cgroup(kGibibyte), {})->workers, 0);
}

TEST(LoadPlan, PressesWithDataWhereThereIsSwapAndWithFilesWhereNot) {
  LoadGround ground = cgroup(256 * kMebibyte);
  EXPECT_EQ(plan_load(LoadGoal::kStallsSome, ground, {})->kind, LoadKind::kAnonymous);
  ground.swap_free_bytes = 0;
  LoadWishes mixed;
  mixed.kind = LoadKind::kMixed;
  EXPECT_EQ(plan_load(LoadGoal::kStallsSome, ground, mixed)->kind, LoadKind::kFile);
  const auto plan = plan_load(LoadGoal::kStallsSome, ground, {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->kind, LoadKind::kFile);
  EXPECT_GT(plan->ring_bytes * plan->workers, ground.limit_bytes - plan->ballast_bytes);
}

TEST(LoadPlan, WithoutSwapWhatNeedsItIsRefusedWithTheRemedy) {
  LoadGround ground = cgroup(256 * kMebibyte);
  ground.swap_free_bytes = 0;
  LoadWishes anonymous;
  anonymous.kind = LoadKind::kAnonymous;
  const auto stalls = plan_load(LoadGoal::kStallsSome, ground, anonymous);
  ASSERT_FALSE(stalls);
  EXPECT_NE(stalls.error().what.find("--kind file"), std::string::npos);
  const auto swap_out = plan_load(LoadGoal::kSwapOut, ground, {});
  ASSERT_FALSE(swap_out);
  EXPECT_EQ(swap_out.error().kind, ErrorKind::kUnavailable);
}

TEST(LoadPlan, FilesAreNeverSwappedOut) {
  LoadWishes files;
  files.kind = LoadKind::kFile;
  const auto plan = plan_load(LoadGoal::kSwapOut, cgroup(256 * kMebibyte), files);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::kUsage);
}

TEST(LoadPlan, RingsLeaveSomeSwapToOthers) {
  LoadGround ground = cgroup(4 * kGibibyte);
  ground.swap_free_bytes = 64 * kMebibyte;
  const auto plan = plan_load(LoadGoal::kStallsSome, ground, {});
  ASSERT_TRUE(plan);
  EXPECT_LE(plan->ring_bytes * plan->workers, 48 * kMebibyte);
}

TEST(LoadPlan, CgroupIsEmptiedOnceAndOftenOnlyWhereStallsAreNotHeld) {
  EXPECT_LT(plan_load(LoadGoal::kStallsSome, cgroup(kGibibyte), {})->squeezes_per_second, 0.001);
  EXPECT_GT(plan_load(LoadGoal::kStallsSome, cgroup(kGibibyte), {})->squeezes_per_second, 0);
  EXPECT_GE(plan_load(LoadGoal::kSwapOut, cgroup(kGibibyte), {})->squeezes_per_second, 10);
  LoadWishes wishes;
  wishes.squeezes_per_second = 3;
  EXPECT_EQ(plan_load(LoadGoal::kStallsSome, cgroup(kGibibyte), wishes)->squeezes_per_second, 3);
  EXPECT_EQ(plan_load(LoadGoal::kLeft, cgroup(kGibibyte), wishes)->squeezes_per_second, 0);
}

TEST(LoadPlan, MachineKeepsItsFloorAndIsNotSqueezed) {
  const auto plan = plan_load(LoadGoal::kStallsSome, machine(), {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->squeezes_per_second, 0);
  EXPECT_LT(plan->ballast_bytes, 6 * kGibibyte - plan->machine_floor_bytes);
  EXPECT_EQ(plan->floor_bytes, plan->machine_floor_bytes);
}

TEST(LoadPlan, NothingIsPressedWhereTheFloorIsBrokenAlready) {
  LoadWishes wishes;
  wishes.floor_bytes = 7 * kGibibyte;
  const auto plan = plan_load(LoadGoal::kStallsSome, cgroup(kGibibyte), wishes);
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().what.find("--floor"), std::string::npos);
}

TEST(LoadPlan, TinyCgroupIsRefused) {
  const auto plan = plan_load(LoadGoal::kPasses, cgroup(8 * kMebibyte), {});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace holdfast
