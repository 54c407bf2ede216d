// SPDX-License-Identifier: MIT
// A take as a service: the manager (systemd) is told when recording has begun, how it is doing and
// that it ends, and, where it watches, that samples still find their way.
#pragma once

#include <optional>
#include <string>

#include "base/quantity.h"
#include "cmd/output.h"
#include "session/service_notice_linux.h"
#include "session/take_recorder.h"

namespace holdfast::cmd {

/// One thread. Does nothing when no manager listens.
class TakeService {
 public:
  /// Says on `output` when there is a manager that cannot be spoken to.
  TakeService(const char* program, Output& output);

  /// Call it several times a second. `status`: one line, for `systemctl status`.
  void tell(const session::TakeState& state, const std::string& status);
  /// The take comes to its end; what is on its way is still to be written.
  void stopping();

 private:
  [[nodiscard]] bool is_alive(const session::TakeState& state);

  std::optional<session::ServiceNotice> notice_;
  bool is_ready_ = false;
  std::string told_status_;
  Nanos next_status_;
  Nanos next_watchdog_;
  int64_t seen_looks_ = 0;
  Frames seen_refused_;
};

}  // namespace holdfast::cmd
