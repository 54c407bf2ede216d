// SPDX-License-Identifier: MIT
// JACK as a module of the front end: jack2's library, or PipeWire's in its place.
#include "audio/jack_client.h"
#include "audio/jack_device.h"
#include "audio/jack_ports.h"
#include "audio/module.h"

namespace holdfast::audio {
namespace {

Result<Offer> look() {
  HF_TRY_ASSIGN(const JackClient client, open_jack_client("holdfast-look"));
  Offer offer;
  offer.description = jack_version_text() + ": " +
                      std::to_string(jack_get_sample_rate(client.get())) + " Hz, " +
                      std::to_string(jack_get_buffer_size(client.get())) +
                      " frames a block; exact when we are late, bounded when the server is";
  offer.sources = jack_sources(client.get());
  return offer;
}

Result<std::unique_ptr<Device>> make(std::string_view options) {
  if (options.starts_with(':')) options.remove_prefix(1);
  return std::unique_ptr<Device>(std::make_unique<JackDevice>(std::string(options)));
}

}  // namespace
}  // namespace holdfast::audio

extern "C" {
const holdfast::audio::Module hf_audio_module = {.look = &holdfast::audio::look,
                                                 .make = &holdfast::audio::make};
}
