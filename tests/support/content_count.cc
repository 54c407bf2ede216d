// SPDX-License-Identifier: MIT
// Counts what a sound system lost twice: by its labels, as Holdfast does, and by the content, where
// a source plays a signal in which each sample tells its own frame number. Prints one JSON object.
//
// usage: content_count DEVICE FRAMES SECONDS [--sleep MILLISECONDS] [--patience SECONDS] [--csv
// FILE]
// --sleep: the audio thread's callback sleeps so long, every 50 ms. --patience: a device that has
// gone is waited for so long, and the run goes on for SECONDS when it is back. --csv: keep the run
// as a fixture.
#include <sched.h>
#include <signal.h>
#include <time.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "audio/virtual_stream.h"
#include "audio/wait_linux.h"
#include "base/page_buffer.h"
#include "cmd/device_registry.h"
#include "report/json_writer.h"
#include "rt/fingerprint.h"
#include "tests/support/recorded_run.h"

namespace holdfast::test {
namespace {

constexpr Nanos kSleepEvery = kMillisecond * 50;

struct Options {
  std::string device;
  audio::StreamFormat format;
  double seconds = 1;
  Nanos sleep;
  Nanos patience;
  std::string csv;
};

Nanos from_seconds(double seconds) {
  return Nanos(static_cast<int64_t>(seconds * 1e9));
}

/// One block and what its samples tell.
struct ReadBlock {
  Block block;
  int64_t told = -1;  ///< Frame number in the first sample, modulo 2^24; -1 for silence.
  bool is_consecutive = true;
};

/// Notes every block; decides nothing. One audio thread.
class Notes {
 public:
  Notes(const Options& options, size_t most) : sleep_(options.sleep), rows_(most) {}

  static bool on_block(void* self, Block& block, Samples samples) {
    return static_cast<Notes*>(self)->note(block, samples);
  }
  [[nodiscard]] std::span<ReadBlock> rows() { return rows_.span().first(count_); }

 private:
  bool note(Block& block, Samples samples) {
    if (count_ == rows_.span().size()) return false;
    fingerprint(block, samples);
    ReadBlock& row = rows_.data()[count_++];
    row = {block, -1, true};
    if (!block.is_silent && !block.is_torn) {  // what is torn is thrown away, so not heard
      const float* plane = samples.planes[0];
      row.told = audio::position_in(plane[0]);
      const int64_t last = audio::position_in(plane[block.frames.count - 1]);
      row.is_consecutive = ((last - row.told) & 0xFFFFFF) == block.frames.count - 1;
    }
    if (sleep_ > Nanos(0) && block.woke >= next_sleep_) {
      next_sleep_ = block.woke + kSleepEvery;
      audio::sleep_until(audio::monotonic_now() + sleep_);
    }
    return true;
  }

