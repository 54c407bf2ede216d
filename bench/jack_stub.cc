// SPDX-License-Identifier: MIT
// Stands in for libjack where the module's own instructions are counted: each call costs next to
// nothing, and the cycles are run by hand.
#include "bench/jack_stub.h"

#include <jack/jack.h>

#include <array>

namespace {

constexpr jack_nframes_t kFrames = 64;

struct Stub {
  JackProcessCallback process = nullptr;
  void* process_context = nullptr;
  jack_nframes_t counter = 0;
  std::array<float, kFrames> samples = {};
} stub;

}  // namespace

void holdfast::bench::run_jack_cycles(long cycles) {
  for (long i = 0; i < cycles; i++) {
    stub.counter += kFrames;
    stub.process(kFrames, stub.process_context);
  }
}

extern "C" {

jack_client_t* jack_client_open(const char*, jack_options_t, jack_status_t*, ...) {
  return reinterpret_cast<jack_client_t*>(&stub);
}
int jack_client_close(jack_client_t*) {
  return 0;
}
const char* jack_get_version_string() {
  return "stub";
}
char* jack_get_client_name(jack_client_t*) {
  static char name[] = "holdfast";
  return name;
}
int jack_set_process_callback(jack_client_t*, JackProcessCallback call, void* context) {
  stub.process = call;
  stub.process_context = context;
  return 0;
}
int jack_set_freewheel_callback(jack_client_t*, JackFreewheelCallback, void*) {
  return 0;
}
void jack_on_shutdown(jack_client_t*, JackShutdownCallback, void*) {}
void jack_set_error_function(void (*)(const char*)) {}
void jack_set_info_function(void (*)(const char*)) {}
int jack_activate(jack_client_t*) {
  return stub.process(kFrames, stub.process_context);
}
int jack_deactivate(jack_client_t*) {
  return 0;
}
jack_port_t* jack_port_register(jack_client_t*, const char*, const char*, unsigned long,
                                unsigned long) {
  return reinterpret_cast<jack_port_t*>(&stub);
}
const char* jack_port_name(const jack_port_t*) {
  return "holdfast:in";
}
void* jack_port_get_buffer(jack_port_t*, jack_nframes_t) {
  return stub.samples.data();
}
const char** jack_get_ports(jack_client_t*, const char*, const char*, unsigned long) {
  return nullptr;
}
const char** jack_port_get_all_connections(const jack_client_t*, const jack_port_t*) {
  return nullptr;
}
jack_port_t* jack_port_by_name(jack_client_t*, const char*) {
  return nullptr;
}
int jack_connect(jack_client_t*, const char*, const char*) {
  return 0;
}
void jack_free(void*) {}
jack_nframes_t jack_get_sample_rate(jack_client_t*) {
  return 48000;
}
jack_nframes_t jack_get_buffer_size(jack_client_t*) {
  return kFrames;
}
jack_nframes_t jack_last_frame_time(const jack_client_t*) {
  return stub.counter;
}

}  // extern "C"
