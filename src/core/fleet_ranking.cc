// SPDX-License-Identifier: MIT
#include "core/fleet_ranking.h"

#include <algorithm>
#include <map>

namespace holdfast {
namespace {

/// Adds up by name; an empty one is not ranked.
template <class NameOf>
std::vector<RankedPlace> ranking(const std::vector<CauseCount>& counts, size_t most, double error,
                                 NameOf name) {
  std::map<std::string, RankedPlace> places;
  double all = 0;
  for (const CauseCount& count : counts) {
    const std::string key = name(count);
    if (key.empty() || count.glitches <= 0) continue;
    RankedPlace& place = places[key];
    place.name = key;
    place.glitches += count.glitches;
    place.stall_seconds += count.stall_seconds;
    all += count.glitches;
  }
  std::vector<RankedPlace> ranked;
  for (auto& [key, place] : places) {
    place.share = place.glitches / all;
    const double rest = all - place.glitches;
    place.interval = {beta_quantile(place.glitches, rest + 1, error / 2),
                      beta_tail_quantile(place.glitches + 1, rest, error / 2)};
    ranked.push_back(std::move(place));
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const RankedPlace& a, const RankedPlace& b) {
    if (a.glitches != b.glitches) return a.glitches > b.glitches;
    return a.stall_seconds > b.stall_seconds;
  });
  if (ranked.size() > most) ranked.resize(most);
  return ranked;
}

}  // namespace

std::vector<RankedPlace> cause_shares(const std::vector<CauseCount>& counts, double error) {
  return ranking(counts, kFieldCauses, error, [](const CauseCount& count) { return count.cause; });
}

std::vector<RankedPlace> worst_objects(const std::vector<CauseCount>& counts, size_t most,
                                       double error) {
  return ranking(counts, most, error, [](const CauseCount& count) { return count.object; });
}

std::vector<RankedPlace> worst_symbols(const std::vector<CauseCount>& counts, size_t most,
                                       double error) {
  return ranking(counts, most, error, [](const CauseCount& count) {
    const bool is_known = !count.object.empty() && !count.symbol.empty();
    return is_known ? count.object + ": " + count.symbol : std::string();
  });
}

}  // namespace holdfast
