// SPDX-License-Identifier: MIT
// A short run of `holdfast count` on the virtual device, for `holdfast doctor`: does an audio
// thread of ours wake in time here, and stay clean?
#pragma once

#include "audio/virtual_device.h"
#include "base/quantity.h"
#include "core/self_test_check.h"
#include "session/live_run.h"

namespace holdfast::cmd {

/// Opened at once, so that what its audio thread touches is known; run once or never. One thread.
class SelfTestRun {
 public:
  /// `duration`: 0: it is only opened.
  explicit SelfTestRun(Nanos duration);

  /// What the audio thread touches; empty when the device could not be opened. The thread waits
  /// until run().
  [[nodiscard]] std::vector<MemoryRange> touched_memory() const;

  /// Takes `duration`, or until a stop is asked for.
  SelfTest run();

 private:
  Result<> try_to_run(SelfTest& test);

  Nanos duration_;
  audio::StreamFormat format_;
  audio::VirtualDevice device_{audio::VirtualOptions{}};
  session::LiveRun live_run_{device_};
  Result<audio::Capabilities> opened_;
};

}  // namespace holdfast::cmd
