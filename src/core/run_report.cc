// SPDX-License-Identifier: MIT
#include "core/run_report.h"

namespace holdfast {

std::string_view name_of(RunRoute route) {
  switch (route) {
    case RunRoute::kNone:
      return "none";
    case RunRoute::kPreload:
      return "preload";
    case RunRoute::kAttach:
      return "attach";
  }
  return "";
}

}  // namespace holdfast
