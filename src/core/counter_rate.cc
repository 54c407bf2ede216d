// SPDX-License-Identifier: MIT
#include "core/counter_rate.h"

namespace holdfast {

std::optional<double> CounterRate::add(Nanos now, int64_t counter) {
  const bool is_first = begin_counter_ < 0 || counter < begin_counter_;
  const Nanos elapsed = now - begin_;
  const bool is_moved = counter != begin_counter_;
  if (!is_first && (elapsed < shortest_ || (!is_moved && elapsed < longest_))) return std::nullopt;
  const auto grown = static_cast<double>(counter - begin_counter_);
  begin_ = now;
  begin_counter_ = counter;
  if (is_first || elapsed.count <= 0) return std::nullopt;
  return grown * static_cast<double>(kSecond.count) / static_cast<double>(elapsed.count);
}

}  // namespace holdfast
