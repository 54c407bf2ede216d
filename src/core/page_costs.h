// SPDX-License-Identifier: MIT
// What page faults have cost a whole run, by owner of the page: the list of what to lock.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/glitch.h"

namespace holdfast {

/// One per run. Memory does not grow with the run: owners beyond kMostOwners are one owner.
class PageCosts {
 public:
  static constexpr size_t kMostOwners = 4096;

  void add(const Glitch& glitch);

  /// Most expensive first.
  [[nodiscard]] std::vector<PageCost> ranking() const;

 private:
  struct Entry {
    PageCost cost;
    Nanos longest;
    int64_t last_glitch = 0;
  };

  std::map<std::string, Entry> entries_;
};

}  // namespace holdfast
