// SPDX-License-Identifier: MIT
// One link from a port of a PipeWire graph to another. It lives as long as the object.
#pragma once

#include <pipewire/pipewire.h>

#include <memory>
#include <string>

#include "audio/pipewire_connection.h"
#include "audio/pipewire_graph.h"

namespace holdfast::audio {

/// Made and ended by one thread; the connection outlives it.
class PipewireLink {
 public:
  /// Asks for a link; what comes of it is seen by is_settled().
  PipewireLink(PipewireConnection& connection, const PipewirePort& from, const PipewirePort& to);
  ~PipewireLink();
  PipewireLink(const PipewireLink&) = delete;
  PipewireLink& operator=(const PipewireLink&) = delete;

  /// It carries sound, or was refused. Under the connection's lock.
  [[nodiscard]] bool is_settled() const { return is_active_ || !refusal_.empty(); }
  /// Why it was refused; empty when it was not. Under the connection's lock.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

 private:
  static void note_info(void* self, const pw_link_info* info);
  static void note_error(void* self, int seq, int result, const char* message);

  PipewireConnection& connection_;
  pw_proxy* proxy_ = nullptr;
  spa_hook info_hook_ = {};
  spa_hook error_hook_ = {};
  bool is_active_ = false;
  std::string refusal_;
};

}  // namespace holdfast::audio
