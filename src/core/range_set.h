// SPDX-License-Identifier: MIT
// A set of addresses, for adding up memory of which no byte may count twice: a lock is charged
// once, however often it is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace holdfast {

/// Ranges [begin, end), merged where they meet. One thread.
class RangeSet {
 public:
  /// An empty or reversed range adds nothing.
  void add(uintptr_t begin, uintptr_t end);

  /// How many bytes of [begin, end) are not in the set.
  [[nodiscard]] size_t missing_bytes(uintptr_t begin, uintptr_t end) const;

  [[nodiscard]] size_t size_bytes() const;

 private:
  std::map<uintptr_t, uintptr_t> ends_;  ///< By the begin.
};

}  // namespace holdfast
