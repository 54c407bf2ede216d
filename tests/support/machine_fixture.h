// SPDX-License-Identifier: MIT
// Files of /proc about a whole machine. "proc": recorded on kernel 6.18 with 2 processors and
// steal, 23 GB swapped out since it started, no swap any more. The others are made by hand: a
// kernel without PSI; one with a hypervisor that took much; one with 128 processors, number 77
// offline.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "base/check.h"

namespace holdfast::test {

inline const std::string kMachineRoot = HF_SOURCE_DIR "/tests/fixtures/proc";
inline const std::string kRootWithoutPressure =
    HF_SOURCE_DIR "/tests/fixtures/proc_without_pressure";
inline const std::string kRootWithSteal = HF_SOURCE_DIR "/tests/fixtures/proc_with_steal";
inline const std::string kRootOf128Processors = HF_SOURCE_DIR "/tests/fixtures/proc_128_processors";

/// One file, such as "pressure/memory".
inline std::string machine_fixture(const std::string& name,
                                   const std::string& root = kMachineRoot) {
  std::ifstream file(root + "/" + name);
  HF_CHECK(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace holdfast::test
