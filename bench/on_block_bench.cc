// SPDX-License-Identifier: MIT
// Nanoseconds of both arms per block. `make bench` prints the medians.
#include <benchmark/benchmark.h>

#include "bench/on_block_arms.h"

namespace {

/// One iteration is one block. The samples are made once: only the callback is timed.
void deliver_blocks(benchmark::State& state, bool is_capture) {
  holdfast::bench::Arm arm(is_capture);
  holdfast::bench::PerfectStream stream;
  const holdfast::BlockHandler handler = arm.handler();
  holdfast::Block block = stream.next();
  int64_t since_drain = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handler.call(handler.context, block, stream.samples()));
    benchmark::ClobberMemory();
    block.position += block.frames;
    if (++since_drain == 32) {
      arm.drain();
      since_drain = 0;
    }
  }
  if (arm.dropped() != 0) state.SkipWithError("the ring was full: this measured dropping");
}

BENCHMARK_CAPTURE(deliver_blocks, empty, false);
BENCHMARK_CAPTURE(deliver_blocks, capture, true);

}  // namespace

BENCHMARK_MAIN();
