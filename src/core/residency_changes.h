// SPDX-License-Identifier: MIT
// Turns snapshots of page states into events: which pages left memory, which came back, and for how
// long they were away. Between two snapshots anything may happen, so every duration is a pair of
// bounds, and every count is a lower one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "core/residency.h"

namespace holdfast {

/// How long something was away: true for `at_least`, and no longer than `at_most`.
struct AwayTime {
  Nanos at_least;
  Nanos at_most;
};

/// What happened to the pages of one region between two snapshots. Pages that were never seen in
/// memory do not count: a page read for the first time has not come back.
struct ResidencyChange {
  size_t resident_before = 0;  ///< Pages in memory at the previous snapshot.
  PageCounts left;             ///< Left memory, by what they are now. kUnknown: no longer mapped.
  PageCounts unmapped;         ///< Still in RAM, but the next access takes a minor fault.
  size_t returned = 0;         ///< Were out and are in memory again.
  std::optional<size_t> first_left;  ///< Index of the first such page.
  std::optional<size_t> first_returned;
  AwayTime longest_away;  ///< Of the returned pages.

  [[nodiscard]] bool is_empty() const {
    return left.total() == 0 && unmapped.total() == 0 && returned == 0;
  }
};

/// A change of one region, at a moment, with the address of the first page concerned.
struct ResidencyEvent {
  Nanos utc;
  std::string region;
  ResidencyChange change;
  uintptr_t left_address = 0;
  uintptr_t returned_address = 0;
};

/// Remembers the pages of one region. Not thread safe.
class ResidencyTracker {
 public:
  /// `time` of the snapshots must rise; their number of pages must stay the same. The first
  /// snapshot yields an empty change.
  ResidencyChange update(std::span<const PageState> pages, Nanos time);

  /// Pages that are out of memory now, having been in it before.
  [[nodiscard]] size_t pages_out() const;

 private:
  enum class Place : unsigned char { kNeverSeen, kMapped, kUnmapped, kOut };
  struct Page {
    Place place = Place::kNeverSeen;
    Nanos last_in;    ///< The last snapshot that saw it in memory.
    Nanos first_out;  ///< The first snapshot after that.
  };

  static Place place_of(PageState state, Place before);
  void note_return(const Page& page, size_t index, Nanos time, ResidencyChange& change) const;

  std::vector<Page> pages_;
  Nanos previous_;
};

}  // namespace holdfast
