// SPDX-License-Identifier: MIT
// What `count` does with records, wherever they come from: judge them, print the verdicts, keep the
// trace.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "cmd/output.h"
#include "cmd/stream_options.h"
#include "core/judge.h"
#include "core/session_info.h"
#include "session/observer.h"
#include "session/trace_file.h"

namespace holdfast::cmd {

/// The command line of `count`.
struct CountOptions {
  StreamOptions stream;
  OutputOptions output;
  std::string trace;
  bool is_replacing = false;
  bool is_unlocked = false;
  bool is_following_server = false;
  std::string page_out_every;  ///< Empty: leave own pages alone.
  std::string observe = "all_events";
  int pid = 0;         ///< 0: our own audio thread.
  std::string thread;  ///< Of that process: id or name; empty: find it.
};

/// Everything between the records and the user. One thread.
class Counter {
 public:
  /// `also_tell` is called for each glitch, after it was printed; may be empty.
  Counter(SessionInfo info, Output& output, Judge::OnGlitch also_tell = nullptr);

  /// Errors: those of TraceFile::create().
  Result<> open_trace(const CountOptions& options);

  /// The same records, in the same order, for the judge and for the trace. Errors: the trace's.
  Result<> take(std::span<const Record> records);

  void show_progress();

  /// Prints the summary and closes the trace.
  Result<> finish();

  [[nodiscard]] int exit_code() const;
  [[nodiscard]] const Summary& summary() const { return judge_.summary(); }

 private:
  SessionInfo info_;
  Output& output_;
  Judge::OnGlitch also_tell_;
  Judge judge_;
  std::optional<session::TraceFile> trace_;
  Nanos next_flush_;
};

/// Program, machine and clock; the format that was asked for.
SessionInfo describe_run(const CountOptions& options);

/// Locks what the observer's own thread touches, program included, lets it run soon, and says in
/// `info` how closely it looks at `thread` and what was not granted.
void engage_observer(const CountOptions& options, const session::Observer& observer, int thread,
                     SessionInfo& info);

/// What could not be seen after all, on stderr. `observer` may be null.
void tell_new_limitations(session::Observer* observer, Output& output);

/// Counts the glitches of another program's thread. Errors: kUnavailable, with what to do.
Result<int> count_thread(const CountOptions& options, Output& output);

}  // namespace holdfast::cmd
