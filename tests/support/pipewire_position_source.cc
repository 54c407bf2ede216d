// SPDX-License-Identifier: MIT
// A PipeWire filter whose output tells, in every sample, the frame number of the graph's clock:
// ground truth for whoever records from it. Prints "ready" when it is part of the graph, and runs
// until its input closes.
//
// usage: pipewire_position_source NAME [LOG]: LOG gets "position clock_ns" of every cycle at the
// end, as another pair of eyes on the server's lateness.
#include <pipewire/filter.h>
#include <pipewire/pipewire.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "audio/virtual_stream.h"
#include "audio/wait_linux.h"

namespace holdfast::test {
namespace {

constexpr size_t kMostCycles = size_t{1} << 22;
constexpr int kAttempts = 250;

struct Cycle {
  uint64_t position = 0;
  int64_t woke_ns = 0;
};

struct Source {
  void* port = nullptr;
  std::vector<Cycle> cycles;
  std::atomic<size_t> count{0};
  std::atomic<bool> has_cycled{false};
};

void process(void* context, spa_io_position* position) {
  const Nanos woke = audio::monotonic_now();
  auto* source = static_cast<Source*>(context);
  const uint64_t at = position->clock.position;
  const auto frames = static_cast<uint32_t>(position->clock.duration);
  source->has_cycled.store(true, std::memory_order_relaxed);
  auto* plane = static_cast<float*>(pw_filter_get_dsp_buffer(source->port, frames));
  if (plane != nullptr) {
    audio::fill_with_position(plane, Frames(static_cast<int64_t>(at)), Frames(frames));
  }
  const size_t number = source->count.load(std::memory_order_relaxed);
  if (number == source->cycles.size()) return;
  source->cycles[number] = {at, woke.count};
  source->count.store(number + 1, std::memory_order_release);
}

pw_core* connect_patiently(pw_context* context) {
  for (int i = 0; i < kAttempts; i++) {
    pw_core* core = pw_context_connect(context, nullptr, 0);
    if (core != nullptr) return core;
    usleep(20'000);
  }
  return nullptr;
}

void write_log(const Source& source, const char* path) {
  std::FILE* file = std::fopen(path, "w");
  if (file == nullptr) return;
  for (size_t i = 0; i < source.count.load(std::memory_order_acquire); i++) {
    std::fprintf(file, "%llu %lld\n", static_cast<unsigned long long>(source.cycles[i].position),
                 static_cast<long long>(source.cycles[i].woke_ns));
  }
  std::fclose(file);
}

bool make_filter(pw_core* core, const char* name, Source& source) {
  static pw_filter_events events = {};
  events.version = PW_VERSION_FILTER_EVENTS;
  events.process = &process;
  pw_filter* filter =
      pw_filter_new(core, name,
                    pw_properties_new(PW_KEY_NODE_NAME, name, PW_KEY_MEDIA_CLASS, "Audio/Source",
                                      PW_KEY_NODE_ALWAYS_PROCESS, "true", nullptr));
  static spa_hook hook;
  pw_filter_add_listener(filter, &hook, &events, &source);
  source.port = pw_filter_add_port(filter, PW_DIRECTION_OUTPUT, PW_FILTER_PORT_FLAG_MAP_BUFFERS, 8,
                                   pw_properties_new(PW_KEY_FORMAT_DSP, "32 bit float mono audio",
                                                     PW_KEY_PORT_NAME, "out", nullptr),
                                   nullptr, 0);
  return source.port != nullptr &&
         pw_filter_connect(filter, PW_FILTER_FLAG_RT_PROCESS, nullptr, 0) >= 0;
}

int play(const char* name, const char* log) {
  pw_init(nullptr, nullptr);
  const auto source = std::make_unique<Source>();
  if (log != nullptr) source->cycles.resize(kMostCycles);
  pw_thread_loop* loop = pw_thread_loop_new(nullptr, nullptr);
  pw_context* context =
      pw_context_new(pw_thread_loop_get_loop(loop),
                     pw_properties_new(PW_KEY_CONFIG_NAME, "client-rt.conf", nullptr), 0);
  pw_core* core = context != nullptr ? connect_patiently(context) : nullptr;
  if (core == nullptr || !make_filter(core, name, *source)) return 3;
  pw_thread_loop_start(loop);
  for (int i = 0; i < kAttempts && !source->has_cycled.load(); i++) usleep(20'000);
  if (!source->has_cycled.load()) return 3;
  std::puts("ready");
  std::fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  if (log != nullptr) write_log(*source, log);
  _exit(0);  // the server may be gone, stopped or killed: nothing to be said to it
}

}  // namespace
}  // namespace holdfast::test

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return holdfast::test::play(argv[1], argc > 2 ? argv[2] : nullptr);
}
