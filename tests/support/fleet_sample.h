// SPDX-License-Identifier: MIT
// A small fleet with everything in it that pages show, and markup in every text that comes in with
// reports.
#pragma once

#include "core/fleet_overview.h"

namespace holdfast::test {

inline constexpr const char* kMarkup = "<script>alert('x')</script>&\"";

inline FleetOverview sample_fleet() {
  FleetOverview fleet;
  const SessionSums locked{40, 1000, 2, 3, 60'000'000, 100};
  const SessionSums open{50, 1000, 8, 12, 60'000'000, 400};
  fleet.apps = {"my-editor"};
  fleet.versions = {"1.0"};
  fleet.by_arm = {{"all", 3, locked}, {"none", 1, open}, {"none", 2, open}};
  fleet.by_day = {{"20000", 3, locked}, {"20002", 1, open}, {"20002", 2, open}};
  fleet.by_version = fleet.by_arm;
  fleet.by_os = {{kMarkup, 1, open}};
  fleet.by_backend = {{kMarkup, 1, open}};
  fleet.cells[0][19] = {3600, 6};
  fleet.cells[1][12] = {7200, 1};
  fleet.cells[1][98] = {3600, 20};
  fleet.causes = {{"major_fault", "", "", {20, 40'000'000}}, {kMarkup, "", "", {7, 0}}};
  fleet.worst_places = {{"major_fault", kMarkup, kMarkup, {20, 40'000'000}}};
  fleet.installs = {12, 9};
  fleet.worst_installs = {{"my-editor", 0x1234, kMarkup, 100, 5, 9}};
  fleet.glitched_reports = {{{1, 2, 3}, "my-editor", kMarkup, "none", 480'000, 2}};
  return fleet;
}

}  // namespace holdfast::test
