// SPDX-License-Identifier: MIT
#include "cmd/device_registry.h"

#include <array>

#include "audio/virtual_device.h"
#include "session/wav_content.h"

namespace holdfast::cmd {
namespace {

/// Names of the contract whose modules are still to come.
constexpr std::array<std::string_view, 4> kPlanned = {"alsa", "jack", "pipewire", "coreaudio"};

Result<std::unique_ptr<audio::Device>> make_virtual(std::string_view options_text,
                                                    int64_t rate_hz) {
  HF_TRY_ASSIGN(audio::VirtualOptions options, audio::parse_virtual_options(options_text));
  std::vector<float> loop;
  if (options.content == audio::VirtualContent::kFile) {
    HF_TRY_ASSIGN(loop, session::read_wav_content(options.file, rate_hz));
  }
  return std::unique_ptr<audio::Device>(
      std::make_unique<audio::VirtualDevice>(std::move(options), std::move(loop)));
}

}  // namespace

Result<std::unique_ptr<audio::Device>> make_device(std::string_view specification,
                                                   int64_t rate_hz) {
  const std::string_view name = specification.substr(0, specification.find(':'));
  if (name == "virtual") return make_virtual(specification.substr(name.size()), rate_hz);
  for (const std::string_view planned : kPlanned) {
    if (name != planned) continue;
    return Error{ErrorKind::kUnavailable, 0,
                 "this version has no " + std::string(name) +
                     " module yet; use --device virtual, and see `holdfast devices`"};
  }
  return Error{ErrorKind::kUsage, 0,
               "no device is called '" + std::string(name) + "'; see `holdfast devices`"};
}

std::vector<DeviceListing> list_devices() {
  std::vector<DeviceListing> listings = {
      {"virtual", "built in, needs no sound card; every loss by a late client is exact", true,
       true}};
  for (const std::string_view planned : kPlanned) {
    listings.push_back({std::string(planned), "not in this version", false, false});
  }
  return listings;
}

}  // namespace holdfast::cmd
