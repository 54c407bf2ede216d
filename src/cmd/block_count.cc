// SPDX-License-Identifier: MIT
#include "cmd/block_count.h"

#include <algorithm>

namespace holdfast::cmd {
namespace {

/// Glitches nearer to each other are one episode.
constexpr Nanos kEpisode = kSecond;

bool has_page_fault(const Glitch& glitch) {
  return std::any_of(glitch.budget.begin(), glitch.budget.end(),
                     [](const BudgetPart& part) { return part.kind == CauseKind::kPageFault; });
}

bool is_new_episode(const Glitch& glitch, std::optional<Nanos>& last) {
  const bool is_new = !last || glitch.gap.due - *last >= kEpisode;
  last = glitch.gap.woke;
  return is_new;
}

}  // namespace

void BlockCount::take(const Glitch& glitch) {
  if (!time_.holds(glitch.gap.due)) return;
  ++result_.glitches;
  result_.missing_frames += glitch.gap.missing.count;
  result_.episodes += static_cast<int64_t>(is_new_episode(glitch, last_));
  if (!has_page_fault(glitch)) return;
  ++result_.page_fault_glitches;
  result_.page_fault_episodes += static_cast<int64_t>(is_new_episode(glitch, last_page_fault_));
}

double counted_seconds(const CountedTime& time, Nanos now) {
  return std::max(0.0, static_cast<double>((std::min(now, time.end) - time.begin).count) / 1e9);
}

}  // namespace holdfast::cmd
