// SPDX-License-Identifier: MIT
#include "core/take_markers.h"

#include <algorithm>
#include <cstdio>

namespace holdfast {
namespace {

/// "128 frames lost (2.67 ms)".
std::string loss_text(const Gap& gap, int64_t rate_hz) {
  if (gap.missing == Frames(0) && gap.error == Frames(0)) return "nothing lost";
  char text[160];
  const double milliseconds =
      static_cast<double>(gap.missing.count) * 1e3 / static_cast<double>(rate_hz);
  const char* unit = gap.missing == Frames(1) ? "frame" : "frames";
  if (gap.is_exact) {
    std::snprintf(text, sizeof text, "%lld %s lost (%.2f ms)",
                  static_cast<long long>(gap.missing.count), unit, milliseconds);
  } else {
    std::snprintf(text, sizeof text, "about %lld %s lost (%.2f ms, +-%lld frames)",
                  static_cast<long long>(gap.missing.count), unit, milliseconds,
                  static_cast<long long>(gap.error.count));
  }
  return text;
}

/// "page fault in libasound.so.2".
std::string cause_text(const Glitch& glitch) {
  std::string text(name_of(glitch.cause));
  std::replace(text.begin(), text.end(), '_', ' ');
  if (glitch.cause == CauseKind::kUnexplained) return "cause unknown";
  if (glitch.budget.empty()) return text;
  const BudgetPart& part = glitch.budget.front();
  if (part.kind != glitch.cause) return text;
  if (glitch.cause == CauseKind::kRunQueue && !part.by.empty()) return text + " behind " + part.by;
  const std::string& mapping = part.owner.mapping;
  if (mapping.empty()) return text;
  return text + " in " + mapping.substr(mapping.rfind('/') + 1);
}

}  // namespace

std::string marker_name(const Glitch& glitch, int64_t rate_hz) {
  return "glitch " + std::to_string(glitch.index) + ": " + loss_text(glitch.gap, rate_hz) + " - " +
         cause_text(glitch);
}

std::string marker_name(const TakeGap& gap, int64_t rate_hz) {
  if (gap.own == Frames(0)) return "glitch: " + loss_text(gap.gap, rate_hz);
  const std::string ours = gap.own < gap.gap.missing
                               ? ", " + std::to_string(gap.own.count) + " of them by the recorder"
                               : " by the recorder";
  return "recorder overflow: " + loss_text(gap.gap, rate_hz) + ours;
}

void TakeMarkers::add(const TakeGap& gap) {
  const int64_t position = gap.gap.position.count;
  version_++;
  const auto named = gap.own > Frames(0) ? names_.end() : names_.find(position);
  markers_[position] = {gap.gap.position, gap.gap.missing,
                        named != names_.end() ? named->second : marker_name(gap, rate_hz_)};
  if (gap.own > Frames(0)) names_.erase(position);
}

void TakeMarkers::name(const Glitch& glitch) {
  const int64_t position = glitch.gap.position.count;
  const std::string& name = names_[position] = marker_name(glitch, rate_hz_);
  const auto marker = markers_.find(position);
  if (marker == markers_.end()) return;
  marker->second.name = name;
  version_++;
}

std::vector<Marker> TakeMarkers::list() const {
  std::vector<Marker> all;
  all.reserve(markers_.size());
  for (const auto& [position, marker] : markers_) all.push_back(marker);
  return all;
}

std::vector<Marker> TakeMarkers::unnamed() const {
  std::vector<Marker> rest;
  for (const auto& [position, marker] : markers_) {
    if (names_.count(position) == 0) rest.push_back(marker);
  }
  return rest;
}

}  // namespace holdfast
