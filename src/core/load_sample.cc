// SPDX-License-Identifier: MIT
#include "core/load_sample.h"

namespace holdfast {

std::string_view name_of(LoadPhase phase) {
  switch (phase) {
    case LoadPhase::kSettling:
      return "settling";
    case LoadPhase::kHolding:
      return "holding";
    case LoadPhase::kUnreachable:
      return "unreachable";
    case LoadPhase::kPassing:
      return "passing";
  }
  return "";
}

}  // namespace holdfast
