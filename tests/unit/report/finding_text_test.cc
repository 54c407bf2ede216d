// SPDX-License-Identifier: MIT
#include "report/finding_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace holdfast {
namespace {

Finding refused_lock() {
  Finding finding;
  finding.group = "lock";
  finding.name = "everything";
  finding.status = FindingStatus::kFail;
  finding.evidence =
      "asked for everything (9.6 MiB): refused (Cannot allocate memory); the limit is 8.0 MiB";
  finding.effect = "parts of the audio program can be pushed out of memory.";
  finding.fix = "sudo holdfast doctor --fix limits";
  finding.remedy = "limits";
  finding.needs_login = true;
  return finding;
}

Finding passed_timer() {
  Finding finding;
  finding.group = "machine";
  finding.name = "timers";
  finding.status = FindingStatus::kPass;
  finding.evidence = "resolution 1 ns";
  return finding;
}

std::string joined(const std::vector<FindingLine>& lines) {
  std::string text;
  for (const FindingLine& line : lines) text += line.text + "\n";
  return text;
}

TEST(FindingText, SaysStatusEvidenceEffectAndFix) {
  EXPECT_EQ(joined(finding_lines(refused_lock())),
            "  FAIL     everything     asked for everything (9.6 MiB): refused (Cannot\n"
            "                          allocate memory); the limit is 8.0 MiB\n"
            "           Effect: parts of the audio program can be pushed out of memory.\n"
            "           Fix:    sudo holdfast doctor --fix limits (holds after the next\n"
            "                   login)\n");
  EXPECT_EQ(joined(finding_lines(passed_timer())), "  PASS     timers         resolution 1 ns\n");
}

TEST(FindingText, OnlyWhatFailedIsAlarming) {
  EXPECT_TRUE(finding_lines(refused_lock()).front().is_alarming);
  EXPECT_FALSE(finding_lines(refused_lock()).back().is_alarming);
  EXPECT_FALSE(finding_lines(passed_timer()).front().is_alarming);
}

TEST(FindingText, NoLineIsWiderThanATerminal) {
  Finding finding = refused_lock();
  for (int i = 0; i < 40; ++i) finding.evidence += " some more words of evidence";
  for (const FindingLine& line : finding_lines(finding)) EXPECT_LE(line.text.size(), 79U);
}

TEST(FindingText, AWordThatIsTooLongStandsAlone) {
  Finding finding = passed_timer();
  finding.evidence = "a " + std::string(100, 'x') + " b";
  const auto lines = finding_lines(finding);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[1].text.find(std::string(100, 'x')), std::string::npos);
}

TEST(FindingText, TheSummaryNamesTheFirstThingToDo) {
  const std::vector<Finding> findings = {passed_timer(), refused_lock()};
  EXPECT_EQ(findings_summary(findings),
            "1 failed, 0 warnings, 1 passed, 0 unknown\n"
            "First: sudo holdfast doctor --fix limits (holds after the next login)\n");
  EXPECT_EQ(findings_summary(std::vector<Finding>{passed_timer()}),
            "0 failed, 0 warnings, 1 passed, 0 unknown\n");
}

TEST(FindingText, ABlockToPasteHasOneEntryForEach) {
  EXPECT_EQ(paste_text(std::vector<Finding>{passed_timer()}, "holdfast 0.1", "Linux, 2 processors"),
            "holdfast 0.1 on Linux, 2 processors\n"
            "PASS    machine, timers: resolution 1 ns\n"
            "0 failed, 0 warnings, 1 passed, 0 unknown\n");
}

TEST(FindingText, HidesNamesButNotPartsOfWords) {
  const std::vector<std::string> names = {"anna", "studio-pc"};
  EXPECT_EQ(without_names("Anna's Studio-PC: annabel, /home/anna/x, studio", names),
            "(name)'s (name): annabel, /home/(name)/x, studio");
  EXPECT_EQ(without_names("", names), "");
  EXPECT_EQ(without_names("anna", {}), "anna");
}

TEST(FindingText, HidesNamesOfAnyCharactersWhereverTheyStandAlone) {
  const std::vector<std::string> names = {"ann", "ann.lee", "j\u00f6rg", "a+(b", ""};
  EXPECT_EQ(without_names("ann-synth, x_ann_y, Ann\u2019s iPhone, annex, joann", names),
            "(name)-synth, x_(name)_y, (name)\u2019s iPhone, annex, joann");
  EXPECT_EQ(without_names("/mnt/ann.lee/j\u00f6rg/a+(b, j\u00f6rgen", names),
            "/mnt/(name)/(name)/(name), j\u00f6rgen");
}

TEST(FindingText, JsonHoldsEveryField) {
  const auto json = nlohmann::json::parse(finding_json(refused_lock()));
  EXPECT_EQ(json["schema"], "holdfast.doctor/1");
  EXPECT_EQ(json["event"], "finding");
  EXPECT_EQ(json["group"], "lock");
  EXPECT_EQ(json["status"], "FAIL");
  EXPECT_EQ(json["remedy"], "limits");
  EXPECT_EQ(json["needs_login"], true);
  EXPECT_EQ(json.size(), 10U);
}

TEST(FindingText, JsonEndsInTheCounts) {
  const auto json = nlohmann::json::parse(findings_summary_json(
      std::vector<Finding>{passed_timer(), refused_lock()}, "holdfast 0.1", "Linux"));
  EXPECT_EQ(json["event"], "summary");
  EXPECT_EQ(json["failed"], 1);
  EXPECT_EQ(json["passed"], 1);
  EXPECT_EQ(json["remedies"], nlohmann::json::array({"limits"}));
}

}  // namespace
}  // namespace holdfast
