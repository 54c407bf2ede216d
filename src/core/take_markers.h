// SPDX-License-Identifier: MIT
// The markers of a take: one for each gap that was filled, named once its cause is known. The
// writer knows the gaps, the judge their causes; either may be first.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/glitch.h"
#include "core/marker.h"
#include "core/take_assembly.h"

namespace holdfast {

/// "glitch 3: 128 frames lost (2.67 ms) - page fault in libasound.so.2"; "about" and the bound when
/// the length is not exact.
std::string marker_name(const Glitch& glitch, int64_t rate_hz);

/// The same before the cause is known; what this program itself had no room for is said to be so.
std::string marker_name(const TakeGap& gap, int64_t rate_hz);

/// Positions are those of the take. One thread.
class TakeMarkers {
 public:
  explicit TakeMarkers(int64_t rate_hz) : rate_hz_(rate_hz) {}

  void add(const TakeGap& gap);
  void name(const Glitch& glitch);

  /// All of them, in order of position.
  [[nodiscard]] std::vector<Marker> list() const;
  /// The same as far as nobody has named them: losses of our own, or a judge without facts.
  [[nodiscard]] std::vector<Marker> unnamed() const;

  [[nodiscard]] size_t size() const { return markers_.size(); }
  /// Grows with every change.
  [[nodiscard]] uint64_t version() const { return version_; }

 private:
  int64_t rate_hz_;
  std::map<int64_t, Marker> markers_;     ///< By position.
  std::map<int64_t, std::string> names_;  ///< Of all that were judged.
  uint64_t version_ = 0;
};

}  // namespace holdfast
