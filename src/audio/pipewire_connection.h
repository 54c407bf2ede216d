// SPDX-License-Identifier: MIT
// One connection to a PipeWire server, with the thread that speaks to it, and an answer for every
// refusal. PipeWire calls back on that thread; whoever else calls it holds the lock.
#pragma once

#include <pipewire/pipewire.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/quantity.h"
#include "base/result.h"

namespace holdfast::audio {

/// Holds the connection's thread for as long as it lives.
class PipewireLock {
 public:
  explicit PipewireLock(pw_thread_loop* loop) : loop_(loop) { pw_thread_loop_lock(loop_); }
  ~PipewireLock() { pw_thread_loop_unlock(loop_); }
  PipewireLock(const PipewireLock&) = delete;
  PipewireLock& operator=(const PipewireLock&) = delete;

 private:
  pw_thread_loop* loop_;
};

/// See above. Made and ended by one thread.
class PipewireConnection {
 public:
  /// Connects to the server that PIPEWIRE_REMOTE and XDG_RUNTIME_DIR name. `on_lost` is called once
  /// on the connection's thread when the server has gone; it may not call PipeWire.
  /// Errors: kUnavailable, with what to do.
  static Result<std::unique_ptr<PipewireConnection>> open(std::function<void()> on_lost);
  ~PipewireConnection();
  PipewireConnection(const PipewireConnection&) = delete;
  PipewireConnection& operator=(const PipewireConnection&) = delete;

  [[nodiscard]] PipewireLock lock() const { return PipewireLock(loop_); }
  [[nodiscard]] pw_core* core() const { return core_; }

  /// Everything that was asked for until now has been answered. Not under the lock.
  /// Errors: kUnavailable when the server does not answer.
  Result<> sync();

  /// Waits, not under the lock, until `condition`, asked under the lock, holds. False when it never
  /// did.
  bool wait_for(Nanos patience, const std::function<bool()>& condition) const;

  /// "0.3.65".
  [[nodiscard]] const std::string& server_version() const { return server_version_; }
  /// One of the server's properties; empty where it is not told.
  [[nodiscard]] std::string property(const char* key) const;

 private:
  explicit PipewireConnection(std::function<void()> on_lost) : on_lost_(std::move(on_lost)) {}
  Result<> connect();
  static void note_info(void* self, const pw_core_info* info);
  static void note_done(void* self, uint32_t id, int seq);
  static void note_error(void* self, uint32_t id, int seq, int result, const char* message);

  std::function<void()> on_lost_;
  pw_thread_loop* loop_ = nullptr;
  pw_context* context_ = nullptr;
  pw_core* core_ = nullptr;
  pw_properties* properties_ = nullptr;
  spa_hook hook_ = {};
  std::string server_version_;
  int done_ = -1;  ///< Number of the last answer to sync().
  bool is_lost_ = false;
};

/// The library that is loaded: "0.3.65".
std::string pipewire_library_version();

/// True when `version` ("1.4.2") is at least that. What is not a version is older than all.
bool is_pipewire_at_least(const std::string& version, int major, int minor, int micro);

}  // namespace holdfast::audio
