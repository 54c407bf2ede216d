// SPDX-License-Identifier: MIT
// What Linux writes into a perf ring about page faults and context switches, as events. The ring is
// given as it lies in memory: records may wrap around its end, and are read where they are, since
// they consist of whole 64-bit words. Format: <linux/perf_event.h>, enum perf_event_type; the
// fields in it are those of kPerfSampleFields.
#pragma once

#include <linux/perf_event.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace holdfast {

/// perf_event_attr::sample_type of every event whose records are read here; sample_id_all is set,
/// and the times are those of CLOCK_MONOTONIC.
inline constexpr uint64_t kPerfSampleFields = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP |
                                              PERF_SAMPLE_TID | PERF_SAMPLE_TIME |
                                              PERF_SAMPLE_ADDR | PERF_SAMPLE_CPU | PERF_SAMPLE_READ;

/// perf_event_attr::read_format of these events: what PERF_SAMPLE_READ appends is their count and
/// their id. Where several observers have events of one kind on one thread, the kernel prepares one
/// sample for all of them (Linux 6.18; since 6.2), and its identifier is that of the one that came
/// first. The id that is read is the event's own.
inline constexpr uint64_t kPerfReadFormat = PERF_FORMAT_ID;

/// What a record tells.
enum class PerfEventKind : uint8_t {
  kFaultBegin,  ///< PERF_COUNT_SW_PAGE_FAULTS: a fault was taken; it may yet fail.
  kFaultEnd,    ///< PERF_COUNT_SW_PAGE_FAULTS_MIN or _MAJ: the page is there.
  kSwitchOut,   ///< A thread left its processor.
  kSwitchIn,    ///< A thread came to a processor.
  kLost,        ///< Records before this one found no room.
};

/// One record. Fields that its kind has no use for are 0.
struct PerfEvent {
  PerfEventKind kind = PerfEventKind::kLost;
  bool is_major = false;      ///< kFaultEnd: needed I/O, or had to be tried twice.
  bool is_in_kernel = false;  ///< Faults: taken in kernel mode.
  bool is_preempted = false;  ///< kSwitchOut: could have run on. Also true of sched_yield().
  uint32_t thread = 0;        ///< Kernel id; ~0 for one that is ending.
  uint32_t processor = 0;
  uint32_t other = 0;        ///< Switches of a whole processor: who came instead, or ran before; 0
                             ///< idle or not visible from here, ~0 has ended.
  int64_t time_ns = 0;       ///< CLOCK_MONOTONIC.
  uint64_t address = 0;      ///< Faults: what was touched.
  uint64_t instruction = 0;  ///< Faults: what touched it.
  uint64_t lost = 0;         ///< kLost: how many records; at least.
};

/// By which the samples of one thread's three fault events are told apart (PERF_EVENT_IOC_ID).
struct PerfFaultIds {
  uint64_t begin = 0;
  uint64_t minor = 0;
  uint64_t major = 0;
};

/// The part of a ring that is to be read.
struct PerfRingView {
  std::span<const uint64_t> words;  ///< The whole ring; a power of two of them, or none.
  uint64_t tail = 0;                ///< Position in bytes of the first record to read.
  uint64_t head = 0;                ///< Position in bytes behind the last.
  PerfFaultIds ids;
};

/// Reads the records of a ring one by one. Never fails: records that it has no use for are passed
/// over, and those that make no sense are counted. Any thread that owns the view.
class PerfRecords {
 public:
  explicit PerfRecords(const PerfRingView& view);

  /// The next event, in the order in which they were written. False at the end.
  [[nodiscard]] bool next(PerfEvent& event);

  /// Records that made no sense so far. Behind one whose length is impossible nothing can be read:
  /// the rest counts as one more.
  [[nodiscard]] int64_t damaged() const { return damaged_; }

 private:
  [[nodiscard]] uint64_t word(size_t index) const;
  bool take_header();
  bool parse(PerfEvent& event);
  bool parse_sample(PerfEvent& event);
  bool parse_switch(PerfEvent& event);
  bool parse_lost(PerfEvent& event);
  void read_sample_id(PerfEvent& event) const;
  bool has_words(size_t count);

  PerfRingView view_;
  uint64_t record_ = 0;  // position of the present record
  perf_event_header header_ = {};
  int64_t damaged_ = 0;
};

}  // namespace holdfast
