// SPDX-License-Identifier: MIT
#include "core/load_trend.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

size_t at(int cpu, int mem) {
  return static_cast<size_t>(kLoadBins * cpu + mem);
}

/// Coronary deaths and person-years of British doctors by age, smokers in bin 1, others in bin 0
/// (R. Doll & A. Bradford Hill 1966; the textbook example of person-time in strata). The test for
/// trend over two bins is the Mantel-Haenszel test for person-time: computed apart, z 3.3190653.
LoadTable british_doctors() {
  LoadTable table = {};
  constexpr std::array<std::array<double, 4>, 5> kAges = {{{32, 52407, 2, 18790},
                                                           {104, 43248, 12, 10673},
                                                           {206, 28612, 28, 5710},
                                                           {186, 12663, 28, 2585},
                                                           {102, 5317, 31, 1462}}};
  for (int age = 0; age < 5; ++age) {
    const auto& row = kAges[static_cast<size_t>(age)];
    table[at(age, 1)] = {row[1], row[0]};
    table[at(age, 0)] = {row[3], row[2]};
  }
  return table;
}

LoadTable turned(const LoadTable& table) {
  LoadTable other = {};
  for (int a = 0; a < kLoadBins; ++a) {
    for (int b = 0; b < kLoadBins; ++b) other[at(b, a)] = table[at(a, b)];
  }
  return other;
}

TEST(LoadTrend, IsThePublishedTestWhereGlitchesAreIndependent) {
  const LoadTrend trend = independent_load_trend(british_doctors(), LoadAxis::kMemory);
  EXPECT_NEAR(trend.z, 3.3190653, 1e-6);
  EXPECT_NEAR(trend.p_value, 9.03e-4, 1e-5);
  const LoadTrend other = independent_load_trend(turned(british_doctors()), LoadAxis::kProcessor);
  EXPECT_NEAR(other.z, 3.3190653, 1e-6);
}

/// The rate is the same at every memory use; high memory use comes with high processor use.
TEST(LoadTrend, WhatComesWithTheProcessorIsNotBlamedOnMemory) {
  LoadTable table = {};
  for (int cpu = 0; cpu < kLoadBins; ++cpu) {
    const double seconds = 100'000;
    table[at(cpu, cpu)] = {seconds, seconds * 0.001 * (cpu + 1)};
    if (cpu > 0) table[at(cpu, cpu - 1)] = {seconds, seconds * 0.001 * (cpu + 1)};
  }
  EXPECT_NEAR(independent_load_trend(table, LoadAxis::kMemory).z, 0, 1e-9);
  EXPECT_GT(independent_load_trend(table, LoadAxis::kProcessor).z, 3);
}

TEST(LoadTrend, TheScatterBetweenUsersCountsAndNotTheNumberOfGlitches) {
  LoadTable up = {};
  up[at(5, 2)] = {1000, 1};
  up[at(5, 8)] = {1000, 9};
  LoadTable down = {};
  down[at(5, 2)] = {1000, 8};
  down[at(5, 8)] = {1000, 2};
  EXPECT_GT(load_trend({up, up, up, up, up, up}, LoadAxis::kMemory).z, 2);
  const LoadTrend mixed = load_trend({up, down, up, down, up, down}, LoadAxis::kMemory);
  EXPECT_LT(mixed.z, 1);
  EXPECT_GT(mixed.p_value, 0.3);
}

TEST(LoadTrend, TooLittleTellsNothing) {
  EXPECT_EQ(load_trend({}, LoadAxis::kMemory).p_value, 1);
  EXPECT_EQ(load_trend({LoadTable{}, LoadTable{}}, LoadAxis::kMemory).p_value, 1);
  EXPECT_EQ(load_trend({british_doctors()}, LoadAxis::kMemory).p_value, 1);
  EXPECT_EQ(independent_load_trend({}, LoadAxis::kMemory).p_value, 1);
}

TEST(LoadTrend, RatesByMemoryAreToldForThirdsOfTheExposure) {
  LoadTable table = {};
  for (int cpu = 0; cpu < 9; ++cpu) table[at(cpu, cpu % 3)] = {3600, static_cast<double>(cpu)};
  const std::vector<MemoryBinRates> rates = rates_by_memory(table);
  ASSERT_EQ(rates.size(), 3U);
  EXPECT_EQ(rates[0].first_cpu_bin, 0);
  EXPECT_EQ(rates[0].last_cpu_bin, 2);
  EXPECT_EQ(rates[2].first_cpu_bin, 6);
  EXPECT_EQ(rates[1].by_memory[2].events, 5);
  EXPECT_EQ(rates[1].by_memory[2].time, 1);
  double all = 0;
  for (const MemoryBinRates& part : rates) {
    for (const EventCount& count : part.by_memory) all += count.events;
  }
  EXPECT_EQ(all, 36);
  EXPECT_TRUE(rates_by_memory({}).empty());
}

}  // namespace
}  // namespace holdfast
