// SPDX-License-Identifier: MIT
// One connection to a JACK server: opened without starting one, with an answer for every refusal.
#pragma once

#include <jack/jack.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace holdfast::audio {

struct CloseJackClient {
  void operator()(jack_client_t* client) const { jack_client_close(client); }
};
using JackClient = std::unique_ptr<jack_client_t, CloseJackClient>;

/// Connects under this name (made unique by the server). The server is libjack's default one, which
/// $JACK_DEFAULT_SERVER names. What libjack would print is kept for the error's sentence.
/// Errors: kUnavailable, with what to do.
Result<JackClient> open_jack_client(const char* name);

/// The server that open_jack_client() asks for.
std::string jack_server_name();

/// "jack2 1.9.21, server default", or what stands behind PipeWire's libjack.
std::string jack_version_text();

}  // namespace holdfast::audio
