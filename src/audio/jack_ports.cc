// SPDX-License-Identifier: MIT
#include "audio/jack_ports.h"

#include <memory>
#include <set>

#include "audio/jack_client.h"
#include "audio/jack_programs_linux.h"
#include "base/nearest.h"

namespace holdfast::audio {
namespace {

struct FreePortNames {
  void operator()(const char** names) const { jack_free(names); }
};
using PortNames = std::unique_ptr<const char*, FreePortNames>;

std::vector<std::string> ports(jack_client_t* client, unsigned long flags) {
  const PortNames found(jack_get_ports(client, nullptr, JACK_DEFAULT_AUDIO_TYPE, flags));
  const std::string own = std::string(jack_get_client_name(client)) + ":";
  std::vector<std::string> names;
  for (const char** name = found.get(); name != nullptr && *name != nullptr; ++name) {
    if (!std::string_view(*name).starts_with(own)) names.emplace_back(*name);
  }
  return names;
}

bool is_meant(const std::string& port, std::string_view name) {
  if (port == name) return true;
  return port.size() > name.size() && port[name.size()] == ':' && port.starts_with(name);
}

/// Clients can be named as well as ports.
std::string nearest_source(std::string_view name, std::vector<std::string> known) {
  const size_t ports = known.size();
  for (size_t i = 0; i < ports; i++) known.push_back(known[i].substr(0, known[i].find(':')));
  return nearest(name, known);
}

std::string client_of(const std::string& port) {
  return port.substr(0, port.find(':'));
}

/// The ports that give sound to any input of `program`.
std::vector<std::string> sources_of(jack_client_t* client, const std::string& program) {
  std::vector<std::string> sources;
  for (const std::string& input : ports(client, JackPortIsInput)) {
    if (client_of(input) != program) continue;
    const PortNames found(
        jack_port_get_all_connections(client, jack_port_by_name(client, input.c_str())));
    for (const char** name = found.get(); name != nullptr && *name != nullptr; ++name) {
      sources.emplace_back(*name);
    }
  }
  return sources;
}

}  // namespace

std::vector<pid_t> jack_programs_behind(jack_client_t* client, std::vector<std::string> sources) {
  std::set<std::string> seen;
  std::vector<pid_t> processes;
  while (!sources.empty()) {
    const std::string program = client_of(sources.back());
    sources.pop_back();
    if (!seen.insert(program).second) continue;
    const pid_t process = find_jack_program(jack_server_name(), program);
    if (process > 0) processes.push_back(process);
    for (const std::string& further : sources_of(client, program)) sources.push_back(further);
  }
  return processes;
}

std::vector<std::string> jack_sources(jack_client_t* client) {
  return ports(client, JackPortIsOutput);
}

Result<std::vector<std::string>> find_jack_sources(jack_client_t* client, std::string_view name,
                                                   size_t most) {
  std::vector<std::string> found;
  if (name.empty()) {
    found = ports(client, JackPortIsOutput | JackPortIsPhysical);
  } else {
    const std::vector<std::string> known = jack_sources(client);
    for (const std::string& port : known) {
      if (is_meant(port, name)) found.push_back(port);
    }
    if (found.empty()) {
      const std::string nearest_name = nearest_source(name, known);
      return unavailable(
          "no JACK port or client that gives sound is called '" + std::string(name) + "'" +
          (nearest_name.empty()
               ? "; there is none at all"
               : "; the nearest is '" + nearest_name + "', and `holdfast devices` lists all"));
    }
  }
  if (found.size() > most) found.resize(most);
  return found;
}

}  // namespace holdfast::audio
