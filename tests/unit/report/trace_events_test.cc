// SPDX-License-Identifier: MIT
#include "report/trace_events.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

TEST(TraceEvents, GlitchesAndFaultsAreSlicesOnTheKernelsClock) {
  const auto json = nlohmann::json::parse(trace_events_json(test::shown_facts()));
  std::map<std::string, int> phases;
  nlohmann::json fault;
  for (const auto& event : json["traceEvents"]) {
    phases[event["ph"].get<std::string>()]++;
    if (event["name"] == "major fault") fault = event;
  }
  EXPECT_EQ(phases["X"], 2);
  EXPECT_EQ(phases["M"], 4);
  EXPECT_GT(phases["C"], 10);
  EXPECT_DOUBLE_EQ(fault["ts"], 1'100'010);
  EXPECT_DOUBLE_EQ(fault["dur"], 900);
  EXPECT_EQ(fault["args"]["owner"], "libfoo.so library text");
}

TEST(TraceEvents, ShareOfARegionInMemoryIsACounter) {
  const auto json = nlohmann::json::parse(trace_events_json(test::facts_with_regions()));
  std::vector<double> shares;
  for (const auto& event : json["traceEvents"]) {
    if (event["name"] == "in memory: stack of audio (%)") shares.push_back(event["args"]["value"]);
  }
  EXPECT_EQ(shares, (std::vector<double>{100, 100, 60, 90}));
}

TEST(TraceEvents, WhatIsNotKnownIsNoEvent) {
  const auto json = nlohmann::json::parse(trace_events_json(test::shown_facts()));
  for (const auto& event : json["traceEvents"]) {
    if (event["ph"] != "C") continue;
    EXPECT_GE(event["args"]["value"], 0) << event;
  }
}

}  // namespace
}  // namespace holdfast
