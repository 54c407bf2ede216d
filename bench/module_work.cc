// SPDX-License-Identifier: MIT
// module_work virtual|jack BLOCKS: runs a device with a handler that does nothing, for callgrind to
// count what a block costs before anything is done with it. module_instructions.py compares.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "audio/jack_device.h"
#include "audio/virtual_device.h"
#include "bench/jack_stub.h"

namespace {

bool count_down(void* context, holdfast::Block& /*block*/, holdfast::Samples /*samples*/) {
  return --*static_cast<long*>(context) > 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: module_work virtual|jack BLOCKS\n");
    return 2;
  }
  using namespace holdfast;
  const bool is_jack = std::string_view(argv[1]) == "jack";
  const long blocks = std::strtol(argv[2], nullptr, 10);
  long left = blocks;
  audio::VirtualOptions options;
  options.is_clock_fake = true;
  options.content = audio::VirtualContent::kSilence;
  std::unique_ptr<audio::Device> device;
  if (is_jack) {
    device = std::make_unique<audio::JackDevice>("");
  } else {
    device = std::make_unique<audio::VirtualDevice>(options);
  }
  if (!device->open({48000, 64, 2}, {&count_down, &left})) return 1;
  if (!device->start()) return 1;
  if (is_jack) bench::run_jack_cycles(blocks);
  device->stop();
  return left == 0 ? 0 : 1;
}
