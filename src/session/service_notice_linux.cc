// SPDX-License-Identifier: MIT
#include "session/service_notice_linux.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace holdfast::session {
namespace {

constexpr int64_t kLongestWatchdogUsec = int64_t{1000} * 1000 * 1000 * 1000;

/// The variable's value, which is gone from the environment afterwards.
std::string taken_variable(const char* name) {
  const char* found = std::getenv(name);
  std::string value = found == nullptr ? "" : found;
  unsetenv(name);
  return value;
}

int64_t number_or_zero(const std::string& text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

/// The watchdog may be meant for another process, such as a shell that started us.
Nanos asked_watchdog_limit() {
  const int64_t limit = number_or_zero(taken_variable("WATCHDOG_USEC"));
  const std::string process = taken_variable("WATCHDOG_PID");
  const bool is_for_us = process.empty() || number_or_zero(process) == getpid();
  const bool is_sane = limit > 0 && limit <= kLongestWatchdogUsec;
  return is_for_us && is_sane ? kMicrosecond * limit : Nanos(0);
}

}  // namespace

Result<std::optional<ServiceNotice>> ServiceNotice::from_environment() {
  const Nanos watchdog_limit = asked_watchdog_limit();
  const std::string name = taken_variable("NOTIFY_SOCKET");
  if (name.empty()) return std::optional<ServiceNotice>();
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const bool is_known = name.size() > 1 && (name[0] == '/' || name[0] == '@');
  if (!is_known || name.size() >= sizeof address.sun_path) {
    return Error{ErrorKind::kUnavailable, 0, "the service manager's socket has an unknown address"};
  }
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  probe::FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.number() < 0) return system_error("cannot tell the service manager", errno);
  return std::optional(ServiceNotice(std::move(socket), address, length, watchdog_limit));
}

bool ServiceNotice::tell(std::string_view states) const {
  const auto* address = reinterpret_cast<const sockaddr*>(&address_);
  return sendto(socket_.number(), states.data(), states.size(), MSG_NOSIGNAL, address, length_) >=
         0;
}

}  // namespace holdfast::session
