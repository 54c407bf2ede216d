// SPDX-License-Identifier: MIT
// Lines about page faults at a pace that people can read: a program that starts takes thousands a
// second. What is not shown is counted and said, never dropped in silence.
#pragma once

#include <string>

#include "base/quantity.h"
#include "core/seen_faults.h"

namespace holdfast {

/// One thread, one caller; `now` must not go back. Every text has its line breaks, or is empty.
class FaultLines {
 public:
  static constexpr int kMostPerSecond = 50;

  /// What to print for a fault told at `now`, named by its time `when` as in fault_text().
  std::string add(const SeenFault& fault, const std::string& when, Nanos now);

  /// To be asked now and then: once the second is over, what was not shown in it.
  std::string turn(Nanos now);

  /// What was not shown since: "and 1234 more page faults, 3 of them major, 1.20 ms in all".
  std::string rest();

 private:
  Nanos second_begin_;
  int shown_ = 0;
  FaultTotals hidden_;
};

}  // namespace holdfast
