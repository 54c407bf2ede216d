// SPDX-License-Identifier: MIT
#include "core/lock_tally.h"

#include <algorithm>

namespace holdfast {

void LockTally::add(const AuditedCall& call) {
  const std::string caller =
      call.stack.empty() ? "" : frame_text(call.stack[find_caller(call.stack)]);
  auto sum = std::ranges::find_if(callers_, [&](const CallerSum& known) {
    return known.kind == call.call.kind && known.caller == caller;
  });
  if (sum == callers_.end()) {
    callers_.push_back({caller, call.call.kind, 0, 0, 0, 0});
    sum = std::prev(callers_.end());
  }
  ++calls_;
  ++sum->calls;
  if (call.has_succeeded()) {
    sum->asked_bytes +=
        static_cast<int64_t>(std::min<uint64_t>(call.call.size_bytes, INT64_MAX / 4));
  } else {
    ++failed_;
    ++sum->failed;
    sum->last_error = call.error;
  }
  const auto left = call.room.left_bytes();
  if (left) least_left_bytes_ = std::min(least_left_bytes_.value_or(*left), *left);
}

}  // namespace holdfast
