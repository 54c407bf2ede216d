// SPDX-License-Identifier: MIT
// Judges a few seconds of audio on the virtual device: does a thread of ours wake in time here, and
// could it keep itself clean?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "core/finding.h"
#include "core/glitch.h"

namespace holdfast {

/// What came of it.
struct SelfTest {
  std::string failure;     ///< Why it could not run; empty: it ran.
  Summary summary;         ///< As `holdfast count` would print it.
  Nanos tolerance;         ///< The device loses frames when the thread is later than this.
  Nanos period;            ///< Of a block.
  std::string scheduling;  ///< "SCHED_FIFO 70".
  bool is_realtime = false;
  bool is_locked = false;  ///< All that the audio thread touches.
};

/// Findings of the group "self-test".
std::vector<Finding> check_self_test(const SelfTest& test);

}  // namespace holdfast
