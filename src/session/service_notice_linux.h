// SPDX-License-Identifier: MIT
// What a service manager is told: that the program is ready, how it is doing, that it is alive,
// that it ends. One datagram each to the socket that it named in the environment, as sd_notify(3)
// of systemd lays down; no library is needed for that. Without such a socket: silence.
#pragma once

#include <sys/un.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/quantity.h"
#include "base/result.h"
#include "probe/file_descriptor.h"

namespace holdfast::session {

/// One thread.
class ServiceNotice {
 public:
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment, so
  /// that programs started by us do not speak in our name. Nothing when nobody listens. Errors: a
  /// socket that cannot be spoken to. Before other threads are started.
  static Result<std::optional<ServiceNotice>> from_environment();

  /// "READY=1", "STATUS=...", "WATCHDOG=1", "STOPPING=1", or several, one to a line. Never waits;
  /// false when the listener had no room for it.
  bool tell(std::string_view states) const;

  /// How long the listener waits for "WATCHDOG=1" before it ends us; 0: it does not.
  [[nodiscard]] Nanos watchdog_limit() const { return watchdog_limit_; }

 private:
  ServiceNotice(probe::FileDescriptor socket, const sockaddr_un& address, socklen_t length,
                Nanos watchdog_limit)
      : socket_(std::move(socket)),
        address_(address),
        length_(length),
        watchdog_limit_(watchdog_limit) {}

  probe::FileDescriptor socket_;
  sockaddr_un address_;
  socklen_t length_;
  Nanos watchdog_limit_;
};

}  // namespace holdfast::session