  Nanos sleep_;
  Nanos next_sleep_;
  PageBuffer<ReadBlock> rows_;
  size_t count_ = 0;
};

RecordedRun run_of(std::span<const ReadBlock> rows) {
  RecordedRun run;
  for (const ReadBlock& row : rows) {
    run.blocks.push_back(row.block);
    run.truths.push_back(row.told < 0 ? -1 : unwrap_truth(row.told, row.block.position.count));
  }
  complete(run);
  return run;
}

void add_gap(JsonWriter& json, const Gap& gap) {
  json.begin_object();
  json.field("position", gap.position.count);
  json.field("missing", gap.missing.count);
  json.field("error", gap.error.count);
  json.field("exact", gap.is_exact);
  json.field("source", static_cast<int>(gap.source));
  json.field("due_ns", gap.due.count);
  json.field("woke_ns", gap.woke.count);
  json.end_object();
}

void write_csv(const std::string& path, std::span<const ReadBlock> rows) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return;
  std::fputs("mono_ns,due_ns,pos,n,s0,epoch\n", file);
  for (const ReadBlock& row : rows) {
    const Block& block = row.block;
    std::fprintf(file, "%lld,%lld,%lld,%lld,%lld,%u\n", static_cast<long long>(block.woke.count),
                 static_cast<long long>(block.due.count),
                 static_cast<long long>(block.position.count),
                 static_cast<long long>(block.frames.count),
                 static_cast<long long>(row.told < 0 ? 0 : row.told), block.epoch);
  }
  std::fclose(file);
}

std::string report(const audio::Capabilities& capabilities, std::span<const ReadBlock> rows,
                   audio::DeviceState state) {
  const RecordedRun run = run_of(rows);
  const RunVerdict verdict = judge(run);
  int64_t torn = 0;
  int64_t marked_torn = 0;
  for (const ReadBlock& row : rows) {
    torn += row.is_consecutive ? 0 : 1;
    marked_torn += row.block.is_torn ? 1 : 0;
  }
  JsonWriter json;
  json.begin_object();
  json.field("device", capabilities.device);
  json.field("rate_hz", capabilities.granted.rate_hz);
  json.field("block_frames", capabilities.granted.block_frames);
  json.field("blocks", rows.size());
  json.field("blocks_with_content", run.blocks.size());
  json.field("lost_frames", verdict.lost_frames);
  json.field("missing_by_content", run.missing_frames);
  json.field("estimated_frames", verdict.estimated_frames);
  json.field("misplaced_blocks", verdict.misplaced_blocks);
  json.field("relocated_blocks", verdict.relocated_blocks);
  json.field("torn_by_content", torn);
  json.field("torn_blocks", marked_torn);
  json.field("epochs", rows.empty() ? 0 : rows.back().block.epoch + 1);
  json.field("is_gone", state == audio::DeviceState::kGone);
  json.begin_array("gaps");
  for (const Gap& gap : verdict.all_gaps) add_gap(json, gap);
  json.end_array();
  json.begin_array("limitations");
  for (const std::string& limitation : capabilities.limitations) json.value(limitation);
  json.end_array();
  json.end_object();
  return json.text();
}

int fail(const Error& error) {
  std::fprintf(stderr, "content_count: %s\n", error.what.c_str());
  return error.kind == ErrorKind::kUsage ? 2 : 3;
}

void make_realtime(pid_t thread) {
  sched_param parameter = {};
  parameter.sched_priority = 70;
  sched_setscheduler(thread, SCHED_FIFO, &parameter);  // refused: it is late more often
}

void wait_for_the_end(audio::Device& device, const Options& options) {
  const Nanos begin = audio::monotonic_now();
  Nanos end = begin + from_seconds(options.seconds);
  for (Nanos now = begin; now < end; now = audio::monotonic_now()) {
    audio::sleep_until(std::min(end, now + kMillisecond * 50));
    if (device.state() != audio::DeviceState::kGone) continue;
    end = std::max(end, begin + options.patience);
    if (device.try_to_return()) end = audio::monotonic_now() + from_seconds(options.seconds);
  }
}

int run(const Options& options) {
  auto device = cmd::make_device(options.device, options.format.rate_hz);
  if (!device) return fail(device.error());
  const double blocks = options.seconds * 384000 / static_cast<double>(options.format.block_frames);
  const auto notes = std::make_unique<Notes>(options, static_cast<size_t>(blocks / 4) + 10000);
  const auto capabilities = (*device)->open(options.format, {&Notes::on_block, notes.get()});
  if (!capabilities) return fail(capabilities.error());
  if (capabilities->is_priority_ours) make_realtime((*device)->thread_id());
  if (Result<> started = (*device)->start(); !started) return fail(started.error());
  std::fputs("started\n", stderr);
  wait_for_the_end(**device, options);
  const audio::DeviceState state = (*device)->state();
  (*device)->stop();
  if (!options.csv.empty()) write_csv(options.csv, notes->rows());
  std::puts(report(*capabilities, notes->rows(), state).c_str());
  return 0;
}

}  // namespace
}  // namespace holdfast::test

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  holdfast::test::Options options;
  options.device = argv[1];
  options.format.block_frames = std::atoll(argv[2]);
  options.format.channels = 1;
  options.seconds = std::atof(argv[3]);
  for (int i = 4; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--sleep") == 0) {
      options.sleep = holdfast::test::from_seconds(std::atof(argv[i + 1]) / 1e3);
    }
    if (std::strcmp(argv[i], "--patience") == 0) {
      options.patience = holdfast::test::from_seconds(std::atof(argv[i + 1]));
    }
    if (std::strcmp(argv[i], "--csv") == 0) options.csv = argv[i + 1];
  }
  return holdfast::test::run(options);
}
