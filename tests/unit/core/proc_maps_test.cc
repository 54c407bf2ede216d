// SPDX-License-Identifier: MIT
#include "core/proc_maps.h"

#include <gtest/gtest.h>

#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

TEST(ProcMaps, ReadsEveryFieldOfALine) {
  const auto mappings = parse_proc_maps(
      "7f754eb4a000-7f754eca0000 r-xp 00026000 fe:1a 332835          /usr/lib/libc.so.6\n");
  ASSERT_TRUE(mappings);
  Mapping expected;
  expected.begin = 0x7f754eb4a000;
  expected.end = 0x7f754eca0000;
  expected.is_readable = expected.is_executable = true;
  expected.offset_bytes = 0x26000;
  expected.device_major = 0xfe;
  expected.device_minor = 0x1a;
  expected.inode = 332835;
  expected.path = "/usr/lib/libc.so.6";
  EXPECT_EQ(*mappings, std::vector<Mapping>{expected});
}

TEST(ProcMaps, KeepsSpacesInPathsAndTheMarkOfDeletedFiles) {
  const auto mappings = parse_proc_maps("1000-2000 rw-s 0 0:1 9 /tmp/my file (deleted)\n");
  ASSERT_TRUE(mappings);
  EXPECT_EQ(mappings->at(0).path, "/tmp/my file (deleted)");
  EXPECT_TRUE(mappings->at(0).is_shared);
}

TEST(ProcMaps, AnonymousMemoryHasNoPath) {
  const auto mappings = parse_proc_maps("1000-2000 ---p 00000000 00:00 0 \n");
  ASSERT_TRUE(mappings);
  EXPECT_EQ(mappings->at(0).path, "");
  EXPECT_TRUE(mappings->at(0).is_inaccessible());
}

TEST(ProcMaps, ReadsARecordedProcessWhole) {
  const auto mappings = parse_proc_maps(test::proc_fixture("maps"));
  ASSERT_TRUE(mappings);
  EXPECT_EQ(mappings->size(), 39U);
  EXPECT_EQ(mappings->back().path, "[vsyscall]");
  EXPECT_EQ(mappings->back().end, 0xffffffffff601000U);
}

TEST(ProcMaps, FindsTheMappingOfAnAddress) {
  const auto mappings = parse_proc_maps("1000-2000 r--p 0 0:0 0\n2000-3000 rw-p 0 0:0 0\n");
  ASSERT_TRUE(mappings);
  EXPECT_EQ(find_mapping(*mappings, 0xfff), nullptr);
  EXPECT_EQ(find_mapping(*mappings, 0x1000), &mappings->at(0));
  EXPECT_EQ(find_mapping(*mappings, 0x1fff), &mappings->at(0));
  EXPECT_EQ(find_mapping(*mappings, 0x2000), &mappings->at(1));
  EXPECT_EQ(find_mapping(*mappings, 0x3000), nullptr);
}

TEST(ProcMaps, HeapsAreTheMainOneAndTheArenasOfThreads) {
  const auto mappings = parse_proc_maps(
      "564d3c664000-564d3c714000 rw-p 0 0:0 0          [heap]\n"
      "7f6844000000-7f6844021000 rw-p 0 0:0 0\n"  // of a thread
      "7f6844021000-7f6848000000 ---p 0 0:0 0\n"  // what it may grow into
      "7f684c000000-7f684c010000 rw-p 0 0:0 0\n"  // of another: one part of it is locked
      "7f684c010000-7f684c021000 rw-p 0 0:0 0\n"
      "7f684c021000-7f6850000000 ---p 0 0:0 0\n"
      "7f6854000000-7f6858000000 rw-p 0 0:0 0\n"  // full
      "7f685c000000-7f685c001000 rw-p 0 0:0 0\n"  // happens to lie there, below a guard
      "7f685c001000-7f685c002000 ---p 0 0:0 0\n"
      "7f6860000000-7f6860001000 rw-s 0 0:0 0\n"  // shared
      "7f6860001000-7f6864000000 ---p 0 0:0 0\n"
      "7f6870000000-7f6875602000 rw-p 0 0:0 0\n"  // two of one thread, the first of them full
      "7f6875602000-7f6878000000 ---p 0 0:0 0\n"
      "7f687a000000-7f6889000000 rw-p 0 0:0 0\n");  // a large allocation over several of them
  ASSERT_TRUE(mappings);
  std::vector<std::pair<uintptr_t, size_t>> found;
  for (const MemoryRange& range : heap_ranges(*mappings)) {
    found.emplace_back(range.begin, range.size_bytes);
  }
  const std::vector<std::pair<uintptr_t, size_t>> expected = {
      {0x564d3c664000, 0xb0000}, {0x7f6844000000, 0x21000},   {0x7f684c000000, 0x10000},
      {0x7f684c010000, 0x11000}, {0x7f6854000000, 0x4000000}, {0x7f6870000000, 0x5602000}};
  EXPECT_EQ(found, expected);
}

TEST(ProcMaps, AProcessWithoutMemoryHasNone) {
  const auto mappings = parse_proc_maps("");
  ASSERT_TRUE(mappings);
  EXPECT_TRUE(mappings->empty());
}

TEST(ProcMaps, RefusesWhatIsNotMaps) {
  for (const char* bad : {"x", "1000-2000", "1000-2000 rw 0 0:0 0", "2000-1000 rw-p 0 0:0 0",
                          "1000-2000 rw-p zz 0:0 0", "1000-2000 rw-p 0 00 0",
                          "11111111111111111-2 rw-p 0 0:0 0", "\n"}) {
    const auto mappings = parse_proc_maps(bad);
    ASSERT_FALSE(mappings) << bad;
    EXPECT_EQ(mappings.error().kind, ErrorKind::kBadData);
  }
}

}  // namespace
}  // namespace holdfast
