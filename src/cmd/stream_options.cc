// SPDX-License-Identifier: MIT
#include "cmd/stream_options.h"

#include <CLI/CLI.hpp>

#include "base/duration.h"

namespace holdfast::cmd {

void add_stream_options(CLI::App& app, StreamOptions& options) {
  app.add_option("--device", options.device,
                 "virtual[:OPTIONS], alsa[:PCM], jack[:PORT] or pipewire[:NODE]; default: what "
                 "`holdfast devices` marks");
  app.add_option("--rate", options.format.rate_hz, "Sample rate in Hz")->capture_default_str();
  app.add_option("--frames", options.format.block_frames, "Block size in frames")
      ->capture_default_str();
  app.add_option("--channels", options.format.channels, "Channels")->capture_default_str();
  app.add_option("--for", options.duration, "Stop after this time, e.g. 10s, 5min, 1h");
}

Result<Frames> limit_of(const StreamOptions& options) {
  if (options.duration.empty()) return Frames(0);
  HF_TRY_ASSIGN(const Nanos duration, parse_duration(options.duration));
  if (options.format.rate_hz < audio::kMinRateHz || options.format.rate_hz > audio::kMaxRateHz) {
    return usage_error("--rate is a number of Hz from 8000 to 384000");
  }
  const Frames limit = frames_in(duration, options.format.rate_hz);
  if (limit == Frames(0)) return usage_error("--for must be longer than one frame");
  return limit;
}

}  // namespace holdfast::cmd
