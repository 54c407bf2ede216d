// SPDX-License-Identifier: MIT
// The victim's stream, and the only file here that knows how Holdfast is attached to a program: a
// virtual device, a LiveRun with the victim's callback as its work, an observer, and a trace.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audio/device.h"
#include "audio/virtual_device.h"
#include "base/result.h"
#include "blind/callback.h"
#include "core/observation.h"
#include "session/live_run.h"
#include "session/observer.h"
#include "session/trace_file.h"

namespace holdfast::blind {

/// What to run, and where to keep the facts.
struct StreamOptions {
  audio::StreamFormat format;
  std::vector<audio::ScriptedFault> script;
  std::string trace;
  Observation observation = Observation::kAllEvents;  ///< How closely to look, at most.
  int audio_processor = 0;
};

/// An open stream. Not movable: the audio thread knows its address.
class Stream {
 public:
  explicit Stream(StreamOptions options);

  /// Makes everything; the audio thread is parked.
  Result<> open(Callback& callback);

  [[nodiscard]] pid_t audio_thread() const { return device_.thread_id(); }
  [[nodiscard]] MemoryRange audio_stack() const { return device_.stack(); }

  /// Locks all memory that exists and makes the audio thread real-time on its own processor.
  Result<> protect();

  /// Attaches the observer. How closely it looks.
  Observation observe();

  /// Blocks come until `is_over` says so. The trace is complete afterwards.
  Result<> run(const std::function<bool()>& is_over);

 private:
  [[nodiscard]] SessionInfo describe() const;
  Result<> keep(session::TraceFile& trace, std::span<const Record> records) const;

  StreamOptions options_;
  audio::VirtualDevice device_;
  session::LiveRun run_;
  audio::Capabilities capabilities_;
  std::string scheduling_;
  std::unique_ptr<session::Observer> observer_;
};

/// What answers the observer's questions about symbols: `holdfast` beside this program takes this
/// process over. Were it this program itself, its code would be in use twice and could not leave
/// memory. Returns only when that fails.
int serve_symbols();

}  // namespace holdfast::blind
