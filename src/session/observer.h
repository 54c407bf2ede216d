// SPDX-License-Identifier: MIT
// Looks at one thread from outside, as closely as this machine and this user allow, and makes
// records of what it sees: page faults, times off the processor, counters, pauses, memory, and the
// names of all of these. It decides nothing.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/memory_range.h"
#include "base/quantity.h"
#include "base/result.h"
#include "core/address_space.h"
#include "core/observation.h"
#include "probe/thread_events_linux.h"
#include "probe/thread_use_linux.h"
#include "rt/record.h"

namespace holdfast::session {

/// Observes from start() to its end. One thread calls, never the observed one.
class Observer {
 public:
  /// Whom, and how closely at most.
  struct Options {
    pid_t pid = 0;
    pid_t thread = 0;
    Observation most = Observation::kAllEvents;
    /// Of another program of the graph, beside an observer of our own thread: names go into
    /// kFollowedText, and what belongs to no thread is not looked at.
    bool is_follower = false;
    bool has_timed_work = false;   ///< The thread's callbacks are timed: kCounters is possible.
    bool samples_regions = false;  ///< Where the process's pages are is kept: kResidency.
  };

  /// Never fails: what is refused becomes a limitation, and a lower level.
  static std::unique_ptr<Observer> start(const Options& options);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  [[nodiscard]] Observation level() const { return level_; }
  /// What was not granted at the start, and how to get it.
  [[nodiscard]] const std::vector<Unavailable>& limitations() const { return limitations_; }

  /// What turned out to be impossible since the last call.
  [[nodiscard]] std::vector<Unavailable> take_new_limitations();

  /// Where the thread's own memory lies, from whoever made the thread; empty ranges say nothing.
  /// Else it is estimated from the stack pointer. Before the first collect().
  void know_stack(const MemoryRange& stack, const MemoryRange& thread_local_storage);

  /// The thread that keeps up with the observed one, and is to run soon after it; 0: there is none.
  [[nodiscard]] pid_t thread_id() const;
  /// All memory that this thread and the pause monitor touch, less than 3 MiB: to be locked.
  [[nodiscard]] std::vector<MemoryRange> working_set() const;

  /// Appends everything that has been seen since the last call; names come before what they name.
  void collect(std::vector<Record>& facts);

  /// The thread has ended; a last collect() brings what it left behind.
  [[nodiscard]] bool has_ended() const;

  /// As of the last collect(): everything that happened before has been told.
  [[nodiscard]] Nanos settled() const;

 private:
  struct Probes;
  explicit Observer(const Options& options);
  std::optional<probe::ThreadEvents> open_events();
  std::optional<probe::ThreadUseProbe> open_counters();
  void open_drain();
  void collect_pauses(std::vector<Record>& facts);
  void collect_names(std::vector<Record>& facts);
  void collect_surroundings(std::vector<Record>& facts);
  void collect_pages(std::vector<Record>& facts);
  void name_addresses(std::vector<Record>& facts);
  void write_line(const std::string& line, std::vector<Record>& facts);
  void open_surroundings();
  void open_regions();
  void lay_out_regions(std::vector<Record>& facts);
  void read_names(std::vector<Record>& facts);
  void read_stack(std::vector<Record>& facts);
  void name_address(uint64_t address, uint32_t thread, std::vector<Record>& facts);
  void name_other(const Record& record, std::vector<Record>& facts);
  void limit(const Error& error);
  void add_limitations(const std::vector<Unavailable>& limitations);

  Options options_;
  Observation level_ = Observation::kNone;
  std::vector<Unavailable> limitations_;
  std::unique_ptr<Probes> probes_;
  AddressSpace space_;
  std::vector<Record> found_;
  Nanos settled_;
  Nanos next_surroundings_;
  Nanos next_names_;
  std::vector<std::string> stack_lines_;  ///< Not yet written.
  bool has_stack_ = false;
  std::optional<MemoryRange> stack_;  ///< As the thread's maker told.
  std::set<uint32_t> named_;          ///< Threads whose name was asked for.
};

}  // namespace holdfast::session
