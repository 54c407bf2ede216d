// SPDX-License-Identifier: MIT
// on_block_work empty|capture BLOCKS: runs one arm, for callgrind to count. instructions.py
// collects inside deliver_block() only, so that making the samples and draining the ring cost
// nothing.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/on_block_arms.h"

/// The name callgrind is told to count in; the call itself is two instructions in both arms.
extern "C" __attribute__((noinline)) bool deliver_block(const holdfast::BlockHandler& handler,
                                                        holdfast::Block& block,
                                                        holdfast::Samples samples) {
  return handler.call(handler.context, block, samples);
}

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: on_block_work empty|capture BLOCKS\n");
    return 2;
  }
  const bool is_capture = std::strcmp(argv[1], "capture") == 0;
  const long blocks = std::strtol(argv[2], nullptr, 10);
  holdfast::bench::Arm arm(is_capture);
  holdfast::bench::PerfectStream stream;
  const holdfast::BlockHandler handler = arm.handler();
  for (long i = 0; i < blocks; i++) {
    holdfast::Block block = stream.next();
    if (!deliver_block(handler, block, stream.samples())) return 1;
    if (i % 32 == 0) arm.drain();
  }
  const bool is_as_meant = arm.dropped() == 0 && arm.blocks() == (is_capture ? blocks : 0);
  return is_as_meant ? 0 : 1;
}
