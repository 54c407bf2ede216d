// SPDX-License-Identifier: MIT
// A JACK client whose output tells, in every sample, the frame number of the server's counter:
// ground truth for whoever records from it. Prints "ready", and runs until its input closes.
//
// On request it is a program that makes others late: for each byte that it reads, 'w' or 's', its
// next cycle works or sleeps for 40 ms.
//
// usage: jack_position_source NAME [LOG]: LOG gets "counter clock_ns" of every cycle at the end, as
// another pair of eyes on the server's lateness.
#include <jack/jack.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <vector>

#include "audio/virtual_stream.h"
#include "audio/wait_linux.h"

namespace holdfast::test {
namespace {

constexpr size_t kMostCycles = size_t{1} << 22;

struct Cycle {
  uint32_t counter = 0;
  int64_t woke_ns = 0;
};

struct Source {
  jack_client_t* client = nullptr;
  jack_port_t* port = nullptr;
  std::vector<Cycle> cycles;
  std::atomic<size_t> count{0};
  std::atomic<char> request{0};
};

/// Keeps everybody waiting who comes after us.
void be_late(char way) {
  const Nanos end = audio::monotonic_now() + kMillisecond * 40;
  if (way == 's') audio::sleep_until(end);
  while (way == 'w' && audio::monotonic_now() < end) {
  }
}

int process(jack_nframes_t frames, void* context) {
  const Nanos woke = audio::monotonic_now();
  auto* source = static_cast<Source*>(context);
  const jack_nframes_t counter = jack_last_frame_time(source->client);
  auto* plane = static_cast<float*>(jack_port_get_buffer(source->port, frames));
  audio::fill_with_position(plane, Frames(counter), Frames(frames));
  be_late(source->request.exchange(0));
  const size_t at = source->count.load(std::memory_order_relaxed);
  if (at == source->cycles.size()) return 0;
  source->cycles[at] = {counter, woke.count};
  source->count.store(at + 1, std::memory_order_release);
  return 0;
}

jack_client_t* open_patiently(const char* name) {
  for (int i = 0; i < 250; i++) {
    jack_client_t* client = jack_client_open(name, JackNoStartServer, nullptr);
    if (client != nullptr) return client;
    usleep(20'000);
  }
  return nullptr;
}

void ignore(const char* /*message*/) {}

void write_log(const Source& source, const char* path) {
  std::FILE* file = std::fopen(path, "w");
  if (file == nullptr) return;
  for (size_t i = 0; i < source.count.load(std::memory_order_acquire); i++) {
    std::fprintf(file, "%u %lld\n", source.cycles[i].counter,
                 static_cast<long long>(source.cycles[i].woke_ns));
  }
  std::fclose(file);
}

int play(const char* name, const char* log) {
  jack_set_error_function(&ignore);
  jack_set_info_function(&ignore);
  const auto source = std::make_unique<Source>();
  if (log != nullptr) source->cycles.resize(kMostCycles);
  source->client = open_patiently(name);
  if (source->client == nullptr) return 3;
  source->port =
      jack_port_register(source->client, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
  jack_set_process_callback(source->client, &process, source.get());
  if (source->port == nullptr || jack_activate(source->client) != 0) return 3;
  std::puts("ready");
  std::fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) source->request = byte;
  if (log != nullptr) write_log(*source, log);
  alarm(1);  // the server may be gone, stopped or killed: then there is nobody to take leave of
  jack_client_close(source->client);
  _exit(0);
}

}  // namespace
}  // namespace holdfast::test

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return holdfast::test::play(argv[1], argc > 2 ? argv[2] : nullptr);
}
