// SPDX-License-Identifier: MIT
// Writes short traces of sessions that never were, each different from all others, for tests of
// what happens to their reports. A second each; every `n`th glitches.
//
// usage: session_traces FOLDER COUNT N [HOURS_AGO]
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "core/field_report.h"
#include "session/trace_file.h"

namespace holdfast {
namespace {

constexpr int64_t kRate = 48000;
constexpr int64_t kFrames = 480;

SessionInfo session_info(int64_t number, int64_t hours_ago) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  SessionInfo info;
  info.program = "holdfast 0.1.0";
  info.device = "virtual";
  info.rate_hz = kRate;
  info.block_frames = kFrames;
  info.channels = 2;
  info.machine = "Linux 6.1.0-28-amd64 x86_64, 2 processors, 1000 MiB";
  info.scheduling = "SCHED_FIFO 70";
  info.utc_minus_mono_ns =
      std::chrono::nanoseconds(now).count() + number - kSecond.count * 3600 * hours_ago;
  return info;
}

Record load_at(Nanos at, bool is_memory) {
  if (is_memory) {
    MemoryRecord record;
    record.head = {RecordKind::kMemory, 0, 0, at.count};
    record.available_bytes = int64_t{400} << 20;
    return record_cast<Record>(record);
  }
  ProcessorsRecord record;
  record.head = {RecordKind::kProcessors, 0, 0, at.count};
  record.busy_ns = at.count;
  record.idle_ns = at.count;
  return record_cast<Record>(record);
}

std::vector<Record> session_records(bool is_glitchy) {
  std::vector<Record> records;
  for (int64_t at = 0; at < kRate; at += kFrames) {
    if (is_glitchy && at == kRate / 2) continue;
    Block block;
    block.position = Frames(at);
    block.frames = Frames(kFrames);
    block.due = duration_of(Frames(at + kFrames), kRate);
    block.woke = block.due;
    block.content = static_cast<uint64_t>(at + 1);
    records.push_back(record_cast<Record>(to_record(block)));
    records.push_back(load_at(block.due, true));
    records.push_back(load_at(block.due, false));
  }
  EndRecord end;
  end.head = {RecordKind::kEnd, 0, 0, kSecond.count};
  end.reason = static_cast<int64_t>(EndReason::kFinished);
  records.push_back(record_cast<Record>(end));
  return records;
}

Result<> write_sessions(const std::string& folder, int64_t count, int64_t glitchy_each,
                        int64_t hours_ago) {
  for (int64_t number = 0; number < count; ++number) {
    const std::string path = folder + "/" + std::to_string(number) + ".hft";
    HF_TRY_ASSIGN(auto file, session::TraceFile::create(path, session_info(number, hours_ago)));
    HF_TRY(file.add(session_records(number % glitchy_each == 0)));
    HF_TRY(file.close());
  }
  return Done{};
}

}  // namespace
}  // namespace holdfast

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: session_traces FOLDER COUNT N [HOURS_AGO]\n");
    return 2;
  }
  const int64_t hours_ago = argc > 4 ? std::atoll(argv[4]) : 0;
  const auto written =
      holdfast::write_sessions(argv[1], std::atoll(argv[2]), std::atoll(argv[3]), hours_ago);
  if (!written) std::fprintf(stderr, "%s\n", written.error().what.c_str());
  return written ? 0 : 1;
}
