// SPDX-License-Identifier: MIT
#include "report/fault_lines.h"

#include <utility>

#include "report/duration_text.h"
#include "report/fault_text.h"

namespace holdfast {

std::string FaultLines::add(const SeenFault& fault, const std::string& when, Nanos now) {
  std::string text = turn(now);
  if (shown_ < kMostPerSecond) {
    shown_++;
    return text + fault_text(fault, when) + "\n";
  }
  hidden_.add(fault);
  return text;
}

std::string FaultLines::turn(Nanos now) {
  if (now - second_begin_ < kSecond) return "";
  second_begin_ = now;
  shown_ = 0;
  return rest();
}

std::string FaultLines::rest() {
  const FaultTotals hidden = std::exchange(hidden_, {});
  if (hidden.faults == 0) return "";
  return "and " + std::to_string(hidden.faults) + " more page " +
         (hidden.faults == 1 ? "fault, " : "faults, ") + std::to_string(hidden.major) +
         " of them major, " + duration_text(hidden.time) + " in all\n";
}

}  // namespace holdfast
