// SPDX-License-Identifier: MIT
// wake_latencies TRACE: how late the audio thread came back from each wait, in ns, one per line;
// what cyclictest calls latency. The summary's lateness is about blocks instead: when the thread
// comes more than a block late, the blocks that wait for it are late too, but it did not sleep.
#include <cinttypes>
#include <cstdio>

#include "session/trace_file.h"

namespace {

using holdfast::BlockRecord;
using holdfast::Nanos;
using holdfast::Record;

/// Prints the latency of each block that ended a wait. For a trace of a virtual device without
/// jitter and scripted faults, on which due times are the times the thread slept for.
class WakePrinter {
 public:
  explicit WakePrinter(int64_t rate_hz) : rate_hz_(rate_hz) {}

  void take(const BlockRecord& block) {
    // The thread slept for the block after the last one, whatever block it then got.
    const holdfast::Frames skipped(is_begun_ ? block.position_frames - expected_ : 0);
    const int64_t wake_ns = block.due_ns - holdfast::duration_of(skipped, rate_hz_).count;
    const bool has_slept = !is_begun_ || woke_ns_ < wake_ns;
    if (has_slept) std::printf("%" PRId64 "\n", block.head.mono_ns - wake_ns);
    is_begun_ = true;
    expected_ = block.position_frames + block.frames;
    woke_ns_ = block.head.mono_ns;
  }
  /// Blocks are missing from the trace: the next one begins anew.
  void forget() { is_begun_ = false; }

 private:
  int64_t rate_hz_;
  int64_t expected_ = 0;
  int64_t woke_ns_ = 0;
  bool is_begun_ = false;
};

int print_all(holdfast::TraceReader& reader) {
  WakePrinter printer(reader.info().rate_hz);
  for (auto records = reader.next(); !records.empty(); records = reader.next()) {
    for (const Record& record : records) {
      if (record.head.kind == holdfast::RecordKind::kDropped) printer.forget();
      if (record.head.kind != holdfast::RecordKind::kBlock) continue;
      printer.take(holdfast::record_cast<BlockRecord>(record));
    }
  }
  return reader.progress().end == holdfast::TraceEnd::kClean ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: wake_latencies TRACE\n");
    return 2;
  }
  auto reader = holdfast::session::open_trace(argv[1]);
  if (!reader) {
    std::fprintf(stderr, "wake_latencies: %s\n", reader.error().what.c_str());
    return 3;
  }
  return print_all(*reader);
}
