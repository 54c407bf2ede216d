// SPDX-License-Identifier: MIT
// Files of /proc, recorded from a process of 4 threads on kernel 6.18: main; "audio (in) R 1" with
// SCHED_FIFO 70; "midi" with SCHED_RR 20; "worker". It has 64 KiB locked in an anonymous mapping.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "base/check.h"

namespace holdfast::test {

inline constexpr int kFixtureProcess = 21730;
inline constexpr int kFixtureAudioThread = 21731;
inline const std::string kFixtureRoot = HF_SOURCE_DIR "/tests/fixtures/proc";

/// One recorded file, such as "maps" or "task/21731/stat".
inline std::string proc_fixture(const std::string& name) {
  std::ifstream file(kFixtureRoot + "/" + std::to_string(kFixtureProcess) + "/" + name);
  HF_CHECK(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace holdfast::test
