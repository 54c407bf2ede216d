// SPDX-License-Identifier: MIT
// ALSA as a module of the front end: sound cards, and whatever PCM ALSA's configuration names.
#include "audio/alsa_device.h"
#include "audio/alsa_names.h"
#include "audio/module.h"

namespace holdfast::audio {
namespace {

Result<Offer> look() {
  HF_TRY(first_alsa_capture());
  Offer offer;
  for (const AlsaCapture& capture : alsa_captures()) {
    offer.description += (offer.description.empty() ? "" : "; ") + capture.description;
    offer.sources.push_back(capture.name);
  }
  offer.description =
      alsa_version_text() + ": " + offer.description + "; every loss by a late client is exact";
  return offer;
}

Result<std::unique_ptr<Device>> make(std::string_view text) {
  HF_TRY_ASSIGN(AlsaOptions options, parse_alsa_options(text));
  return std::unique_ptr<Device>(std::make_unique<AlsaDevice>(std::move(options)));
}

}  // namespace
}  // namespace holdfast::audio

extern "C" {
const holdfast::audio::Module hf_audio_module = {.look = &holdfast::audio::look,
                                                 .make = &holdfast::audio::make};
}
