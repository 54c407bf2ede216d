// SPDX-License-Identifier: MIT
// A few words on the desktop, by the notification service of the session bus. libsystemd, which
// speaks to the bus, is on nearly every machine; it is loaded when there is something to say, so
// that a run without glitches never carries its pages. Without library, bus or service: silence.
#pragma once

#include <memory>
#include <string>

namespace holdfast::session {

/// Shows notices in the background. One thread.
class DesktopNotice {
 public:
  DesktopNotice();
  /// Waits up to a second for what is under way.
  ~DesktopNotice();
  DesktopNotice(DesktopNotice&&) = default;

  /// Never waits. A notice that comes while another is under way replaces one that has not begun.
  void show(const std::string& title, const std::string& text);

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< Shared with the thread, which may outlive us.
};

}  // namespace holdfast::session
