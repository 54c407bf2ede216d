// SPDX-License-Identifier: MIT
// Which share of each region was in memory over the time of a run: from kResidency records and the
// lines that name them. The share is of the pages that the process has used, so that a library of
// which it never needed most is not shown as lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/reading_line.h"
#include "core/regions.h"
#include "rt/record.h"

namespace holdfast {

/// Per mille of the used pages that are in memory, rounded down: 1000 only when all are. Nothing
/// when none was used.
std::optional<int64_t> in_permille(const ResidencyRecord& record);

/// One region.
struct RegionLine {
  static constexpr size_t kMostReadings = 8192;

  RegionKind kind = RegionKind::kAnonymous;
  std::string name;
  ReadingLine<ResidencyRecord> readings{ReadingLine<ResidencyRecord>::kFinest, kMostReadings};
  /// When the smallest share was in memory, for the first time; nothing: no page was ever used.
  std::optional<ResidencyRecord> worst;

  [[nodiscard]] bool has_lost_pages() const { return worst && worst->out > 0; }
};

/// Takes a run's lines and records, in their order. One thread.
class ResidencyHistory {
 public:
  static constexpr size_t kMostRegions = 128;  ///< A crafted trace cannot exhaust memory.

  /// One whole line of text; others than its own are ignored.
  void take_line(std::string_view line);
  /// A record of a region without a name is ignored.
  void add(const ResidencyRecord& record);

  /// Those of which any page was ever used: first those that lost pages, the thread's own and the
  /// program's before the libraries', then the largest loss; then the others.
  [[nodiscard]] std::vector<const RegionLine*> ranked() const;
  /// Not looked at: too large, or too many.
  [[nodiscard]] uint64_t passed_over_regions() const { return passed_over_regions_; }
  [[nodiscard]] uint64_t passed_over_pages() const { return passed_over_pages_; }

 private:
  void take_region(std::string_view rest);
  void take_passed_over(std::string_view rest);

  std::map<uint32_t, RegionLine> regions_;
  uint64_t passed_over_regions_ = 0;
  uint64_t passed_over_pages_ = 0;
};

}  // namespace holdfast
