// SPDX-License-Identifier: MIT
// Which ports of a JACK server to record from.
#pragma once

#include <jack/jack.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast::audio {

/// Every audio port of the server that gives sound, hardware or program, with our own left out.
std::vector<std::string> jack_sources(jack_client_t* client);

/// The ports that `name` means: a port, all ports of a client, or, when empty, the hardware's.
/// `most` at most. Errors: kUnavailable, with the nearest name; never for the empty name, which may
/// find nothing.
Result<std::vector<std::string>> find_jack_sources(jack_client_t* client, std::string_view name,
                                                   size_t most);

/// Processes of the programs behind `sources`, and of those that feed these in their turn, server
/// and hardware left out. Those that cannot be found are left out (PipeWire does not tell).
std::vector<pid_t> jack_programs_behind(jack_client_t* client, std::vector<std::string> sources);

}  // namespace holdfast::audio
