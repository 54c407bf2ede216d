// SPDX-License-Identifier: MIT
#include "audio/pipewire_link.h"

namespace holdfast::audio {

PipewireLink::PipewireLink(PipewireConnection& connection, const PipewirePort& from,
                           const PipewirePort& to)
    : connection_(connection) {
  static const pw_link_events link_events = [] {
    pw_link_events made = {};
    made.version = PW_VERSION_LINK_EVENTS;
    made.info = &PipewireLink::note_info;
    return made;
  }();
  static const pw_proxy_events proxy_events = [] {
    pw_proxy_events made = {};
    made.version = PW_VERSION_PROXY_EVENTS;
    made.error = &PipewireLink::note_error;
    return made;
  }();
  const PipewireLock held = connection_.lock();
  pw_properties* properties = pw_properties_new(nullptr, nullptr);
  pw_properties_setf(properties, PW_KEY_LINK_OUTPUT_NODE, "%u", from.node);
  pw_properties_setf(properties, PW_KEY_LINK_OUTPUT_PORT, "%u", from.id);
  pw_properties_setf(properties, PW_KEY_LINK_INPUT_NODE, "%u", to.node);
  pw_properties_setf(properties, PW_KEY_LINK_INPUT_PORT, "%u", to.id);
  proxy_ = static_cast<pw_proxy*>(pw_core_create_object(connection_.core(), "link-factory",
                                                        PW_TYPE_INTERFACE_Link, PW_VERSION_LINK,
                                                        &properties->dict, 0));
  pw_properties_free(properties);
  if (proxy_ == nullptr) {
    refusal_ = "no memory";
    return;
  }
  pw_proxy_add_listener(proxy_, &error_hook_, &proxy_events, this);
  pw_link_add_listener(reinterpret_cast<pw_link*>(proxy_), &info_hook_, &link_events, this);
}

PipewireLink::~PipewireLink() {
  if (proxy_ == nullptr) return;
  const PipewireLock held = connection_.lock();
  spa_hook_remove(&info_hook_);
  spa_hook_remove(&error_hook_);
  pw_proxy_destroy(proxy_);
}

void PipewireLink::note_info(void* self, const pw_link_info* info) {
  auto* link = static_cast<PipewireLink*>(self);
  link->is_active_ = info->state == PW_LINK_STATE_ACTIVE;
  if (info->state != PW_LINK_STATE_ERROR) return;
  link->refusal_ = info->error != nullptr ? info->error : "the formats do not fit";
}

void PipewireLink::note_error(void* self, int /*seq*/, int /*result*/, const char* message) {
  auto* link = static_cast<PipewireLink*>(self);
  link->refusal_ = message != nullptr ? message : "no reason given";
}

}  // namespace holdfast::audio
