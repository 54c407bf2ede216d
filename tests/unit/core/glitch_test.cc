// SPDX-License-Identifier: MIT
#include "core/glitch.h"

#include <gtest/gtest.h>

#include <set>

namespace holdfast {
namespace {

TEST(Glitch, EveryCauseHasItsOwnName) {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(CauseKind::kUnexplained); kind++) {
    names.insert(name_of(static_cast<CauseKind>(kind)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(CauseKind::kUnexplained) + 1);
}

TEST(Glitch, SourcesAreNamedAsInTheContract) {
  EXPECT_EQ(name_of(LossSource::kClient), "client");
  EXPECT_EQ(name_of(LossSource::kServer), "server");
  EXPECT_EQ(name_of(LossSource::kDevice), "device");
}

TEST(Summary, OwnFaultsAndDroppedRecordsTakeItsTrustAway) {
  Summary summary;
  EXPECT_TRUE(summary.is_trustworthy());
  summary.own_major_faults = 0;
  summary.own_minor_faults = 0;
  EXPECT_TRUE(summary.is_trustworthy());
  summary.own_minor_faults = 1;
  EXPECT_FALSE(summary.is_trustworthy());
  summary.own_minor_faults = 0;
  summary.dropped_records = 1;
  EXPECT_FALSE(summary.is_trustworthy());
}

}  // namespace
}  // namespace holdfast
