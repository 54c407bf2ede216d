// SPDX-License-Identifier: MIT
// What a program that records through PortAudio is told of frames that it did not get: records mono
// float samples from one device into a file, and prints one line of JSON with what PortAudio's
// flags and time stamps said. For recorders_told.py.
//
// usage: portaudio_probe API DEVICE BLOCK_FRAMES FILE     until SIGINT; API: ALSA or JACK
#include <portaudio.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

constexpr double kRate = 48000;
constexpr size_t kMostFrames = 48000 * 120;
std::atomic<bool> g_stop{false};

struct Recording {
  std::vector<float> samples = std::vector<float>(kMostFrames);
  size_t frames = 0;
  long flags = 0;             // callbacks that were told of lost or of invented samples
  double skipped_frames = 0;  // by what the time of the first sample jumped
  double next_time = 0;
};

int on_block(const void* input, void*, unsigned long frames, const PaStreamCallbackTimeInfo* time,
             PaStreamCallbackFlags flags, void* context) {
  auto& recording = *static_cast<Recording*>(context);
  if ((flags & (paInputOverflow | paInputUnderflow)) != 0) recording.flags++;
  const double jump = (time->inputBufferAdcTime - recording.next_time) * kRate;
  if (recording.frames > 0 && jump > static_cast<double>(frames)) recording.skipped_frames += jump;
  recording.next_time = time->inputBufferAdcTime + static_cast<double>(frames) / kRate;
  const size_t room = kMostFrames - recording.frames;
  const size_t count = frames < room ? frames : room;
  if (input != nullptr) {
    std::memcpy(recording.samples.data() + recording.frames, input, count * sizeof(float));
  }
  recording.frames += count;
  return paContinue;
}

PaDeviceIndex find_device(std::string_view api, std::string_view name) {
  for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); i++) {
    const PaDeviceInfo* const device = Pa_GetDeviceInfo(i);
    if (Pa_GetHostApiInfo(device->hostApi)->name == api && device->name == name) return i;
  }
  return paNoDevice;
}

int fail(const char* what) {
  std::fprintf(stderr, "portaudio_probe: %s\n", what);
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return fail("usage: portaudio_probe API DEVICE BLOCK_FRAMES FILE");
  signal(SIGINT, [](int) { g_stop = true; });
  if (const PaError error = Pa_Initialize(); error != paNoError)
    return fail(Pa_GetErrorText(error));
  const PaStreamParameters input = {find_device(argv[1], argv[2]), 1, paFloat32, 0.005, nullptr};
  if (input.device == paNoDevice) return fail("there is no such device");
  Recording recording;
  PaStream* stream = nullptr;
  const unsigned long block = std::strtoul(argv[3], nullptr, 10);
  PaError error =
      Pa_OpenStream(&stream, &input, nullptr, kRate, block, paNoFlag, on_block, &recording);
  if (error == paNoError) error = Pa_StartStream(stream);
  if (error != paNoError) return fail(Pa_GetErrorText(error));
  while (!g_stop) usleep(10'000);
  Pa_StopStream(stream);
  std::FILE* const file = std::fopen(argv[4], "wb");
  if (file == nullptr) return fail("cannot write the file");
  const size_t written =
      std::fwrite(recording.samples.data(), sizeof(float), recording.frames, file);
  if (std::fclose(file) != 0 || written != recording.frames) return fail("cannot write the file");
  std::printf("{\"frames\":%zu,\"flags\":%ld,\"skipped_frames\":%.0f}\n", recording.frames,
              recording.flags, recording.skipped_frames);
  return 0;
}
