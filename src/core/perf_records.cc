// SPDX-License-Identifier: MIT
// Every field of a record is found by its word: samples from the front, all others from the back,
// where the kernel puts the sample_id, so that fields which later kernels add do no harm.
#include "core/perf_records.h"

#include <bit>

#include "base/check.h"

namespace holdfast {
namespace {

constexpr size_t kSampleIdWords = 4;  // pid and tid, time, processor, identifier
constexpr size_t kReadId = 8;  // behind the count; samples without PERF_SAMPLE_READ end before
constexpr size_t kWordsWithRead = 9;

uint32_t low(uint64_t word) {
  return static_cast<uint32_t>(word);
}

uint32_t high(uint64_t word) {
  return static_cast<uint32_t>(word >> 32);
}

// pid and tid share one word, the first in its low half: so it is on little-endian machines, the
// only ones that traces are written on (docs/trace-format.md).
static_assert(std::endian::native == std::endian::little);

}  // namespace

PerfRecords::PerfRecords(const PerfRingView& view) : view_(view) {
  HF_CHECK(view.words.empty() || std::has_single_bit(view.words.size()));
  const uint64_t unread = view_.head - view_.tail;
  if (unread > view_.words.size_bytes() || unread % 8 != 0 || view_.tail % 8 != 0) {
    ++damaged_;
    view_.tail = view_.head;
  }
}

uint64_t PerfRecords::word(size_t index) const {
  return view_.words[(record_ / 8 + index) & (view_.words.size() - 1)];
}

bool PerfRecords::take_header() {
  record_ = view_.tail;
  header_ = std::bit_cast<perf_event_header>(word(0));
  if (header_.size < 8 || header_.size % 8 != 0 || header_.size > view_.head - view_.tail) {
    ++damaged_;
    view_.tail = view_.head;
    return false;
  }
  view_.tail += header_.size;
  return true;
}

bool PerfRecords::has_words(size_t count) {
  if (header_.size >= count * 8) return true;
  ++damaged_;
  return false;
}

void PerfRecords::read_sample_id(PerfEvent& event) const {
  const size_t first = header_.size / 8 - kSampleIdWords;
  event.thread = high(word(first));
  event.time_ns = static_cast<int64_t>(word(first + 1));
  event.processor = low(word(first + 2));
}

bool PerfRecords::parse_sample(PerfEvent& event) {
  if (!has_words(7)) return false;
  const uint64_t id = word(header_.size >= kWordsWithRead * 8 ? kReadId : 1);
  const PerfFaultIds& ids = view_.ids;
  if (id != ids.begin && id != ids.minor && id != ids.major) {
    ++damaged_;
    return false;
  }
  event.kind = id == ids.begin ? PerfEventKind::kFaultBegin : PerfEventKind::kFaultEnd;
  event.is_major = id == ids.major && id != ids.begin;
  event.is_in_kernel = (header_.misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL;
  event.instruction = word(2);
  event.thread = high(word(3));
  event.time_ns = static_cast<int64_t>(word(4));
  event.address = word(5);
  event.processor = low(word(6));
  return true;
}

bool PerfRecords::parse_switch(PerfEvent& event) {
  const bool is_cpu_wide = header_.type == PERF_RECORD_SWITCH_CPU_WIDE;
  if (!has_words(1 + (is_cpu_wide ? 1 : 0) + kSampleIdWords)) return false;
  const bool is_out = (header_.misc & PERF_RECORD_MISC_SWITCH_OUT) != 0;
  event.kind = is_out ? PerfEventKind::kSwitchOut : PerfEventKind::kSwitchIn;
  event.is_preempted = is_out && (header_.misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0;
  if (is_cpu_wide) event.other = high(word(1));
  read_sample_id(event);
  return true;
}

bool PerfRecords::parse_lost(PerfEvent& event) {
  if (!has_words(3 + kSampleIdWords)) return false;
  event.kind = PerfEventKind::kLost;
  event.lost = word(2);
  read_sample_id(event);
  return true;
}

bool PerfRecords::parse(PerfEvent& event) {
  event = {};
  switch (header_.type) {
    case PERF_RECORD_SAMPLE:
      return parse_sample(event);
    case PERF_RECORD_SWITCH:
    case PERF_RECORD_SWITCH_CPU_WIDE:
      return parse_switch(event);
    case PERF_RECORD_LOST:
      return parse_lost(event);
    default:
      return false;
  }
}

bool PerfRecords::next(PerfEvent& event) {
  while (view_.tail != view_.head) {
    if (take_header() && parse(event)) return true;
  }
  return false;
}

}  // namespace holdfast
