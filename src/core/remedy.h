// SPDX-License-Identifier: MIT
// What `holdfast doctor --fix` would change, to the byte, before anybody is asked: new files of its
// own, and settings of the running kernel. It never edits a file of somebody else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

/// The first line of every file that a remedy writes; only files that begin with it are replaced.
inline constexpr std::string_view kRemedyMark = "# Written by holdfast doctor --fix";

/// One thing that is written.
struct RemedyChange {
  enum class Kind {
    kFile,     ///< A file of our own, whole.
    kSetting,  ///< One value of the running kernel, until the next start.
  };
  Kind kind = Kind::kFile;
  std::string path;
  std::string content;  ///< Files: with the mark as first line. Settings: the value.

  friend bool operator==(const RemedyChange&, const RemedyChange&) = default;
};

/// One thing that can be given to --fix.
struct Remedy {
  std::string name;     ///< "limits"
  std::string purpose;  ///< One sentence.
  std::vector<RemedyChange> changes;
  std::string afterwards;  ///< What is left to do for the user; may be empty.
};

/// Every remedy. `governor_files`: the scaling_governor of each processor, where there is one.
std::vector<Remedy> all_remedies(const std::vector<std::string>& governor_files);

/// "rm PATH" for a file; for a setting, writing back `old_value`.
std::string way_back(const RemedyChange& change, std::string_view old_value);

}  // namespace holdfast
