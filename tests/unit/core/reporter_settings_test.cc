// SPDX-License-Identifier: MIT
#include "core/reporter_settings.h"

#include <gtest/gtest.h>

#include <random>

namespace holdfast {
namespace {

constexpr const char* kInstallA = "00000000000000aa";
constexpr const char* kInstallB = "00000000000000bb";
constexpr const char* kSalt = "00000000000000cc";

TEST(ReporterSettings, ComeBackAsWritten) {
  const ReporterSettings settings = {Consent::kDetail,
                                     kInstallA,
                                     474'400,
                                     kSalt,
                                     "https://reports.example.org/a b",
                                     "token",
                                     50,
                                     {{kInstallB, 474'000}},
                                     {{kInstallB, 474'001}}};
  EXPECT_EQ(parse_reporter_settings(to_text(settings)), settings);
  EXPECT_EQ(parse_reporter_settings(to_text(ReporterSettings())), ReporterSettings());
}

TEST(ReporterSettings, WhatIsNotUnderstoodIsNoConsent) {
  EXPECT_EQ(parse_reporter_settings("consent yes please\n").consent, Consent::kOff);
  EXPECT_EQ(parse_reporter_settings("").consent, Consent::kOff);
  const ReporterSettings odd = parse_reporter_settings(
      "consent basic\r\ninstall ../../x\ninstall_hour -5\nclean_weight 99999\nformer_install x "
      "1\n");
  EXPECT_EQ(odd.consent, Consent::kOff);
  EXPECT_EQ(odd.install, "");
  EXPECT_EQ(odd.install_hour, 0);
  EXPECT_EQ(odd.clean_weight, kMostCleanWeight);
  EXPECT_TRUE(odd.former.empty());
}

TEST(ReporterSettings, LineBreaksCannotSmuggleInAnotherKey) {
  ReporterSettings settings;
  settings.url = "http://a\nconsent detail";
  EXPECT_EQ(parse_reporter_settings(to_text(settings)).consent, Consent::kOff);
}

TEST(ReporterSettings, NothingIsDrawnWithoutConsent) {
  ReporterSettings settings;
  EXPECT_FALSE(renew_install(settings, 474'400, kInstallA, kSalt));
  EXPECT_EQ(settings, ReporterSettings());
}

TEST(ReporterSettings, AnInstallLastsNinetyDays) {
  ReporterSettings settings;
  settings.consent = Consent::kBasic;
  EXPECT_TRUE(renew_install(settings, 1000, kInstallA, kSalt));
  EXPECT_EQ(settings.install, kInstallA);
  EXPECT_FALSE(renew_install(settings, 1000 + kInstallHours - 1, kInstallB, kSalt));
  EXPECT_TRUE(renew_install(settings, 1000 + kInstallHours, kInstallB, kSalt));
  EXPECT_EQ(settings.install, kInstallB);
  ASSERT_EQ(settings.former.size(), 1U);
  EXPECT_EQ(settings.former[0].install, kInstallA);
  renew_install(settings, 1000 + 3 * kInstallHours, "00000000000000dd", kSalt);
  ASSERT_EQ(settings.former.size(), 1U);
  EXPECT_EQ(settings.former[0].install, kInstallB) << "the first one is long gone";
}

TEST(ReporterSettings, AnInstallDrawnByAClockAYearAheadIsNotKeptForever) {
  ReporterSettings settings;
  settings.consent = Consent::kBasic;
  renew_install(settings, 100'000, kInstallA, kSalt);
  EXPECT_TRUE(renew_install(settings, 91'000, kInstallB, kSalt));
  EXPECT_EQ(settings.install, kInstallA);
  EXPECT_EQ(settings.install_hour, 91'000);
}

TEST(ReporterSettings, AWithdrawalAsksToDeleteEveryInstall) {
  ReporterSettings settings;
  settings.consent = Consent::kDetail;
  renew_install(settings, 1000, kInstallA, kSalt);
  renew_install(settings, 1000 + kInstallHours, kInstallB, kSalt);
  withdraw(settings, 1001 + kInstallHours);
  EXPECT_EQ(settings.consent, Consent::kOff);
  EXPECT_EQ(settings.install, "");
  ASSERT_EQ(settings.pending.size(), 2U);
  EXPECT_EQ(settings.pending[0].install, kInstallA);
  EXPECT_EQ(settings.pending[1].install, kInstallB);
}

TEST(ReporterSettings, TheSameSessionHasTheSameIdAndOthersHaveOthers) {
  ReporterSettings settings;
  settings.salt = kSalt;
  settings.install = kInstallA;
  EXPECT_EQ(session_digits(settings, "one"), session_digits(settings, "one"));
  EXPECT_NE(session_digits(settings, "one"), session_digits(settings, "two"));
  ReporterSettings other = settings;
  other.salt = kInstallB;
  EXPECT_NE(session_digits(settings, "one"), session_digits(other, "one"));
}

TEST(ReporterSettings, OneOfSoManyIsSampled) {
  std::mt19937_64 random(1);
  int sampled = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::array<uint8_t, kReportIdBytes> digits = {};
    for (uint8_t& digit : digits) digit = static_cast<uint8_t>(random());
    sampled += is_sampled(report_id(474'400, digits), 50);
    EXPECT_TRUE(is_sampled(report_id(474'400, digits), 1));
  }
  EXPECT_NEAR(sampled, 400, 80);
}

}  // namespace
}  // namespace holdfast
