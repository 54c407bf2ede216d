// SPDX-License-Identifier: MIT
#include "core/page_push.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr uint64_t kPresent = uint64_t{1} << 63;
constexpr uint64_t kSwapped = uint64_t{1} << 62;
constexpr uint64_t kFile = kPresent | uint64_t{1} << 61;
constexpr uint64_t kCopy = kPresent;  // private, although the mapping is one of a file

Mapping mapping(const char* permissions, uint64_t inode, const char* path) {
  Mapping made;
  made.begin = 0x10000;
  made.end = 0x16000;
  EXPECT_TRUE(read_permissions(permissions, made));
  made.inode = inode;
  made.path = path;
  return made;
}

std::vector<PushedSpan> push(const Mapping& made, const std::vector<uint64_t>& entries,
                             uint64_t locked = 0) {
  return pushed_spans(made, entries, 4096, [locked](uint64_t page) { return page == locked; });
}

TEST(PagePush, FilesThatNobodyWritesAreUnmappedAndDataPagedOut) {
  EXPECT_EQ(push_of(mapping("r-xp", 7, "/bin/jackd")), PagePush::kUnmap);
  EXPECT_EQ(push_of(mapping("r--p", 7, "/bin/jackd")), PagePush::kUnmap);
  EXPECT_EQ(push_of(mapping("rw-p", 7, "/bin/jackd")), PagePush::kPageOut);
  EXPECT_EQ(push_of(mapping("rw-p", 0, "[heap]")), PagePush::kPageOut);
  EXPECT_EQ(push_of(mapping("rw-s", 9, "/dev/shm/jack-0")), PagePush::kUnmap);
}

TEST(PagePush, DevicesGuardsAndTheKernelsPagesAreLeftAlone) {
  EXPECT_EQ(push_of(mapping("rw-s", 9, "/dev/snd/pcmC0D0c")), PagePush::kNothing);
  EXPECT_EQ(push_of(mapping("rw-s", 9, "anon_inode:i915.gem")), PagePush::kNothing);
  EXPECT_EQ(push_of(mapping("---p", 0, "")), PagePush::kNothing);
  EXPECT_EQ(push_of(mapping("r-xp", 0, "[vdso]")), PagePush::kNothing);
  EXPECT_EQ(push_of(mapping("rw-s", 0, "")), PagePush::kNothing);
}

TEST(PagePush, APrivateCopyIsNeverUnmapped) {
  const std::vector<PushedSpan> spans = {{PagePush::kUnmap, {0x10000, 0x11000}},
                                         {PagePush::kPageOut, {0x11000, 0x12000}},
                                         {PagePush::kPageOut, {0x13000, 0x14000}},
                                         {PagePush::kUnmap, {0x14000, 0x15000}}};
  EXPECT_EQ(push(mapping("r--p", 7, "/lib/a.so"), {kFile, kCopy, kSwapped, kCopy, kFile, 0}),
            spans);
}

TEST(PagePush, LockedPagesAreSparedAndAbsentOnesBridged) {
  const std::vector<PushedSpan> spans = {{PagePush::kPageOut, {0x10000, 0x13000}},
                                         {PagePush::kPageOut, {0x14000, 0x16000}}};
  EXPECT_EQ(push(mapping("rw-p", 0, "[heap]"), {kCopy, 0, kCopy, kCopy, kCopy, kCopy}, 0x13000),
            spans);
  EXPECT_TRUE(push(mapping("rw-p", 0, "[heap]"), {0, 0, kSwapped, 0, 0, 0}).empty());
}

TEST(PagePush, WhatCameBackAroundATouchedPageIsOneRun) {
  const std::vector<uint64_t> returned = {0x1000, 0x2000, 0x3000, 0x8000, 0x9000};
  const auto is_touched = [](uint64_t page) { return page == 0x2000; };
  const std::vector<PageSpan> runs = {{0x1000, 0x4000}};
  EXPECT_EQ(runs_around(returned, 4096, 0x100000, is_touched), runs);
  EXPECT_TRUE(runs_around({}, 4096, 0x100000, is_touched).empty());
}

TEST(PagePush, ARunHasALongestLength) {
  const std::vector<uint64_t> returned = {0x1000, 0x2000, 0x3000, 0x4000};
  const std::vector<PageSpan> runs = {{0x2000, 0x4000}};
  EXPECT_EQ(runs_around(returned, 4096, 0x2000, [](uint64_t page) { return page == 0x3000; }),
            runs);
}

}  // namespace
}  // namespace holdfast
