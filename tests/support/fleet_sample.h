// SPDX-License-Identifier: MIT
// A small fleet with everything in it that pages show, and markup in every text that comes in with
// reports.
#pragma once

#include <string>
#include <vector>

#include "core/fleet_overview.h"

namespace holdfast::test {

inline constexpr const char* kMarkup = "<script>alert('x')</script>&\"";

/// A group of five buckets, nearly all of it in the first.
inline void add_group(std::vector<SessionGroup>& groups, const std::string& name, int bucket,
                      SessionSums sums) {
  const SessionSums one{1, 1, 0, 0, 0, 0};
  sums.reports -= 4;
  sums.sessions -= 4;
  groups.push_back({name, bucket, sums});
  for (int more = 1; more <= 4; ++more) groups.push_back({name, bucket + 8 * more, one});
}

inline FleetOverview sample_fleet() {
  FleetOverview fleet;
  const SessionSums locked{40, 1000, 2, 3, 60'000'000, 100};
  const SessionSums open{50, 1000, 8, 12, 60'000'000, 400};
  fleet.apps = {"my-editor"};
  fleet.versions = {"1.0"};
  add_group(fleet.by_arm, "all", 3, locked);
  add_group(fleet.by_arm, "none", 1, open);
  fleet.by_arm.push_back({"none", 2, open});
  fleet.by_version = fleet.by_arm;
  add_group(fleet.by_day, "20000", 3, locked);
  add_group(fleet.by_day, "20002", 1, open);
  fleet.by_day.push_back({"20002", 2, open});
  add_group(fleet.by_os, kMarkup, 1, open);
  add_group(fleet.by_backend, kMarkup, 1, open);
  for (size_t bucket = 0; bucket < 5; ++bucket) {
    fleet.cells[bucket][19] = {720, 1 + (bucket == 0)};
    fleet.cells[bucket][12] = {1440, bucket == 1};
    fleet.cells[bucket][98] = {720, 4};
  }
  for (int i = 0; i < 40; ++i) {
    const double use = 0.5 + 0.01 * (i % 7);
    fleet.histories.push_back({{use, i % 4 == 0 ? 0.5 : 0.9}, {{0.5, 0.6}, {0.54, 0.8}}, i % 10});
  }
  fleet.causes = {{"major_fault", "", "", {20, 40'000'000}}, {kMarkup, "", "", {7, 0}}};
  fleet.worst_places = {{"major_fault", kMarkup, kMarkup, {20, 40'000'000}}};
  fleet.installs = {12, 9};
  fleet.worst_installs = {{"my-editor", 0x1234, kMarkup, 100, 5, 9}};
  fleet.glitched_reports = {{{1, 2, 3}, "my-editor", kMarkup, "none", 480'000, 2}};
  return fleet;
}

}  // namespace holdfast::test
