// SPDX-License-Identifier: MIT
// PipeWire as a module of the front end.
#include "audio/module.h"
#include "audio/pipewire_connection.h"
#include "audio/pipewire_device.h"
#include "audio/pipewire_graph.h"

namespace holdfast::audio {
namespace {

std::string or_unknown(const std::string& text) {
  return text.empty() ? "?" : text;
}

Result<Offer> look() {
  HF_TRY_ASSIGN(const auto connection, PipewireConnection::open([] {}));
  HF_TRY_ASSIGN(const auto graph, PipewireGraph::open(*connection, [](uint32_t /*id*/) {}));
  Offer offer;
  offer.description = "PipeWire " + connection->server_version() + ": " +
                      or_unknown(connection->property("default.clock.rate")) + " Hz, " +
                      or_unknown(connection->property("default.clock.quantum")) +
                      " frames a block unless asked for others; exact when we are late, bounded "
                      "when the server is";
  const PipewireLock held = connection->lock();
  offer.sources = graph->objects().sources();
  offer.can_be_default = graph->objects().find("").ok();
  return offer;
}

Result<std::unique_ptr<Device>> make(std::string_view options) {
  if (options.starts_with(':')) options.remove_prefix(1);
  return std::unique_ptr<Device>(std::make_unique<PipewireDevice>(std::string(options)));
}

}  // namespace
}  // namespace holdfast::audio

extern "C" {
const holdfast::audio::Module hf_audio_module = {.look = &holdfast::audio::look,
                                                 .make = &holdfast::audio::make};
}
