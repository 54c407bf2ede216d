// SPDX-License-Identifier: MIT
// A workload as people write it: "bytes=1M,rare=90%,paths=64,period=500ms".
#pragma once

#include <string>
#include <string_view>

#include "base/quantity.h"
#include "base/result.h"
#include "rt/workload.h"

namespace holdfast {

/// What a workload text says; what it does not say stays as it is here.
struct WorkloadWish {
  int64_t size_bytes = int64_t{1} << 20;
  double rare_share = 0.9;
  int paths = Workload::kMostPaths;
  Nanos period = kMillisecond * 500;  ///< In which all that is rare comes round once.

  friend bool operator==(const WorkloadWish&, const WorkloadWish&) = default;
};

/// Any of the four parts, in any order; empty: all as they are. Errors: kUsage, with what is
/// allowed.
Result<WorkloadWish> parse_workload(std::string_view text);

/// All four parts.
std::string to_text(const WorkloadWish& wish);

/// For blocks of this length.
WorkloadShape shape_of(const WorkloadWish& wish, Nanos block);

}  // namespace holdfast
