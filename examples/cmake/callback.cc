// SPDX-License-Identifier: MIT
// An audio thread in C++: protected before its first block, every block placed, lost frames filled
// with silence, its own page faults counted. The stream is scripted (100 frames are lost before
// block 500), so that the output is always the same.
// Exit codes: 0 the loss was found and the thread took no page fault, 1 not.
#include <holdfast/holdfast.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <thread>

namespace {

constexpr int64_t kFrames = 64;
constexpr int64_t kBlocks = 1000;

HF_RT_DATA std::array<float, 48000> take = {};
HF_RT_DATA std::array<float, kFrames> input = {};

/// What the sound system would call. Everything it touches is marked, on the stack, or given.
HF_RT_TEXT void on_block(hf::GapDetector& detector, int64_t position) {
  const hf_placement placement = detector.place(hf::GapDetector::block(position, kFrames));
  if (placement.is_placed == 0) return;
  const auto size = static_cast<int64_t>(take.size());
  for (int64_t i = -placement.missing; i < kFrames; ++i) {
    const int64_t at = (placement.at + i) % size;
    take[static_cast<size_t>(at)] = i < 0 ? 0.0F : input[static_cast<size_t>(i)];
  }
}

bool audio_thread(hf::GapDetector& detector) {
  const hf_range given[] = {detector.memory()};
  hf_protect_options options = hf_protect_defaults();
  options.ranges = given;
  options.range_count = 1;
  const hf::ThreadProtection protection(options);
  if (!protection.is_complete()) std::printf("not all is locked: %s\n", hf_error_text());
  std::printf("locked %zu KiB in %.1f ms\n", protection.report().locked_bytes / 1024,
              static_cast<double>(protection.report().took_ns) / 1e6);

  const hf_fault_counts before = hf::read_faults();
  for (int64_t n = 0; n < kBlocks; ++n) on_block(detector, kFrames * n + (n < 500 ? 0 : 100));
  const hf_fault_counts after = hf::read_faults();
  std::printf("page faults in %d blocks: %lld\n", static_cast<int>(kBlocks),
              static_cast<long long>(after.major + after.minor - before.major - before.minor));
  return after.major == before.major;
}

}  // namespace

int main() {
  hf::GapDetector detector(48000);
  if (!detector.is_valid()) {
    std::fprintf(stderr, "callback: %s\n", hf_error_text());
    return 1;
  }
  bool has_no_fault = false;
  std::thread audio([&] { has_no_fault = audio_thread(detector); });
  audio.join();
  detector.finish();
  bool is_found = false;
  hf_loss loss;
  while (detector.next(loss)) {
    std::printf("lost %lld frames at frame %lld\n", static_cast<long long>(loss.missing_frames),
                static_cast<long long>(loss.position));
    is_found = loss.missing_frames == 100 && loss.position == 500 * kFrames;
  }
  const hf_stream_totals totals = detector.totals();
  std::printf("%lld frames = %lld received + %lld missing\n",
              static_cast<long long>(totals.elapsed_frames),
              static_cast<long long>(totals.received_frames),
              static_cast<long long>(totals.missing_frames));
  return is_found && has_no_fault ? 0 : 1;
}
