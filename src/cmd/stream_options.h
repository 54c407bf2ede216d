// SPDX-License-Identifier: MIT
// The options that say which stream to open: --device --rate --frames --channels --for.
#pragma once

#include <string>

#include "audio/device.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace holdfast::cmd {

/// As given; checked by the device that is asked for it.
struct StreamOptions {
  std::string device;  ///< Empty: default_device().
  audio::StreamFormat format;
  std::string duration;  ///< Empty: until stopped.
};

void add_stream_options(CLI::App& app, StreamOptions& options);

/// How many frames --for means at the rate asked for; 0 when it was not given.
/// Errors: kUsage.
Result<Frames> limit_of(const StreamOptions& options);

}  // namespace holdfast::cmd
