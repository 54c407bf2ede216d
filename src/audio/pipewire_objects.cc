// SPDX-License-Identifier: MIT
// Which node of a PipeWire graph a name means.
#include <algorithm>
#include <set>

#include "audio/pipewire_graph.h"
#include "base/nearest.h"

namespace holdfast::audio {
namespace {

bool is_source(const PipewireNode& node) {
  return node.media_class.starts_with("Audio/Source") || node.media_class == "Audio/Duplex";
}

/// The one that the user chose; else the one of highest priority; else none.
const PipewireNode* default_node(const PipewireObjects& objects) {
  const PipewireNode* best = nullptr;
  for (const auto& [id, node] : objects.nodes) {
    if (!is_source(node) || objects.ports_of(id, true).empty()) continue;
    if (node.name == objects.default_source) return &node;
    if (best == nullptr || node.priority > best->priority) best = &node;
  }
  return best;
}

const PipewireNode* named_node(const PipewireObjects& objects, std::string_view name) {
  const PipewireNode* found = nullptr;
  for (const auto& [id, node] : objects.nodes) {
    if (objects.ports_of(id, true).empty()) continue;
    if (node.name == name) return &node;
    if (node.serial == name) found = &node;
  }
  return found;
}

}  // namespace

std::vector<PipewirePort> PipewireObjects::ports_of(uint32_t node, bool is_output) const {
  std::vector<PipewirePort> found;
  for (const auto& [id, port] : ports) {
    if (port.node == node && port.is_output == is_output) found.push_back(port);
  }
  return found;
}

std::vector<std::string> PipewireObjects::sources() const {
  std::vector<std::string> first;
  std::vector<std::string> others;
  for (const auto& [id, node] : nodes) {
    if (ports_of(id, true).empty()) continue;
    (is_source(node) ? first : others).push_back(node.name.empty() ? node.serial : node.name);
  }
  first.insert(first.end(), others.begin(), others.end());
  return first;
}

Result<PipewireSource> PipewireObjects::find(std::string_view name) const {
  const PipewireNode* node = name.empty() ? default_node(*this) : named_node(*this, name);
  if (node != nullptr) return PipewireSource{*node, ports_of(node->id, true)};
  if (name.empty()) return unavailable("the PipeWire server has no audio source");
  const std::string nearest_name = nearest(name, sources());
  return unavailable("no PipeWire node that gives sound is called '" + std::string(name) + "'" +
                     (nearest_name.empty() ? "; there is none at all"
                                           : "; the nearest is '" + nearest_name +
                                                 "', and `holdfast devices` lists all"));
}

std::vector<pid_t> PipewireObjects::programs_behind(uint32_t node) const {
  std::set<uint32_t> seen = {node};
  std::vector<uint32_t> left = {node};
  std::set<pid_t> processes;
  while (!left.empty()) {
    const uint32_t to = left.back();
    left.pop_back();
    for (const auto& [id, link] : links) {
      if (link.to != to || !seen.insert(link.from).second) continue;
      left.push_back(link.from);
      const auto giver = nodes.find(link.from);
      if (giver == nodes.end()) continue;
      const auto program = clients.find(giver->second.client);
      if (program != clients.end()) processes.insert(program->second);
    }
  }
  return {processes.begin(), processes.end()};
}

}  // namespace holdfast::audio
