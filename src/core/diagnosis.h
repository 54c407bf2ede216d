// SPDX-License-Identifier: MIT
// What `holdfast diagnose` puts into one archive, and what it could not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/quantity.h"

namespace holdfast {

/// One file of the archive.
struct DiagnosisMember {
  std::string name;     ///< Its path in the archive: "session-1/report.html".
  std::string what;     ///< What is in it, in a few words.
  std::string content;  ///< Any bytes.
  std::string sha256;   ///< Of `content`: 64 hexadecimal digits.
};

/// Something that would have been of use and is not there.
struct DiagnosisGap {
  std::string what;           ///< "kernel log"
  std::string why;            ///< "not readable by this user"
  std::string how_to_get_it;  ///< May be empty.
};

/// A whole archive, but for its manifest.
struct Diagnosis {
  std::string program;   ///< "holdfast 0.1.0"
  Nanos utc;             ///< When it was made.
  bool is_full = false;  ///< With names of people and hosts.
  std::string folder;    ///< What all names in the archive begin with, without '/' at the end.
  std::vector<DiagnosisMember> members;
  std::vector<DiagnosisGap> gaps;
};

}  // namespace holdfast
