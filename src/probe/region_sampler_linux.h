// SPDX-License-Identifier: MIT
// Where the pages of each region of a process are, over time: looks at all of them together, now
// and then, and writes down what has changed. It reads pagemap and mincore, never smaps: that one
// holds up whoever maps memory meanwhile. How often it looks follows from what looking costs.
#pragma once

#include <sys/types.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "core/used_pages.h"
#include "probe/residency_linux.h"
#include "rt/record.h"

namespace holdfast::probe {

/// Samples one process. One thread calls, never an audio thread: a look takes up to some
/// milliseconds.
class RegionSampler {
 public:
  static constexpr Nanos kEvery = kMillisecond * 250;
  /// Looking may take one part in so many of one processor: a costly look is followed by a pause.
  static constexpr int64_t kCostShare = 1000;
  static constexpr Nanos kRepeatEvery = kSecond * 10;  ///< What has not changed is written again.
  static constexpr size_t kMostPages = 32'768;         ///< 128 MiB, looked at together.
  static constexpr size_t kMostRegions = 96;           ///< Named in one run.

  /// Errors: kUnavailable when the process is gone, or does not let us look.
  static Result<RegionSampler> open(pid_t pid, std::string root = "/proc");

  /// What there is to be looked at from now on, in the order in which it matters; before the first
  /// look, and when mappings have changed. Takes the regions for as long as they fit. Appends lines
  /// that name them. When the process has ended, nothing is looked at any more.
  void lay_out(std::vector<Region> regions, std::vector<Record>& facts);

  /// Looks when it is time to, and appends kResidency records.
  void look(std::vector<Record>& facts);

 private:
  struct Known {
    uint32_t number = 0;
    RegionKind kind = RegionKind::kAnonymous;
    UsedPages pages;
    std::optional<ResidencyRecord> last;  ///< As written.
    bool is_laid_out = false;             ///< Is looked at now.
  };
  /// Numbers are by kind and name: two kinds may have the same one.
  using Key = std::pair<RegionKind, std::string>;

  explicit RegionSampler(pid_t pid, std::string root) : pid_(pid), root_(std::move(root)) {}
  std::vector<Region> affordable(std::vector<Region> regions, std::vector<Record>& facts);
  Known* known_region(const Region& region, std::vector<Record>& facts);
  void tell_vanished(std::vector<Record>& facts);
  void look_at_all(Nanos now, std::vector<Record>& facts);
  static void write(const ResidencyRecord& record, Known& known, std::vector<Record>& facts);

  pid_t pid_;
  std::string root_;
  std::optional<ResidencyProbe> probe_;
  std::map<Key, Known> known_;   ///< Elements stay where they are.
  std::vector<Known*> watched_;  ///< Beside the regions of probe_.
  std::vector<PageState> pages_;
  std::array<size_t, 2> passed_over_ = {};  ///< Regions and pages, as told.
  Nanos next_look_;
};

}  // namespace holdfast::probe
