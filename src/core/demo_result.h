// SPDX-License-Identifier: MIT
// What the two counters of `holdfast demo` found, and what that shows. One of them locks what its
// audio thread touches; both run under the same memory pressure at the same time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

/// One counter's run, from its summary.
struct CounterResult {
  int64_t glitches = 0;
  int64_t missing_frames = 0;
  int64_t major_faults = 0;  ///< Of the audio thread: each waited for a disk.
  int64_t minor_faults = 0;  ///< Of the audio thread.
  int64_t lateness_max_ns = 0;
  int64_t page_fault_glitches = 0;  ///< Of the glitches: those that came from page faults.
  std::string verdict = {};         ///< What the counter said of its glitches, in one sentence.
  int64_t peak_swapped_bytes = 0;   ///< Not in the summary: watched from outside while it ran.

  friend bool operator==(const CounterResult&, const CounterResult&) = default;
};

/// Reads the last holdfast.summary/1 object in the output of `holdfast count --json`, in which
/// other lines may stand. Nothing when there is none.
std::optional<CounterResult> parse_counter_output(std::string_view output);

/// The whole demonstration.
struct DemoResult {
  int64_t seconds = 0;
  int64_t limit_bytes = 0;  ///< Of the memory cgroup; 0: there was none.
  int64_t swap_bytes = 0;   ///< Swap that could be used; 0: there was none.
  int64_t loads = 0;        ///< How often MemLoad ran.
  int64_t block_frames = 16;
  std::string page_out_every;  ///< How often the counters pushed their own pages out; empty: never.
  CounterResult unlocked;
  CounterResult locked;
  std::vector<std::string> missing;  ///< What this machine or user lacks, each with its remedy.
};

/// What a result shows.
enum class DemoVerdict {
  kShown,          ///< Only the unlocked audio thread waited for pages, and it glitched more.
  kNotPressed,     ///< The unlocked audio thread never waited for a page: nothing was pushed out.
  kNotNoticed,     ///< It did, but did not glitch more than the locked one, beyond chance.
  kLockedFaulted,  ///< The locked audio thread faulted too: locking did not hold.
};

/// "shown", "not_pressed", "not_noticed", "locked_faulted".
std::string_view name_of(DemoVerdict verdict);

/// A page fault of the locked thread outweighs everything. Pressure needs a major fault as
/// evidence. Glitches are compared last: by counts a and b, more is (a - b)^2 > 4 (a + b), two
/// standard errors of a difference of Poisson counts.
DemoVerdict judge(const DemoResult& result);

}  // namespace holdfast
