// SPDX-License-Identifier: MIT
// Readings of counters over the time of a run, thinned out so that a picture of an hour stays
// small: of each bucket of time the last reading is kept. Counters only rise, so nothing between
// two kept readings is lost: it is in their difference.
#pragma once

#include <cstddef>
#include <vector>

#include "base/quantity.h"

namespace holdfast {

/// Readings of one kind of record, in order of time. Grows with the run up to `most` readings, then
/// halves its resolution. One thread.
template <class Reading>
class ReadingLine {
 public:
  static constexpr Nanos kFinest = kMillisecond * 100;
  static constexpr size_t kMostReadings = 36'000;

  /// `width` is more than 0.
  explicit ReadingLine(Nanos width = kFinest, size_t most = kMostReadings)
      : width_(width), most_(most) {}

  /// A reading; one that is older than the one before is ignored.
  void add(const Reading& reading) {
    const int64_t time = reading.head.mono_ns;
    if (!readings_.empty() && time < readings_.back().head.mono_ns) return;
    if (is_full_bucket(readings_, reading)) {
      readings_.back() = reading;
    } else {
      readings_.push_back(reading);
    }
    while (readings_.size() > most_) halve();
  }

  [[nodiscard]] const std::vector<Reading>& readings() const { return readings_; }

 private:
  /// The first reading stays: differences begin there.
  [[nodiscard]] bool is_full_bucket(const std::vector<Reading>& kept, const Reading& next) const {
    return kept.size() > 1 &&
           kept.back().head.mono_ns / width_.count == next.head.mono_ns / width_.count;
  }

  void halve() {
    width_ = width_ * 2;
    std::vector<Reading> kept;
    for (const Reading& reading : readings_) {
      if (is_full_bucket(kept, reading)) kept.pop_back();
      kept.push_back(reading);
    }
    readings_.swap(kept);
  }

  Nanos width_;
  size_t most_;
  std::vector<Reading> readings_;
};

}  // namespace holdfast
