// SPDX-License-Identifier: MIT
// Writes the trace of one hour, or of fewer seconds, of 16-frame blocks with 10,000 glitches an
// hour, each with the facts that explain it: two major faults with their sleeps, forty first
// touches, a late wake, counters every 20 ms, the machine ten times a second, and where the pages
// of 24 regions are four times a second. What `explain` has to work on in
// bench/explain_glitches.py, and `report` in bench/report_page.py.
//
// usage: glitch_trace FILE [SECONDS]
#include <cstdio>
#include <cstdlib>

#include "core/address_lines.h"
#include "core/text_lines.h"
#include "session/trace_file.h"

namespace holdfast {
namespace {

constexpr int64_t kRateHz = 48000;
constexpr int64_t kBlocksPerSecond = kRateHz / 16;
constexpr int64_t kBlocksPerGlitch = 1080;
constexpr int64_t kLongest = 3600;  ///< Seconds.
constexpr int64_t kMissed = 12;     ///< Blocks, 4 ms.
constexpr int64_t kBlocksPerReading = 60;
constexpr int64_t kBlocksPerMachine = 300;
constexpr uint32_t kThread = 7;

/// When block `index` is due.
int64_t due_ns(int64_t index) {
  return kSecond.count + duration_of(Frames(index * 16), kRateHz).count;
}

Record block(int64_t index) {
  BlockRecord record;
  record.head = {RecordKind::kBlock, 0, 0, due_ns(index) + 12'000 + index * 7919 % 9000};
  record.position_frames = index * 16;
  record.due_ns = due_ns(index);
  record.content = static_cast<uint64_t>(index) * 0x9E3779B97F4A7C15U;
  record.frames = 16;
  return record_cast<Record>(record);
}

Record fault(int64_t begin_ns, int64_t end_ns, uint16_t flags, uint64_t address) {
  FaultRecord record;
  record.head = {RecordKind::kFault, flags, 0, begin_ns};
  record.end_ns = end_ns;
  record.address = address;
  record.instruction = 0x55550000;
  record.thread = kThread;
  return record_cast<Record>(record);
}

Record off_cpu(int64_t begin_ns, int64_t end_ns) {
  OffCpuRecord record;
  record.head = {RecordKind::kOffCpu, 0, 0, begin_ns};
  record.end_ns = end_ns;
  record.thread = kThread;
  return record_cast<Record>(record);
}

Record reading(int64_t index) {
  ThreadUseRecord record;
  record.head = {RecordKind::kThreadUse, 'S', 0, due_ns(index)};
  record.cpu_ns = index * 3000;
  record.run_delay_ns = index * 800;
  record.thread = kThread;
  return record_cast<Record>(record);
}

/// Pressure comes and goes: stalls for half of every minute.
void add_machine(int64_t index, std::vector<Record>& records) {
  constexpr int64_t kMinute = 180'000;
  constexpr int64_t kMebibyte = int64_t{1} << 20;
  const bool is_pressed = index % kMinute > kMinute / 2;
  const int64_t pressed = index / kMinute * (kMinute / 2) +
                          (is_pressed ? index % kMinute - kMinute / 2 : 0);  // blocks so far
  const int64_t stalled_ns = duration_of(Frames(pressed * 16), kRateHz).count * 2 / 5;
  MemoryRecord memory;
  memory.head = {RecordKind::kMemory, 0, 0, due_ns(index)};
  memory.available_bytes = (is_pressed ? 90 + index % 977 / 10 : 6000 + index % 977) * kMebibyte;
  memory.swap_used_bytes = (is_pressed ? 1800 : 200 + index % 977) * kMebibyte;
  memory.swapped_in_bytes = pressed * 4096;
  memory.swapped_out_bytes = pressed * 8192;
  memory.stalled_some_ns = stalled_ns;
  memory.stalled_full_ns = stalled_ns / 3;
  records.push_back(record_cast<Record>(memory));
  ProcessorsRecord processors;
  processors.head = {RecordKind::kProcessors, 0, 0, due_ns(index)};
  processors.busy_ns = due_ns(index) / 2 + stalled_ns;
  processors.idle_ns = due_ns(index) * 3 / 2 - stalled_ns;
  processors.iowait_ns = stalled_ns / 2;
  processors.steal_ns = 0;
  records.push_back(record_cast<Record>(processors));
}

constexpr int64_t kBlocksPerLook = 750;
constexpr uint32_t kRegions = 24;

std::string region_name(uint32_t region) {
  if (region == 0) return "stack of audio";
  return region == 1 ? "program text" : "libsound" + std::to_string(region) + ".so.0 text";
}

/// Where the pages are, four times a second: under pressure each region changes at each look.
void add_regions(int64_t index, std::vector<Record>& records) {
  constexpr int64_t kMinute = 180'000;
  const bool is_pressed = index % kMinute > kMinute / 2;
  if (!is_pressed && index % (kBlocksPerLook * 40) != 0) return;
  for (uint32_t region = 0; region < kRegions; region++) {
    ResidencyRecord record;
    record.head = {RecordKind::kResidency, 0, 0, due_ns(index)};
    record.region = region;
    record.pages = record.used = 400 + region;
    record.out = is_pressed ? static_cast<uint32_t>(index / kBlocksPerLook * 7919 % 390) : 0;
    record.swapped = record.out;
    record.mapped = record.used - record.out;
    records.push_back(record_cast<Record>(record));
  }
}

/// All that happened while the blocks from `index` on were missed.
void add_facts(int64_t index, std::vector<Record>& records) {
  int64_t now = due_ns(index - 1) + 30'000;
  for (int i = 0; i < 2; i++) {
    records.push_back(off_cpu(now + 10'000, now + 1'500'000));
    records.push_back(fault(now, now + 1'600'000, kFaultIsMajor, 0x55550000 + index % 64 * 4096));
    now += 1'610'000;
  }
  for (int i = 0; i < 40; i++, now += 2000) {
    records.push_back(fault(now, now + 1500, 0, 0x7fff0000 + i * 4096U));
  }
  records.push_back(off_cpu(now, due_ns(index + kMissed)));
}

std::vector<Record> names() {
  std::vector<Record> records;
  for (const std::string& line :
       {maps_line(1), program_line("/usr/bin/editor"),
        std::string("map 55540000 55600000 r-xp 0 - /usr/bin/editor"),
        std::string("map 7fff0000 80000000 rw-p 0 - "), thread_line(kThread, "audio")}) {
    for (const Record& part : to_text_records(line, kSecond)) records.push_back(part);
  }
  for (uint32_t region = 0; region < kRegions; region++) {
    const auto kind = region == 0 ? RegionKind::kStack : RegionKind::kLibraryText;
    const std::string line = region_line(region, kind, region_name(region));
    for (const Record& part : to_text_records(line, kSecond)) records.push_back(part);
  }
  return records;
}

Result<> write(const char* path, int64_t seconds) {
  SessionInfo info;
  info.rate_hz = kRateHz;
  info.block_frames = 16;
  info.observation = Observation::kAllEvents;
  info.observed_thread = kThread;
  HF_TRY_ASSIGN(session::TraceFile file,
                session::TraceFile::create(path, info, session::IfExists::kReplace));
  HF_TRY(file.add(names()));
  std::vector<Record> records;
  for (int64_t index = 0; index < seconds * kBlocksPerSecond; index++) {
    records.clear();
    if (index % kBlocksPerReading == 0) records.push_back(reading(index));
    if (index % kBlocksPerMachine == 0) add_machine(index, records);
    if (index % kBlocksPerLook == 0) add_regions(index, records);
    if (index % kBlocksPerGlitch == kBlocksPerGlitch / 2) {
      add_facts(index, records);
      index += kMissed;
    }
    records.push_back(block(index));
    HF_TRY(file.add(records));
  }
  return file.close();
}

}  // namespace
}  // namespace holdfast

int main(int count, char** arguments) {
  const int64_t seconds = count == 3 ? std::atoll(arguments[2]) : holdfast::kLongest;
  if (count < 2 || count > 3 || seconds < 1 || seconds > holdfast::kLongest) {
    std::fputs("usage: glitch_trace FILE [SECONDS]\n", stderr);
    return 2;
  }
  const holdfast::Result<> written = holdfast::write(arguments[1], seconds);
  if (written) return 0;
  std::fprintf(stderr, "glitch_trace: %s\n", written.error().what.c_str());
  return 1;
}
