// SPDX-License-Identifier: MIT
// Any bytes at all in a perf ring must be read to the end, and make a history that holds its own
// rules. Each input is read as it is, and again with possible positions: otherwise a mutation of
// those would leave nothing to read.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "core/processor_history.h"
#include "core/thread_history.h"
#include "tests/support/perf_ring_file.h"

namespace holdfast {
namespace {

constexpr uint16_t kHasOneHalf = kFaultHasNoBegin | kFaultHasNoEnd;

void check_record(const Record& record) {
  const int64_t begin_ns = record.head.mono_ns;
  switch (record.head.kind) {
    case RecordKind::kFault:
      HF_CHECK((record.head.flags & kHasOneHalf) != kHasOneHalf);
      HF_CHECK((record.head.flags & kFaultHasNoEnd) != 0 ||
               record_cast<FaultRecord>(record).end_ns >= begin_ns);
      return;
    case RecordKind::kOffCpu:
      return HF_CHECK(record_cast<OffCpuRecord>(record).end_ns >= begin_ns);
    case RecordKind::kLost:
      return HF_CHECK(record_cast<LostRecord>(record).end_ns >= begin_ns);
    default:
      HF_CHECK(false);
  }
}

/// A begin is in one fault at most, and so is an end.
void check_counts(const std::vector<Record>& records, size_t begins, size_t ends) {
  const auto count = [&](auto holds) {
    return static_cast<size_t>(std::count_if(records.begin(), records.end(), [&](const Record& r) {
      return r.head.kind == RecordKind::kFault && holds(r.head.flags);
    }));
  };
  HF_CHECK(count([](uint16_t flags) { return (flags & kFaultHasNoBegin) == 0; }) <= begins);
  HF_CHECK(count([](uint16_t flags) { return (flags & kFaultHasNoEnd) == 0; }) == ends);
}

void read(const PerfRingView& view) {
  PerfRecords reader(view);
  ThreadHistory history(1, Nanos(0));
  ProcessorHistory processor(1);
  std::vector<Record> records;
  std::vector<ThreadReturn> returns;
  size_t begins = 0;
  size_t ends = 0;
  for (PerfEvent event; reader.next(event);) {
    begins += event.kind == PerfEventKind::kFaultBegin ? 1 : 0;
    ends += event.kind == PerfEventKind::kFaultEnd ? 1 : 0;
    history.add(event, records);
    processor.add(event, returns);
  }
  name_others(returns, 0, records);
  HF_CHECK(reader.damaged() >= 0 &&
           reader.damaged() <= static_cast<int64_t>(view.words.size()) + 1);
  std::for_each(records.begin(), records.end(), check_record);
  check_counts(records, begins, ends);
}

/// Positions between which the ring can be read.
void repair_positions(test::PerfRingFile& file) {
  file.tail &= ~uint64_t{7};
  const uint64_t unread = (file.head - file.tail) & ~uint64_t{7};
  file.head = file.tail + std::min<uint64_t>(unread, file.ring.size() * sizeof(uint64_t));
}

}  // namespace
}  // namespace holdfast

// libFuzzer gives this function its name.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  holdfast::test::PerfRingFile file =
      holdfast::test::parse_perf_ring(std::as_bytes(std::span(data, size)));
  holdfast::read(file.view());
  holdfast::repair_positions(file);
  holdfast::read(file.view());
  return 0;
}
