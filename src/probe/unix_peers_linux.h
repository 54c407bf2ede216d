// SPDX-License-Identifier: MIT
// Which processes are at the other end of our own sockets: how a sound server is found without
// asking it.
#pragma once

#include <sys/types.h>

#include <set>
#include <string>

namespace holdfast::probe {

/// Process ids at the other end of this process's unix-domain sockets, as they were when the server
/// began to listen. Our own is not among them.
std::set<pid_t> unix_peers(const std::string& root = "/proc");

}  // namespace holdfast::probe
