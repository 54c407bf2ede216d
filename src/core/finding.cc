// SPDX-License-Identifier: MIT
#include "core/finding.h"

#include <algorithm>
#include <cstring>

namespace holdfast {

std::string_view name_of(FindingStatus status) {
  switch (status) {
    case FindingStatus::kPass:
      return "PASS";
    case FindingStatus::kWarn:
      return "WARN";
    case FindingStatus::kFail:
      return "FAIL";
    case FindingStatus::kUnknown:
      break;
  }
  return "UNKNOWN";
}

FindingCounts count_findings(std::span<const Finding> findings) {
  const auto number_of = [&](FindingStatus status) {
    return static_cast<int>(
        std::count_if(findings.begin(), findings.end(),
                      [status](const Finding& finding) { return finding.status == status; }));
  };
  return {number_of(FindingStatus::kPass), number_of(FindingStatus::kWarn),
          number_of(FindingStatus::kFail), number_of(FindingStatus::kUnknown)};
}

std::vector<std::string> remedies_of(std::span<const Finding> findings) {
  std::vector<std::string> names;
  for (const Finding& finding : findings) {
    if (finding.status == FindingStatus::kPass || finding.remedy.empty()) continue;
    if (std::find(names.begin(), names.end(), finding.remedy) == names.end()) {
      names.push_back(finding.remedy);
    }
  }
  return names;
}

std::string to_text(const Trial& trial) {
  if (!trial.was_tried) return "could not be tried";
  if (trial.signal_number != 0) return "killed by signal " + std::to_string(trial.signal_number);
  if (trial.system_errno == 0) return "ok";
  return std::string("refused (") + strerror(trial.system_errno) + ")";
}

}  // namespace holdfast
