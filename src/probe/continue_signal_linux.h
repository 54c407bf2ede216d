// SPDX-License-Identifier: MIT
// When this process was let go on after a stop (Ctrl-Z and fg, kill -STOP and -CONT): the kernel
// tells by SIGCONT. How long it had stood still, the sleeps of its threads say.
#pragma once

#include <csignal>
#include <memory>
#include <vector>

#include "base/result.h"
#include "rt/record.h"

namespace holdfast::probe {

/// Listens from open() to its end; one per process. A handler that was there before is called as
/// well, and is put back at the end. One thread.
class ContinueSignal {
 public:
  /// Errors: kUnavailable when there is one already.
  static Result<std::unique_ptr<ContinueSignal>> open();
  ~ContinueSignal();
  ContinueSignal(const ContinueSignal&) = delete;
  ContinueSignal& operator=(const ContinueSignal&) = delete;

  /// Appends a kPause record without a begin for each SIGCONT since the last call, and a kLost
  /// record when there were too many.
  void drain(std::vector<Record>& records);

 private:
  ContinueSignal() = default;

  struct sigaction before_ = {};
  uint64_t told_ = 0;
};

}  // namespace holdfast::probe
