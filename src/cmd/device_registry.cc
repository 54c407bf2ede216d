// SPDX-License-Identifier: MIT
#include "cmd/device_registry.h"

#include "audio/virtual_device.h"
#include "cmd/device_module.h"
#include "session/wav_content.h"

namespace holdfast::cmd {
namespace {

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

DeviceListing listing_of(const SoundSystem& system) {
  DeviceListing listing;
  listing.name = system.name;
  Result<audio::Offer> offer = look_at(system);
  if (!offer) {
    listing.description = "not here: " + offer.error().what;
    return listing;
  }
  listing.description = std::move(offer->description);
  listing.sources = std::move(offer->sources);
  listing.is_available = true;
  listing.is_default = offer->can_be_default;
  return listing;
}

}  // namespace

Result<std::unique_ptr<audio::Device>> make_device(std::string_view specification,
                                                   int64_t rate_hz) {
  const std::string_view name = specification.substr(0, specification.find(':'));
  const std::string_view options = specification.substr(name.size());
  if (name == "virtual") return make_virtual(options, rate_hz);
  for (const SoundSystem& system : sound_systems()) {
    if (name != system.name) continue;
    HF_TRY_ASSIGN(const audio::Module* module, load_module(system));
    return module->make(options);
  }
  return usage_error("no device is called '" + std::string(name) + "'; see `holdfast devices`");
}

std::vector<DeviceListing> list_devices() {
  std::vector<DeviceListing> listings;
  bool has_default = false;
  for (const SoundSystem& system : sound_systems()) {
    listings.push_back(listing_of(system));
    listings.back().is_default &= !has_default;
    has_default |= listings.back().is_default;
  }
  listings.push_back({"virtual",
                      "built in, needs no sound card; every loss by a late client is exact",
                      {},
                      true,
                      !has_default});
  return listings;
}

std::string default_device() {
  for (const SoundSystem& system : sound_systems()) {
    const Result<audio::Offer> offer = look_at(system);
    if (offer && offer->can_be_default) return std::string(system.name);
  }
  return "virtual";
}

}  // namespace holdfast::cmd
