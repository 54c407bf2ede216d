// SPDX-License-Identifier: MIT
// Which process stands behind a client of a JACK server. jack2 tells that to nobody but the server
// (jack_get_client_pid() of 1.9.21 answers 0 in clients), but each client listens on a local socket
// that carries its name.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::audio {

/// Inodes of the sockets in a text like /proc/net/unix on which the client of this name hears from
/// its server. Pure.
std::vector<std::string> jack_client_sockets(std::string_view sockets, std::string_view client);

/// The process that is this client of this server; 0 when there is none that we may look at.
pid_t find_jack_program(const std::string& server, const std::string& client,
                        const std::string& root = "/proc");

}  // namespace holdfast::audio
