// SPDX-License-Identifier: MIT
// A short run with one of everything a report shows: blocks, one glitch with a major fault in it,
// readings of the machine, names.
#pragma once

#include <string>

#include "core/address_lines.h"
#include "core/session_facts.h"
#include "tests/support/fact_builder.h"
#include "tests/support/sample_trace.h"

namespace holdfast::test {

inline SessionInfo shown_info() {
  SessionInfo info = sample_info();
  info.observation = Observation::kAllEvents;
  info.observed_thread = kThread;
  info.exact_losses = "client server";
  info.limitations.clear();
  return info;
}

inline Record memory_reading(int64_t at_us, int64_t available_bytes, int64_t stalled_us) {
  MemoryRecord record;
  record.head = {RecordKind::kMemory, 0, 0, at_us * kMicro};
  record.available_bytes = available_bytes;
  record.swap_used_bytes = 0;
  record.stalled_some_ns = stalled_us * kMicro;
  return record_cast<Record>(record);
}

inline Record processors_reading(int64_t at_us, int64_t busy_us, int64_t idle_us) {
  ProcessorsRecord record;
  record.head = {RecordKind::kProcessors, 0, 0, at_us * kMicro};
  record.busy_ns = busy_us * kMicro;
  record.idle_ns = idle_us * kMicro;
  record.iowait_ns = 0;
  record.steal_ns = 0;
  return record_cast<Record>(record);
}

/// A look at a region: of the pages that it used, some are in swap.
inline Record residency(int64_t at_us, uint32_t region, uint32_t used, uint32_t out) {
  ResidencyRecord record;
  record.head = {RecordKind::kResidency, 0, 0, at_us * kMicro};
  record.region = region;
  record.pages = record.used = used;
  record.mapped = used - out;
  record.swapped = record.out = out;
  return record_cast<Record>(record);
}

/// 600 blocks from 1 s on, 333 us apart; 48 frames lost at block 300, where a major fault in the
/// page of `mapping` took 900 us. Ends in order.
inline std::vector<Record> shown_run(const std::string& mapping = "/usr/lib/libfoo.so",
                                     const std::string& thread = "audio") {
  std::vector<Record> records;
  const auto say = [&](const std::string& line) {
    for (const Record& part : to_text_records(line, kSecond)) records.push_back(part);
  };
  say(maps_line(1));
  say("map 5000 9000 r-xp 0 - " + mapping);
  say(thread_line(kThread, thread));
  for (int64_t i = 0; i < 600; i++) {
    const int64_t due_us = 1'000'000 + i * 1000 / 3;
    if (i % 300 == 0) {
      records.push_back(memory_reading(due_us, (int64_t{4} << 30) - i * 4096, i * 100));
      records.push_back(processors_reading(due_us, i * 250, i * 750));
    }
    if (i == 300) {
      records.push_back(off_cpu(due_us + 20, due_us + 800));
      records.push_back(fault(due_us + 10, due_us + 910, kFaultIsMajor, 0x6010));
      i += 3;
    }
    const bool is_late = i == 303;
    records.push_back(
        block(i * 16, 1'000'000 + i * 1000 / 3, 1'000'000 + i * 1000 / 3 + (is_late ? 60 : 12)));
  }
  EndRecord end;
  end.head = {RecordKind::kEnd, 0, 0, 1'200'000 * kMicro};
  end.reason = static_cast<int64_t>(EndReason::kFinished);
  records.push_back(record_cast<Record>(end));
  return records;
}

/// `text` has `part` in it.
inline bool mentions(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

inline SessionFacts facts_of(const SessionInfo& info, const std::vector<Record>& records) {
  SessionCollector collector(info);
  collector.take(records);
  return collector.finish();
}

/// shown_run() with looks at two regions, of which the stack loses pages for a while.
inline std::vector<Record> run_with_regions() {
  std::vector<Record> records = shown_run();
  for (const std::string& line :
       {region_line(0, RegionKind::kProgramText, "program text"),
        region_line(1, RegionKind::kStack, "stack of audio"), passed_over_line(2, 70'000)}) {
    for (const Record& part : to_text_records(line, kSecond)) records.push_back(part);
  }
  records.push_back(residency(1'000'000, 0, 30, 0));
  for (const auto& [at_us, out] :
       {std::pair(1'000'000, 0U), {1'100'000, 0U}, {1'200'000, 4U}, {1'300'000, 1U}}) {
    records.push_back(residency(at_us, 1, 10, out));
  }
  return records;
}

inline SessionFacts facts_with_regions() {
  return facts_of(shown_info(), run_with_regions());
}

inline SessionFacts shown_facts() {
  return facts_of(shown_info(), shown_run());
}

}  // namespace holdfast::test
