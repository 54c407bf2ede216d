// SPDX-License-Identifier: MIT
#include "audio/jack_client.h"

#include <glob.h>
#include <sys/statvfs.h>

#include <cstdlib>
#include <mutex>
#include <string_view>

namespace holdfast::audio {
namespace {

/// What jackd 1.9.21 needs there with its default of 2048 ports; with less it dies of SIGBUS.
constexpr uint64_t kSharedMemoryBytes = 107'341'340 + 65'536;

std::mutex said_mutex;
std::string said;  // NOLINT: libjack's callbacks have no context

void keep(const char* message) {
  const std::lock_guard lock(said_mutex);
  if (said.empty()) said = message;
}

void ignore(const char* /*message*/) {}

std::string take_said() {
  const std::lock_guard lock(said_mutex);
  return std::exchange(said, {});
}

std::string hint_on_shared_memory() {
  struct statvfs place = {};
  if (statvfs("/dev/shm", &place) != 0) return "";
  const uint64_t size_bytes = uint64_t{place.f_frsize} * place.f_blocks;
  if (size_bytes == 0 || size_bytes >= kSharedMemoryBytes) return "";
  return "; /dev/shm has only " + std::to_string(size_bytes >> 20) +
         " MiB of the 103 that jackd wants: start it with `jackd -p 64 -d ...`, or make /dev/shm "
         "larger";
}

Error no_server() {
  return unavailable(
      "no JACK server called '" + jack_server_name() +
      "' answers this user; start one, e.g. `jackd -d alsa`, or run under `pw-jack`" +
      hint_on_shared_memory());
}

/// False only when there is certainly none. libjack 1.9.21 opens its database before it looks for a
/// server, and a program that is killed in that moment leaves it in a state in which no server of
/// this user starts any more. A server of jack2 shows itself by a socket.
bool may_be_running() {
  if (!std::string_view(jack_get_version_string()).starts_with("1.9.")) return true;  // not jack2
  glob_t found = {};
  const std::string pattern = "/dev/shm/jack_" + jack_server_name() + "_*";
  const int result = glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
  globfree(&found);
  return result != GLOB_NOMATCH;
}

Error refusal(jack_status_t status) {
  const std::string reason = take_said();
  if ((status & JackVersionError) != 0) {
    return unavailable("the JACK server and libjack are of different versions (" + reason +
                       "); install jackd2 and libjack-jackd2-0 of one release");
  }
  if ((status & JackShmFailure) != 0) {
    return unavailable("cannot reach the JACK server's shared memory (" + reason + ")" +
                       hint_on_shared_memory());
  }
  return no_server();
}

}  // namespace

std::string jack_server_name() {
  const char* name = secure_getenv("JACK_DEFAULT_SERVER");
  return name != nullptr && *name != '\0' ? name : "default";
}

Result<JackClient> open_jack_client(const char* name) {
  jack_set_error_function(&keep);
  jack_set_info_function(&ignore);
  take_said();
  if (!may_be_running()) return no_server();
  jack_status_t status = {};
  JackClient client(jack_client_open(name, JackNoStartServer, &status));
  if (client == nullptr) return refusal(status);
  return client;
}

std::string jack_version_text() {
  const std::string version = jack_get_version_string();
  if (version.find("PipeWire") != std::string::npos) return "JACK library " + version;
  return "jack2 " + version + ", server " + jack_server_name();
}

}  // namespace holdfast::audio
