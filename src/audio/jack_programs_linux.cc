// SPDX-License-Identifier: MIT
#include "audio/jack_programs_linux.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace holdfast::audio {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSocketPrefix = "/dev/shm/jack_";
constexpr std::string_view kSemaphorePrefix = "/dev/shm/jack_sem.";

std::string read_all(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// "PREFIX NAME _UID_NUMBER".
bool is_named_after(std::string_view path, std::string_view client) {
  if (!path.starts_with(kSocketPrefix)) return false;
  path.remove_prefix(kSocketPrefix.size());
  if (!path.starts_with(client)) return false;
  path.remove_prefix(client.size());
  return path.starts_with('_') && std::count(path.begin(), path.end(), '_') == 2 &&
         path.find_first_not_of("_0123456789") == std::string_view::npos;
}

/// It has one of the sockets; and, since clients of two servers may have one name, the semaphore
/// that wakes this client of this server.
bool is_client(const fs::path& process, const std::vector<std::string>& sockets,
               const std::string& semaphore_end) {
  bool has_socket = false;
  bool has_semaphore = false;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(process / "fd", error)) {
    const std::string target = fs::read_symlink(entry.path(), error).string();
    has_semaphore |= target.starts_with(kSemaphorePrefix) && target.ends_with(semaphore_end);
    has_socket |= std::find(sockets.begin(), sockets.end(), target) != sockets.end();
  }
  return has_socket && has_semaphore;
}

}  // namespace

std::vector<std::string> jack_client_sockets(std::string_view sockets, std::string_view client) {
  std::vector<std::string> found;
  while (!sockets.empty()) {
    const std::string_view line = sockets.substr(0, sockets.find('\n'));
    sockets.remove_prefix(std::min(line.size() + 1, sockets.size()));
    const size_t path = line.find(kSocketPrefix);
    if (path == std::string_view::npos || path == 0) continue;
    if (!is_named_after(line.substr(path), client)) continue;
    const size_t end = line.find_last_not_of(' ', path - 1) + 1;
    const size_t begin = line.find_last_of(' ', end - 1) + 1;
    found.push_back("socket:[" + std::string(line.substr(begin, end - begin)) + "]");
  }
  return found;
}

pid_t find_jack_program(const std::string& server, const std::string& client,
                        const std::string& root) {
  const std::vector<std::string> sockets =
      jack_client_sockets(read_all(root + "/net/unix"), client);
  if (sockets.empty()) return 0;
  std::string ending = "_";
  ending.append(server).append("_").append(client);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root, error)) {
    const std::string name = entry.path().filename().string();
    pid_t process = 0;
    std::from_chars(name.data(), name.data() + name.size(), process);
    if (process > 0 && is_client(entry.path(), sockets, ending)) {
      return process;
    }
  }
  return 0;
}

}  // namespace holdfast::audio
