// SPDX-License-Identifier: MIT
// How fast a trace is decoded and encoded: one hour of 16-frame blocks is 10.8 million records, and
// `explain` should spend its time on judging them. Target: 300 MB/s of records on one core.
#include "core/trace_reader.h"

#include <benchmark/benchmark.h>

#include "core/trace_writer.h"
#include "tests/support/sample_trace.h"

namespace holdfast {
namespace {

constexpr size_t kBlocks = 1 << 20;

/// bytes_per_second counts records; file_rate counts what lies on the disk.
void count_bytes(benchmark::State& state, size_t file_bytes) {
  const auto rounds = static_cast<double>(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kBlocks * sizeof(Record)));
  state.counters["file_rate"] =
      benchmark::Counter(rounds * static_cast<double>(file_bytes), benchmark::Counter::kIsRate,
                         benchmark::Counter::kIs1024);
  state.counters["file_bytes_per_record"] = static_cast<double>(file_bytes) / kBlocks;
}

/// Argument: records per chunk.
void decode_trace(benchmark::State& state) {
  const auto chunk_records = static_cast<size_t>(state.range(0));
  const test::Bytes bytes = test::sample_trace(test::sample_blocks(kBlocks), chunk_records);
  for (auto _ : state) {
    Result<TraceReader> reader = TraceReader::open(test::source_of(bytes));
    while (!reader->next().empty()) {
    }
    if (reader->progress().records != kBlocks) state.SkipWithError("records are missing");
  }
  count_bytes(state, bytes.size());
}

void encode_trace(benchmark::State& state) {
  const auto chunk_records = static_cast<size_t>(state.range(0));
  const std::vector<Record> blocks = test::sample_blocks(kBlocks);
  size_t file_bytes = 0;
  for (auto _ : state) {
    TraceWriter writer;
    file_bytes = writer.description(test::sample_info()).size();
    for (size_t i = 0; i < kBlocks; i += chunk_records) {
      file_bytes += writer.records(std::span(blocks).subspan(i, chunk_records)).size();
    }
  }
  count_bytes(state, file_bytes);
}

// 512: one second of 96-frame blocks, about; 4096: a full chunk.
BENCHMARK(decode_trace)->Arg(512)->Arg(4096)->Unit(benchmark::kMillisecond);
BENCHMARK(encode_trace)->Arg(512)->Arg(4096)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace holdfast
