// SPDX-License-Identifier: MIT
#include "audio/pipewire_graph.h"

#include <spa/utils/result.h>

#include <cstdlib>
#include <cstring>

namespace holdfast::audio {
namespace {

std::string value(const spa_dict& properties, const char* key) {
  const char* found = spa_dict_lookup(&properties, key);
  return found != nullptr ? found : "";
}

uint32_t number(const spa_dict& properties, const char* key) {
  return static_cast<uint32_t>(std::strtoul(value(properties, key).c_str(), nullptr, 10));
}

/// {"name":"alsa_input.usb"}: the only thing that is ever in there.
std::string name_in(std::string_view json) {
  const size_t key = json.find("\"name\"");
  if (key == std::string_view::npos) return "";
  const size_t begin = json.find('"', key + 6);
  if (begin == std::string_view::npos) return "";
  return std::string(json.substr(begin + 1, json.find('"', begin + 1) - begin - 1));
}

}  // namespace

Result<std::unique_ptr<PipewireGraph>> PipewireGraph::open(
    PipewireConnection& connection, std::function<void(uint32_t)> on_removed) {
  std::unique_ptr<PipewireGraph> graph(new PipewireGraph(connection, std::move(on_removed)));
  {
    const PipewireLock held = connection.lock();
    graph->watch();
  }
  HF_TRY(connection.sync());  // all objects, and the metadata object among them is being watched
  HF_TRY(connection.sync());  // and has told what is in it
  return graph;
}

void PipewireGraph::watch() {
  static const pw_registry_events events = [] {
    pw_registry_events made = {};
    made.version = PW_VERSION_REGISTRY_EVENTS;
    made.global = &PipewireGraph::note_global;
    made.global_remove = &PipewireGraph::note_removal;
    return made;
  }();
  registry_ = pw_core_get_registry(connection_.core(), PW_VERSION_REGISTRY, 0);
  pw_registry_add_listener(registry_, &registry_hook_, &events, this);
}

PipewireGraph::~PipewireGraph() {
  const PipewireLock held = connection_.lock();
  if (metadata_ != nullptr) {
    spa_hook_remove(&metadata_hook_);
    pw_proxy_destroy(metadata_);
  }
  spa_hook_remove(&registry_hook_);
  pw_proxy_destroy(reinterpret_cast<pw_proxy*>(registry_));
}

void PipewireGraph::add(uint32_t id, const char* type, const spa_dict& properties) {
  if (strcmp(type, PW_TYPE_INTERFACE_Node) == 0) {
    PipewireNode& node = objects_.nodes[id];
    node = {id,
            value(properties, "object.serial"),
            value(properties, PW_KEY_NODE_NAME),
            value(properties, PW_KEY_MEDIA_CLASS),
            number(properties, PW_KEY_CLIENT_ID),
            0};
    node.priority = static_cast<int>(number(properties, "priority.session"));
    if (node.serial.empty()) node.serial = std::to_string(id);
  } else if (strcmp(type, PW_TYPE_INTERFACE_Port) == 0) {
    if (value(properties, PW_KEY_FORMAT_DSP) != "32 bit float mono audio") return;
    objects_.ports[id] = {id, number(properties, PW_KEY_NODE_ID),
                          value(properties, PW_KEY_PORT_NAME),
                          value(properties, PW_KEY_PORT_DIRECTION) == "out"};
  } else if (strcmp(type, PW_TYPE_INTERFACE_Link) == 0) {
    objects_.links[id] = {number(properties, PW_KEY_LINK_OUTPUT_NODE),
                          number(properties, PW_KEY_LINK_INPUT_NODE)};
  } else if (strcmp(type, PW_TYPE_INTERFACE_Client) == 0) {
    objects_.clients[id] = static_cast<pid_t>(number(properties, PW_KEY_SEC_PID));
  } else if (strcmp(type, PW_TYPE_INTERFACE_Metadata) == 0) {
    if (value(properties, PW_KEY_METADATA_NAME) == "default") watch_metadata(id);
  }
}

void PipewireGraph::watch_metadata(uint32_t id) {
  static const pw_metadata_events events = [] {
    pw_metadata_events made = {};
    made.version = PW_VERSION_METADATA_EVENTS;
    made.property = &PipewireGraph::note_setting;
    return made;
  }();
  if (metadata_ != nullptr) return;
  metadata_ = static_cast<pw_proxy*>(
      pw_registry_bind(registry_, id, PW_TYPE_INTERFACE_Metadata, PW_VERSION_METADATA, 0));
  if (metadata_ == nullptr) return;
  pw_metadata_add_listener(reinterpret_cast<pw_metadata*>(metadata_), &metadata_hook_, &events,
                           this);
}

void PipewireGraph::note_global(void* self, uint32_t id, uint32_t /*permissions*/, const char* type,
                                uint32_t /*version*/, const spa_dict* properties) {
  if (properties != nullptr) static_cast<PipewireGraph*>(self)->add(id, type, *properties);
}

void PipewireGraph::note_removal(void* self, uint32_t id) {
  auto* graph = static_cast<PipewireGraph*>(self);
  graph->objects_.nodes.erase(id);
  graph->objects_.ports.erase(id);
  graph->objects_.links.erase(id);
  graph->objects_.clients.erase(id);
  graph->on_removed_(id);
}

int PipewireGraph::note_setting(void* self, uint32_t /*subject*/, const char* key,
                                const char* /*type*/, const char* value) {
  auto* graph = static_cast<PipewireGraph*>(self);
  if (key == nullptr || strcmp(key, "default.audio.source") != 0) return 0;
  graph->objects_.default_source = value != nullptr ? name_in(value) : "";
  return 0;
}

}  // namespace holdfast::audio
