// SPDX-License-Identifier: MIT
#include "core/remedy.h"

#include <gtest/gtest.h>

#include <set>

namespace holdfast {
namespace {

TEST(Remedy, EveryFileIsMarkedAsOursAndNamedAfterUs) {
  for (const Remedy& remedy : all_remedies({"/sys/governor"})) {
    EXPECT_FALSE(remedy.purpose.empty());
    EXPECT_FALSE(remedy.changes.empty());
    for (const RemedyChange& change : remedy.changes) {
      if (change.kind != RemedyChange::Kind::kFile) continue;
      EXPECT_TRUE(change.content.starts_with(kRemedyMark)) << change.path;
      EXPECT_TRUE(change.content.ends_with('\n')) << change.path;
      EXPECT_NE(change.path.find("holdfast"), std::string::npos) << change.path;
    }
  }
}

TEST(Remedy, NamesAndPathsAreUnique) {
  std::set<std::string> names;
  std::set<std::string> paths;
  for (const Remedy& remedy : all_remedies({"/sys/governor"})) {
    EXPECT_TRUE(names.insert(remedy.name).second);
    for (const RemedyChange& change : remedy.changes) {
      EXPECT_TRUE(paths.insert(change.path).second);
    }
  }
}

TEST(Remedy, EveryGovernorIsSet) {
  const auto remedies = all_remedies({"/a", "/b"});
  EXPECT_EQ(remedies.back().name, "governor");
  EXPECT_EQ(remedies.back().changes.size(), 2U);
  EXPECT_TRUE(all_remedies({}).back().changes.empty());
}

TEST(Remedy, TheWayBackOfAFileIsToRemoveItAndOfASettingItsOldValue) {
  EXPECT_EQ(way_back({RemedyChange::Kind::kFile, "/etc/x.conf", "new"}, ""), "sudo rm /etc/x.conf");
  EXPECT_EQ(way_back({RemedyChange::Kind::kSetting, "/proc/sys/vm/y", "0"}, "1"),
            "echo 1 | sudo tee /proc/sys/vm/y");
}

}  // namespace
}  // namespace holdfast
