// SPDX-License-Identifier: MIT
#include "report/field_report_json.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace holdfast {
namespace {

nlohmann::ordered_json example_report() {
  std::ifstream file(HF_SOURCE_DIR "/tests/fixtures/field_reports/report-v1.json");
  return nlohmann::ordered_json::parse(file);
}

GlitchHistory example_history(const nlohmann::ordered_json& glitch) {
  const auto& hist = glitch["hist"];
  return {hist["before"], hist["cpu"], hist["mem"]};
}

/// The values of the example, by hand.
FieldReport example_values() {
  const nlohmann::ordered_json example = example_report();
  FieldReport report;
  report.id = "018da332-5000-7c3e-9b1d-2f6a5c8e0d11";
  report.app = {"twistedwave", "29.1.2", "20240213.1"};
  report.install = "9f2c7d1e5b3a4860";
  report.consent = Consent::kDetail;
  report.session = {"capture", 474'400, 61'250, 0, "clean"};
  report.system = {"linux", "6.1.0-28", "x86_64", 16, 15872, 8192, "ac"};
  report.audio = {"pipewire", "usb", 48000, 128, 2, "fifo", 70};
  report.protection = {"parts", "session", 4312, 512, 8192, false, true};
  report.exposure = {2'940'000, 512, 22'969, 2, 8000, 10'667, 14};
  report.cells = {{2, 6, 4, 0}, {3, 6, 9, 0}, {3, 7, 11, 0}, {4, 7, 13, 0}, {5, 7, 6, 0},
                  {5, 8, 7, 0}, {6, 8, 4, 0}, {7, 8, 3, 0},  {8, 9, 2, 1},  {9, 9, 2, 1}};
  report.faults = {3, 41, 5120, 9984, 1'893'000};
  report.glitches = {{14'013, 384, 8000, FieldCause::kMajorFault, 0.97, 9120, "libasound.so.2",
                      "text", "snd_pcm_mmap_commit", true, example_history(example["glitches"][0])},
                     {41'200, 128, 2667, FieldCause::kScheduling, 0.71, 3100, "", "", "", true,
                      example_history(example["glitches"][1])}};
  report.library = "holdfast 0.1.0";
  return report;
}

TEST(FieldReportJson, IsTheExampleOfTheSchemaToTheByte) {
  EXPECT_EQ(field_report_json(example_values()), example_report().dump());
}

TEST(FieldReportJson, BasicConsentTellsNoPagesAndNoHistory) {
  FieldReport report = example_values();
  report.consent = Consent::kBasic;
  const auto json = nlohmann::json::parse(field_report_json(report));
  EXPECT_EQ(json["consent"], "basic");
  for (const auto& glitch : json["glitches"]) {
    for (const char* name : {"object", "section", "symbol", "hist"}) {
      EXPECT_FALSE(glitch.contains(name)) << name;
    }
    EXPECT_TRUE(glitch.contains("cause"));
  }
}

TEST(FieldReportJson, NamesOfStrangersAreText) {
  FieldReport report = example_values();
  report.glitches[0].symbol = "<script>\"\\\n\x01\xff";
  const auto json = nlohmann::json::parse(field_report_json(report));
  EXPECT_EQ(json["glitches"][0]["symbol"], "<script>\"\\\n\x01\xEF\xBF\xBD");
}

TEST(FieldReportJson, ADeletionSaysOnlyWhose) {
  const DeletionRequest request = {
      "018da332-5000-7c3e-9b1d-2f6a5c8e0d11", {"a", "1", "2"}, "9f2c7d1e5b3a4860", "holdfast 1"};
  EXPECT_EQ(deletion_json(request),
            R"({"schema":1,"report_id":"018da332-5000-7c3e-9b1d-2f6a5c8e0d11","kind":"deletion",)"
            R"("app":{"id":"a","version":"1","build":"2"},"install":"9f2c7d1e5b3a4860",)"
            R"("lib":"holdfast 1"})");
}

}  // namespace
}  // namespace holdfast
