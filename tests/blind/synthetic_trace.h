// SPDX-License-Identifier: MIT
// Traces of what cannot be done to this machine: that its host pauses, that a sound server is late.
// Written record by record, without running anything; where blocks go says the virtual stream.
#pragma once

#include <random>
#include <string>

#include "base/result.h"
#include "blind/truth.h"
#include "core/observation.h"

namespace holdfast::blind {

/// True for "host_pause" and "server".
bool is_synthetic(const std::string& class_name);

/// What to write.
struct SyntheticOptions {
  std::string class_name;
  Observation observation =
      Observation::kAllEvents;  ///< Only what is seen at this level is written.
  size_t glitches = 0;
};

/// Writes glitches of a class to `trace`, and what was meant to `truths`.
Result<> write_synthetic(const SyntheticOptions& options, const std::string& trace,
                         TruthFile& truths, std::mt19937_64& random);

}  // namespace holdfast::blind
