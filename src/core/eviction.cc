// SPDX-License-Identifier: MIT
#include "core/eviction.h"

#include <numeric>

namespace holdfast {

std::string_view name_of(StayReason reason) {
  constexpr std::string_view kNames[kStayReasons] = {"locked",  "shared", "dirty", "not_permitted",
                                                     "no_swap", "in_use", "kept"};
  return kNames[static_cast<size_t>(reason)];
}

size_t EvictedRange::stayed_pages() const {
  return std::accumulate(stayed.begin(), stayed.end(), size_t{0});
}

EvictedRange Eviction::total() const {
  EvictedRange total;
  for (const EvictedRange& range : ranges) {
    total.size_bytes += range.size_bytes;
    total.asked += range.asked;
    total.already_out += range.already_out;
    total.left += range.left;
    total.half_out += range.half_out;
    total.unknown += range.unknown;
    for (size_t i = 0; i < kStayReasons; ++i) total.stayed[i] += range.stayed[i];
  }
  return total;
}

}  // namespace holdfast
