// SPDX-License-Identifier: MIT
#include "base/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace holdfast {
namespace {

const std::vector<std::string> kPorts = {"system:capture_1", "system:capture_2", "synth:out"};

TEST(Nearest, TakesTheNameWithTheFewestChanges) {
  EXPECT_EQ(nearest("system:capture2", kPorts), "system:capture_2");
  EXPECT_EQ(nearest("sinth:out", kPorts), "synth:out");
}

TEST(Nearest, CaseDoesNotCount) {
  EXPECT_EQ(nearest("SYNTH:OUT", kPorts), "synth:out");
}

TEST(Nearest, TheFirstOfSeveralWins) {
  EXPECT_EQ(nearest("system:capture_", kPorts), "system:capture_1");
  EXPECT_EQ(nearest("", std::vector<std::string>{"b", "a"}), "b");
}

TEST(Nearest, NothingIsNearestToNothing) {
  EXPECT_EQ(nearest("anything", {}), "");
}

}  // namespace
}  // namespace holdfast
