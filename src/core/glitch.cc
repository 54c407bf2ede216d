// SPDX-License-Identifier: MIT
#include "core/glitch.h"

namespace holdfast {

std::string_view name_of(CauseKind kind) {
  switch (kind) {
    case CauseKind::kPageFault:
      return "page_fault";
    case CauseKind::kRunQueue:
      return "run_queue";
    case CauseKind::kCallback:
      return "callback";
    case CauseKind::kBlocked:
      return "blocked";
    case CauseKind::kStopped:
      return "stopped";
    case CauseKind::kLateWake:
      return "late_wake";
    case CauseKind::kHostPause:
      return "host_pause";
    case CauseKind::kServer:
      return "server";
    case CauseKind::kDevice:
      return "device";
    case CauseKind::kUnexplained:
      return "unexplained";
  }
  return "unexplained";
}

std::string_view name_of(LossSource source) {
  switch (source) {
    case LossSource::kClient:
      return "client";
    case LossSource::kServer:
      return "server";
    case LossSource::kDevice:
      return "device";
  }
  return "device";
}

}  // namespace holdfast
