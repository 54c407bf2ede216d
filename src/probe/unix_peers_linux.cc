// SPDX-License-Identifier: MIT
#include "probe/unix_peers_linux.h"

#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <system_error>

namespace holdfast::probe {
namespace {

/// 0 when the descriptor is no connected unix-domain socket.
pid_t peer_of(int descriptor) {
  ucred peer = {};
  socklen_t size = sizeof peer;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return 0;
  return peer.pid;
}

}  // namespace

std::set<pid_t> unix_peers(const std::string& root) {
  std::set<pid_t> peers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(root + "/self/fd", error)) {
    const std::string name = entry.path().filename().string();
    int descriptor = -1;
    std::from_chars(name.data(), name.data() + name.size(), descriptor);
    const pid_t peer = descriptor >= 0 ? peer_of(descriptor) : 0;
    if (peer > 0 && peer != getpid()) peers.insert(peer);
  }
  return peers;
}

}  // namespace holdfast::probe
