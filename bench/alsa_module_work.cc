// SPDX-License-Identifier: MIT
// alsa_module_work virtual|alsa BLOCKS: as module_work, with the ALSA device. A program of its own,
// as each of them is built only where its library is.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "audio/alsa_device.h"
#include "audio/virtual_device.h"

namespace {

struct Countdown {
  long left = 0;
  std::atomic<bool> is_over{false};
};

bool count_down(void* context, holdfast::Block& /*block*/, holdfast::Samples /*samples*/) {
  auto* countdown = static_cast<Countdown*>(context);
  if (--countdown->left > 0) return true;
  countdown->is_over = true;
  countdown->is_over.notify_one();
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: alsa_module_work virtual|alsa BLOCKS\n");
    return 2;
  }
  using namespace holdfast;
  Countdown countdown;
  countdown.left = std::strtol(argv[2], nullptr, 10);
  audio::VirtualOptions options;
  options.is_clock_fake = true;
  options.content = audio::VirtualContent::kSilence;
  std::unique_ptr<audio::Device> device;
  if (std::string_view(argv[1]) == "alsa") {
    device = std::make_unique<audio::AlsaDevice>(
        audio::AlsaOptions{"null", audio::AlsaAccess::kMmap, 4});
  } else {
    device = std::make_unique<audio::VirtualDevice>(options);
  }
  if (!device->open({48000, 64, 2}, {&count_down, &countdown})) return 1;
  if (!device->start()) return 1;
  countdown.is_over.wait(false);
  device->stop();
  return 0;
}
