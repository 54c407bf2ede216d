// SPDX-License-Identifier: MIT
#include "session/desktop_notice_linux.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "probe/optional_library.h"

namespace holdfast::session {
namespace {

constexpr std::chrono::seconds kLastWait{1};
constexpr const char* kService = "org.freedesktop.Notifications";
constexpr const char* kPath = "/org/freedesktop/Notifications";

struct Notice {
  std::string title;
  std::string text;
};

/// The three functions of libsystemd that it takes, as sd-bus.h of version 221 and later has them.
class Bus {
 public:
  bool open() {
    if (bus_ != nullptr) return true;
    const probe::OptionalLibrary library({"libsystemd.so.0"});
    int (*open_user)(void** bus) = nullptr;
    if (!library.find("sd_bus_open_user", open_user) ||
        !library.find("sd_bus_call_method_async", call_) || !library.find("sd_bus_flush", flush_)) {
      return false;
    }
    if (open_user(&bus_) < 0) bus_ = nullptr;
    return bus_ != nullptr;
  }

  /// No answer is asked for: nobody could do anything about it.
  void notify(const Notice& notice) {
    constexpr uint32_t kReplacesNone = 0;
    constexpr int32_t kUsualTime = -1;
    const int sent = call_(bus_, nullptr, kService, kPath, kService, "Notify", nullptr, nullptr,
                           "susssasa{sv}i", "holdfast", kReplacesNone, "audio-input-microphone",
                           notice.title.c_str(), notice.text.c_str(), 0, 0, kUsualTime);
    if (sent >= 0) flush_(bus_);
  }

 private:
  using Call = int (*)(void* bus, void** slot, const char* destination, const char* path,
                       const char* interface, const char* member, void* callback, void* userdata,
                       const char* types, ...);
  void* bus_ = nullptr;
  Call call_ = nullptr;
  int (*flush_)(void* bus) = nullptr;
};

}  // namespace

struct DesktopNotice::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Notice> next;
  bool is_busy = false;
  bool is_ending = false;
  bool has_thread = false;

  void run() {
    Bus bus;
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return next || is_ending; });
      if (!next) return;
      const Notice notice = *std::exchange(next, std::nullopt);
      is_busy = true;
      lock.unlock();
      if (bus.open()) bus.notify(notice);
      lock.lock();
      is_busy = false;
      changed.notify_all();
    }
  }
};

DesktopNotice::DesktopNotice() : state_(std::make_shared<State>()) {}

DesktopNotice::~DesktopNotice() {
  if (!state_) return;
  std::unique_lock lock(state_->mutex);
  if (!state_->has_thread) return;
  state_->changed.wait_for(lock, kLastWait, [this] { return !state_->next && !state_->is_busy; });
  state_->is_ending = true;
  state_->next.reset();
  state_->changed.notify_all();
}

void DesktopNotice::show(const std::string& title, const std::string& text) {
  const std::lock_guard lock(state_->mutex);
  state_->next = Notice{title, text};
  // Detached: a bus that hangs must not keep the program from ending.
  if (!std::exchange(state_->has_thread, true)) {
    std::thread([state = state_] { state->run(); }).detach();
  }
  state_->changed.notify_all();
}

}  // namespace holdfast::session
