// SPDX-License-Identifier: MIT
#include "core/field_report.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(FieldReport, ConsentsComeBackAsWritten) {
  for (const Consent consent : {Consent::kOff, Consent::kBasic, Consent::kDetail}) {
    EXPECT_EQ(parse_consent(name_of(consent)), consent);
  }
  EXPECT_FALSE(parse_consent("yes"));
}

TEST(FieldReport, CausesAreThoseOfTheSchema) {
  EXPECT_EQ(name_of(FieldCause::kMajorFault), "major_fault");
  EXPECT_EQ(name_of(FieldCause::kMinorFault), "minor_fault");
  EXPECT_EQ(name_of(FieldCause::kScheduling), "sched");
  EXPECT_EQ(name_of(FieldCause::kDevice), "device");
  EXPECT_EQ(name_of(FieldCause::kApp), "app");
  EXPECT_EQ(name_of(FieldCause::kUnknown), "unknown");
}

TEST(FieldReport, ABinIsTenPercentAndTheLastHasTheHundred) {
  EXPECT_EQ(load_bin(0), 0);
  EXPECT_EQ(load_bin(9), 0);
  EXPECT_EQ(load_bin(10), 1);
  EXPECT_EQ(load_bin(99), 9);
  EXPECT_EQ(load_bin(100), 9);
  EXPECT_EQ(load_bin(-3), 0);
}

/// The id of the schema's example: 2024-02-13, 16 h.
TEST(FieldReport, AnIdTellsTheHourAndIsOtherwiseRandom) {
  const std::array<uint8_t, kReportIdBytes> random = {0xfc, 0x3e, 0x1b, 0x1d, 0x2f,
                                                      0x6a, 0x5c, 0x8e, 0x0d, 0x11};
  EXPECT_EQ(report_id(474'400, random), "018da332-5000-7c3e-9b1d-2f6a5c8e0d11");
  EXPECT_EQ(report_id(-5, {}), "00000000-0000-7000-8000-000000000000");
}

TEST(FieldReport, IdsSortByTime) {
  EXPECT_LT(report_id(474'400, {0xff, 0xff}), report_id(474'401, {}));
}

TEST(FieldReport, WordsHoldOnlyWhatTheSchemaAllows) {
  EXPECT_EQ(field_word("TwistedWave 29.1.2"), "twistedwave-29.1.2");
  EXPECT_EQ(field_word("a/b\"c\n"), "a-b-c-");
  EXPECT_EQ(field_word(""), "unknown");
  EXPECT_EQ(field_word(std::string(200, 'x')).size(), 64U);
}

TEST(FieldReport, TextsArePrintableAndShort) {
  EXPECT_EQ(field_text("a\nb\xc3\xa9", 99), "a?b??");
  EXPECT_EQ(field_text("abcdef", 3), "abc");
}

}  // namespace
}  // namespace holdfast
