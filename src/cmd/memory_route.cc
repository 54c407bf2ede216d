// SPDX-License-Identifier: MIT
#include "cmd/memory_route.h"

#include <deque>

#include "act/injected_calls.h"

namespace holdfast::cmd {
namespace {

class PreloadRoute : public MemoryRoute {
 public:
  explicit PreloadRoute(ProgramChannel& channel) : channel_(channel) {}

  [[nodiscard]] RunRoute kind() const override { return RunRoute::kPreload; }
  [[nodiscard]] bool is_ready() const override { return channel_.server.load() > 0; }
  bool order(const MemoryOrder& order) override { return channel_.orders.push(order); }
  void begin() override { act::ring(channel_); }
  bool take(MemoryAnswer& answer) override { return channel_.answers.pop(answer); }

 private:
  ProgramChannel& channel_;
};

class AttachRoute : public MemoryRoute {
 public:
  explicit AttachRoute(pid_t pid) : pid_(pid) {}

  [[nodiscard]] RunRoute kind() const override { return RunRoute::kAttach; }
  [[nodiscard]] bool is_ready() const override { return true; }
  bool order(const MemoryOrder& order) override {
    orders_.push_back(order);
    return true;
  }
  /// The process is held as long as this takes, so it is done in pieces.
  void begin() override {
    const size_t count = std::min(orders_.size(), kMostAtOnce);
    const std::vector<MemoryOrder> now(orders_.begin(),
                                       orders_.begin() + static_cast<ptrdiff_t>(count));
    orders_.erase(orders_.begin(), orders_.begin() + static_cast<ptrdiff_t>(count));
    if (now.empty()) return;
    for (const MemoryAnswer& answer : act::inject_calls(pid_, now)) answers_.push_back(answer);
  }
  bool take(MemoryAnswer& answer) override {
    if (answers_.empty()) return false;
    answer = answers_.front();
    answers_.pop_front();
    return true;
  }

 private:
  static constexpr size_t kMostAtOnce = 64;

  pid_t pid_;
  std::deque<MemoryOrder> orders_;
  std::deque<MemoryAnswer> answers_;
};

}  // namespace

std::unique_ptr<MemoryRoute> preload_route(ProgramChannel& channel) {
  return std::make_unique<PreloadRoute>(channel);
}

std::unique_ptr<MemoryRoute> attach_route(pid_t pid) {
  return std::make_unique<AttachRoute>(pid);
}

}  // namespace holdfast::cmd
