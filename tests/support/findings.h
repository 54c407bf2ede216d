// SPDX-License-Identifier: MIT
// Picks findings by name, and holds what is true of every one of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/finding.h"

namespace holdfast::test {

/// The finding of that name; a failed test and an empty finding when there is none.
inline Finding finding_of(const std::vector<Finding>& findings, std::string_view name) {
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [name](const Finding& finding) { return finding.name == name; });
  if (found != findings.end()) return *found;
  ADD_FAILURE() << "no finding is called " << name;
  return {};
}

inline FindingStatus status_of(const std::vector<Finding>& findings, std::string_view name) {
  return finding_of(findings, name).status;
}

/// All have evidence; whoever warns or fails says why it matters; PASS asks for nothing.
inline void expect_well_formed(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    EXPECT_FALSE(finding.evidence.empty()) << finding.name;
    EXPECT_EQ(finding.evidence.find('\n'), std::string::npos) << finding.name;
    const bool is_bad =
        finding.status == FindingStatus::kWarn || finding.status == FindingStatus::kFail;
    if (is_bad) {
      EXPECT_FALSE(finding.effect.empty()) << finding.name;
      EXPECT_FALSE(finding.fix.empty()) << finding.name;
    }
    if (finding.status == FindingStatus::kPass) {
      EXPECT_EQ(finding.effect + finding.fix + finding.remedy, "") << finding.name;
    }
  }
}

}  // namespace holdfast::test
