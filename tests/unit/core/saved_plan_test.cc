// SPDX-License-Identifier: MIT
#include "core/saved_plan.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr const char* kPlan =
    R"({"schema":"holdfast.plan/1","event":"left_out","order":1,"reason":"alongside","address":"0x1","size_bytes":4096,"where":"text","of":null,"mapping":"jackd","path":"/usr/bin/jackd","build_id":"ab","file_offset_bytes":8192,"symbol":null,"major_faults":0,"other_faults":0,"fault_ns":0}
{"schema":"holdfast.plan/1","event":"lock","order":1,"reason":"stack","address":"0x2","size_bytes":65536,"where":"stack","of":"audio","mapping":null,"path":null,"build_id":null,"file_offset_bytes":null,"symbol":null,"major_faults":0,"other_faults":0,"fault_ns":0}
{"schema":"holdfast.plan/1","event":"lock","order":2,"reason":"waited","address":"0x3","size_bytes":8192,"where":"library text","of":null,"mapping":"a \"b\".so","path":"/lib/a \"b\"\u000a.so","build_id":null,"file_offset_bytes":4096,"symbol":null,"major_faults":3,"other_faults":0,"fault_ns":9}
{"schema":"holdfast.plan/1","event":"summary","locks":2}
)";

Mapping mapping(uintptr_t begin, uintptr_t end, uint64_t offset, const char* path) {
  Mapping made;
  made.begin = begin;
  made.end = end;
  made.is_readable = true;
  made.offset_bytes = offset;
  made.path = path;
  return made;
}

TEST(SavedPlan, LocksComeBeforeWhatWasLeftOut) {
  const auto plan = parse_saved_plan(kPlan);
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->size(), 3U);
  EXPECT_EQ((*plan)[0].reason, LockReason::kStack);
  EXPECT_EQ((*plan)[0].owner.of, "audio");
  EXPECT_FALSE((*plan)[0].owner.is_file_backed);
  EXPECT_EQ((*plan)[1].owner.role, MemoryRole::kLibraryText);
  EXPECT_EQ((*plan)[1].owner.path, "/lib/a \"b\"\n.so");
  EXPECT_EQ((*plan)[2].owner.file_offset, 8192U);
}

TEST(SavedPlan, WhatIsNoPlanIsAnError) {
  EXPECT_FALSE(parse_saved_plan(""));
  EXPECT_FALSE(parse_saved_plan("{}\n[1,2"));
  EXPECT_FALSE(parse_saved_plan(
      R"({"schema":"holdfast.plan/1","event":"lock","reason":"waited","size_bytes":-4})"));
  EXPECT_FALSE(parse_saved_plan(R"({"schema":"holdfast.plan/1","event":"lock","path":"\u00)"));
}

TEST(SavedPlan, PagesAreFoundAgainByTheirPlaceInTheFile) {
  PlannedLock lock;
  lock.size_bytes = 0x3000;
  lock.owner.path = "/lib/a.so";
  lock.owner.file_offset = 0x1000;
  lock.owner.is_file_backed = true;
  const std::vector<Mapping> mappings = {mapping(0x10000, 0x12000, 0, "/lib/a.so"),
                                         mapping(0x12000, 0x15000, 0x2000, "/lib/a.so"),
                                         mapping(0x20000, 0x22000, 0x1000, "/lib/b.so")};
  const auto found = find_again(lock, mappings);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].begin, 0x11000U);
  EXPECT_EQ(found[0].size_bytes, 0x1000U);
  EXPECT_EQ(found[1].begin, 0x12000U);
  EXPECT_EQ(found[1].size_bytes, 0x2000U);
}

TEST(SavedPlan, MemoryWithoutAFileIsNotFoundAgain) {
  PlannedLock lock;
  lock.size_bytes = 0x1000;
  EXPECT_TRUE(find_again(lock, {mapping(0x10000, 0x12000, 0, "")}).empty());
}

}  // namespace
}  // namespace holdfast
