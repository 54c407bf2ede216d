// SPDX-License-Identifier: MIT
#include "core/reclaim_counts.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(ReclaimCounts, MachineHasAllOfThem) {
  EXPECT_EQ(parse_reclaim_counts("nr_free_pages 9\nworkingset_refault_anon 3\n"
                                 "workingset_refault_file 4\npswpin 8\npswpout 5\npgmajfault 6\n"),
            (ReclaimCounts{7, 6, 5}));
}

TEST(ReclaimCounts, VersionOneCountsChildrenAndHasNoSwapOut) {
  EXPECT_EQ(parse_reclaim_counts("workingset_refault_anon 1\nworkingset_refault_file 1\n"
                                 "pgmajfault 2\ntotal_workingset_refault_anon 30\n"
                                 "total_workingset_refault_file 40\ntotal_pgmajfault 20\n"),
            (ReclaimCounts{70, 20, -1}));
}

TEST(ReclaimCounts, OldKernelsCountRefaultsOfFilesOnly) {
  EXPECT_EQ(parse_reclaim_counts("workingset_refault 12\npgmajfault 1\n").refaults, 12);
}

TEST(ReclaimCounts, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(parse_reclaim_counts(""), ReclaimCounts());
  EXPECT_EQ(parse_reclaim_counts("pgmajfault many\npswpout -3\nworkingset_refault_anon\n"),
            ReclaimCounts());
  EXPECT_EQ(parse_reclaim_counts("workingset_refault_anon 9223372036854775807\n"
                                 "workingset_refault_file 9\n")
                .refaults,
            INT64_MAX);
}

}  // namespace
}  // namespace holdfast
