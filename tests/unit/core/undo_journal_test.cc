// SPDX-License-Identifier: MIT
#include "core/undo_journal.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(UndoJournal, LineReadsBack) {
  const Undo undo{UndoKind::kSwapFile, "/var/lib/holdfast/holdfast-swap-1-0a"};
  EXPECT_EQ(to_line(undo), "swap /var/lib/holdfast/holdfast-swap-1-0a\n");
  EXPECT_EQ(parse_undo_journal(to_line(undo)), std::vector<Undo>{undo});
}

TEST(UndoJournal, CgroupsGoFirstThenSwapThenDirectoriesNewestFirst) {
  const auto steps = parse_undo_journal(
      "directory /d/holdfast-1\ncgroup /c/holdfast-1\nswap /s/holdfast-1\ncgroup /c/holdfast-2\n");
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[0].path, "/c/holdfast-2");
  EXPECT_EQ(steps[1].path, "/c/holdfast-1");
  EXPECT_EQ(steps[2].kind, UndoKind::kSwapFile);
  EXPECT_EQ(steps[3].kind, UndoKind::kDirectory);
}

TEST(UndoJournal, LineCutOffByACrashIsSkipped) {
  EXPECT_TRUE(parse_undo_journal("swap /var/lib/holdfast/holdfast-sw").empty());
}

TEST(UndoJournal, StrangersAreNeverNamed) {
  EXPECT_TRUE(parse_undo_journal("directory /home\n").empty());
  EXPECT_TRUE(parse_undo_journal("directory /holdfast-x/../home\n").empty());
  EXPECT_TRUE(parse_undo_journal("directory /a/../holdfast-x\n").empty());
  EXPECT_TRUE(parse_undo_journal("directory holdfast-x\n").empty());
  EXPECT_TRUE(parse_undo_journal("directory /holdfast-x/\n").empty());
  EXPECT_TRUE(parse_undo_journal("remove /tmp/holdfast-x\n").empty());
}

}  // namespace
}  // namespace holdfast
