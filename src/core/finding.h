// SPDX-License-Identifier: MIT
// What `holdfast doctor` says about one thing that it tried: three-valued and one more. PASS needs
// evidence like everything else; where nothing could be tried, it is UNKNOWN.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

enum class FindingStatus : uint8_t {
  kPass,
  kWarn,     ///< Works, but audio can be hurt, or something is to be had that is missing.
  kFail,     ///< Audio will be hurt.
  kUnknown,  ///< Could not be tried, or this machine does not tell.
};

/// "PASS", "WARN", "FAIL", "UNKNOWN".
std::string_view name_of(FindingStatus status);

/// One finding. All texts are sentences or parts of them, without line breaks, and name no host, no
/// user and no path of a user.
struct Finding {
  std::string group;  ///< "lock", "schedule", ...
  std::string name;   ///< "everything": unique within its group.
  FindingStatus status = FindingStatus::kUnknown;
  std::string evidence;      ///< What was tried, and what came of it. Never empty.
  std::string effect;        ///< Why it matters for audio; empty for PASS.
  std::string fix;           ///< What to do, as a command where there is one. May be empty.
  std::string remedy;        ///< What to give to --fix; empty when it cannot do it.
  bool needs_login = false;  ///< The fix holds from the next login on.

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// How many findings have each status.
struct FindingCounts {
  int passed = 0;
  int warned = 0;
  int failed = 0;
  int unknown = 0;
};

FindingCounts count_findings(std::span<const Finding> findings);

/// The remedies that findings other than PASS name, each once, in order.
std::vector<std::string> remedies_of(std::span<const Finding> findings);

/// What came of something that was tried, in a process of its own where it could do harm.
struct Trial {
  bool was_tried = false;
  int system_errno = 0;   ///< 0: it was granted.
  int signal_number = 0;  ///< What killed the process that tried; 0: it lived.
  int64_t bytes = 0;      ///< How much was asked for; 0 where it is not about amounts.

  [[nodiscard]] bool is_granted() const {
    return was_tried && system_errno == 0 && signal_number == 0;
  }
  [[nodiscard]] bool is_refused() const { return was_tried && !is_granted(); }

  friend bool operator==(const Trial&, const Trial&) = default;
};

/// "ok", "refused (Cannot allocate memory)", "killed by signal 11", "could not be tried".
std::string to_text(const Trial& trial);

}  // namespace holdfast
