// SPDX-License-Identifier: MIT
#include "core/report_forms.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(ReportForms, HoursAreReadAsTheyAreWritten) {
  EXPECT_EQ(parse_report_hour("1970-01-01T00Z"), 0);
  EXPECT_EQ(parse_report_hour("2024-02-13T16Z"), 474400);
  for (const int64_t hour :
       {int64_t{0}, int64_t{23}, int64_t{24}, int64_t{474400}, int64_t{999999}}) {
    EXPECT_EQ(parse_report_hour(report_hour_text(hour)), hour);
  }
}

TEST(ReportForms, DaysAndHoursThatNoCalendarHasAreRefused) {
  for (const char* text :
       {"", "2024-02-30T16Z", "2023-02-29T16Z", "2024-13-01T16Z", "2024-02-13T24Z", "2024-02-13T16",
        "2024-02-13T1Z", "2024-02-13 16Z", "1969-12-31T23Z", "2024-02-13T16:00Z", "+024-02-13T16Z",
        "2024-02-13T16Zx"}) {
    EXPECT_FALSE(parse_report_hour(text)) << text;
  }
  EXPECT_TRUE(parse_day("2024-02-29"));
  EXPECT_EQ(day_text(*parse_day("2024-02-29")), "2024-02-29");
}

TEST(ReportForms, IdsAreReadAsTheyAreWritten) {
  const std::string text = "018da332-5000-7c3e-9b1d-2f6a5c8e0d11";
  const auto id = parse_report_id(text);
  ASSERT_TRUE(id);
  EXPECT_EQ((*id)[0], 0x01);
  EXPECT_EQ((*id)[15], 0x11);
  EXPECT_EQ(report_id_text(*id), text);
}

TEST(ReportForms, OnlyIdsOfVersion7WithAWholeHourAreIds) {
  for (const char* text :
       {"018da332-5000-4c3e-9b1d-2f6a5c8e0d11", "018da332-5000-7c3e-1b1d-2f6a5c8e0d11",
        "018da332-5001-7c3e-9b1d-2f6a5c8e0d11", "018DA332-5000-7C3E-9B1D-2F6A5C8E0D11",
        "018da33250007c3e9b1d2f6a5c8e0d11", "018da332-5000-7c3e-9b1d-2f6a5c8e0d1",
        "018da332-5000-7c3e-9b1d-2f6a5c8e0d111", "018da332+5000-7c3e-9b1d-2f6a5c8e0d11", ""}) {
    EXPECT_FALSE(parse_report_id(text)) << text;
  }
}

TEST(ReportForms, InstallationsAreSixteenDigits) {
  EXPECT_EQ(parse_install("9f2c7d1e5b3a4860"), 0x9f2c7d1e5b3a4860U);
  EXPECT_EQ(install_text(0x0f2c7d1e5b3a4860U), "0f2c7d1e5b3a4860");
  for (const char* text : {"", "9f2c7d1e5b3a486", "9f2c7d1e5b3a48600", "9F2C7D1E5B3A4860",
                           "0x2c7d1e5b3a4860", "-f2c7d1e5b3a4860"}) {
    EXPECT_FALSE(parse_install(text)) << text;
  }
}

TEST(ReportForms, PlainNamesHaveFewLetters) {
  EXPECT_TRUE(is_plain_name("my-editor_2.0"));
  EXPECT_TRUE(is_plain_name(std::string(64, 'a')));
  EXPECT_FALSE(is_plain_name(std::string(65, 'a')));
  for (const char* text : {"", "A", "a b", "<script>", "a/b", "\xc3\xa4"}) {
    EXPECT_FALSE(is_plain_name(text)) << text;
  }
}

TEST(ReportForms, PrintableTextHasNoControlCharacters) {
  EXPECT_TRUE(is_printable_text("<script>alert(1)</script> \xc3\xa4\xe2\x80\xae"));
  for (const std::string& text :
       {std::string("a\nb"), std::string("a\0b", 3), std::string("\x7f"), std::string("\x1b[2J"),
        std::string("\xc2\x9b"
                    "2J")}) {
    EXPECT_FALSE(is_printable_text(text));
  }
}

}  // namespace
}  // namespace holdfast
