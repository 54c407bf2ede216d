// SPDX-License-Identifier: MIT
#include "report/diagnosis_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

Diagnosis sample_diagnosis() {
  Diagnosis diagnosis;
  diagnosis.program = "holdfast 0.1.0";
  diagnosis.utc = kSecond * 1'707'841'585;
  diagnosis.folder = "holdfast-x";
  diagnosis.members = {{"limits.txt", "the limits", "abc", std::string(64, 'a')},
                       {"session-1/trace.hft", "the facts", std::string(3000, '\0'), "f"}};
  diagnosis.gaps = {{"kernel log", "not \"readable\"", "run as root"}, {"a session", "none", ""}};
  return diagnosis;
}

TEST(DiagnosisText, ManifestHasSizeAndDigestOfEachMember) {
  const auto json = nlohmann::json::parse(manifest_json(sample_diagnosis()));
  EXPECT_EQ(json["schema"], "holdfast.diagnosis/1");
  EXPECT_EQ(json["utc"], "2024-02-13T16:26:25.000000Z");
  EXPECT_EQ(json["full"], false);
  ASSERT_EQ(json["members"].size(), 2U);
  EXPECT_EQ(json["members"][0]["sha256"], std::string(64, 'a'));
  EXPECT_EQ(json["members"][1]["size_bytes"], 3000);
  EXPECT_EQ(json["members"][1]["name"], "session-1/trace.hft");
}

TEST(DiagnosisText, ManifestSaysWhatIsMissingAndWhy) {
  const auto json = nlohmann::json::parse(manifest_json(sample_diagnosis()));
  EXPECT_EQ(json["missing"][0]["why"], "not \"readable\"");
  EXPECT_EQ(json["missing"][0]["how_to_get_it"], "run as root");
  EXPECT_TRUE(json["missing"][1]["how_to_get_it"].is_null());
}

TEST(DiagnosisText, ListShowsAllOfIt) {
  const std::string text = diagnosis_text(sample_diagnosis());
  for (const char* const part : {"       3 B  limits.txt           the limits\n",
                                 "   2.9 KiB  session-1/trace.hft  the facts\n",
                                 "missing  kernel log: not \"readable\" -- run as root\n",
                                 "missing  a session: none\n", "--full keeps"}) {
    EXPECT_TRUE(test::mentions(text, part)) << part << "in\n" << text;
  }
}

TEST(DiagnosisText, InFullItIsSaid) {
  Diagnosis diagnosis = sample_diagnosis();
  diagnosis.is_full = true;
  EXPECT_TRUE(test::mentions(diagnosis_text(diagnosis), "With names of this host"));
  EXPECT_TRUE(test::mentions(manifest_json(diagnosis), "\"full\":true"));
}

}  // namespace
}  // namespace holdfast
