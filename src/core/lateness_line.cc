// SPDX-License-Identifier: MIT
#include "core/lateness_line.h"

#include <algorithm>

namespace holdfast {

void LatenessLine::add(Nanos since_begin, Nanos lateness) {
  if (since_begin < Nanos(0)) return;
  while (static_cast<size_t>(since_begin.count / width_.count) >= most_buckets_) halve();
  const auto index = static_cast<size_t>(since_begin.count / width_.count);
  if (index >= buckets_.size()) buckets_.resize(index + 1, -1);
  const int64_t units = std::clamp<int64_t>(lateness.count / kUnit.count, 0, INT32_MAX);
  buckets_[index] = std::max(buckets_[index], static_cast<int32_t>(units));
}

/// Two buckets become one.
void LatenessLine::halve() {
  const size_t pairs = (buckets_.size() + 1) / 2;
  for (size_t i = 0; i < pairs; i++) {
    const int32_t second = 2 * i + 1 < buckets_.size() ? buckets_[2 * i + 1] : -1;
    buckets_[i] = std::max(buckets_[2 * i], second);
  }
  buckets_.resize(pairs);
  width_ = width_ * 2;
}

}  // namespace holdfast
