// SPDX-License-Identifier: MIT
#include "core/report_validator.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "core/report_forms.h"

namespace holdfast {
namespace {

constexpr int64_t kSeedHour = 474400;  // 2024-02-13T16Z, of the seeds

std::string report_seed(const std::string& name) {
  std::ifstream file(HF_SOURCE_DIR "/tests/fuzz/seeds/field_reports/" + name + ".json");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string replaced_in(std::string text, const std::string& what, const std::string& instead) {
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), instead);
}

std::string refusal_of(const std::string& text) {
  return ReportValidator().check(text, kSeedHour).refusal;
}

/// What a glitched report is told when `what` in it is replaced.
std::string refusal_with(const std::string& what, const std::string& instead) {
  return refusal_of(replaced_in(report_seed("glitched"), what, instead));
}

TEST(ReportValidator, EverySeedIsGood) {
  for (const char* name : {"glitched", "clean", "basic", "deletion"}) {
    EXPECT_EQ(refusal_of(report_seed(name)), "") << name;
  }
}

TEST(ReportValidator, WhatItReadsIsWhatStandsThere) {
  const CheckedReport checked = ReportValidator().check(report_seed("glitched"), kSeedHour);
  const ReceivedReport& report = checked.report;
  EXPECT_EQ(report_id_text(report.id), "018da332-5000-7c3e-9b1d-2f6a5c8e0d11");
  EXPECT_EQ(report.app, "twistedwave");
  EXPECT_EQ(report.version, "29.1.2");
  EXPECT_EQ(install_text(report.install), "9f2c7d1e5b3a4860");
  EXPECT_EQ(report.start_hour, kSeedHour);
  EXPECT_EQ(report.exposure_ms(), 61'250);
  EXPECT_EQ(report.os, "linux");
  EXPECT_EQ(report.backend, "pipewire");
  EXPECT_EQ(report.arm, "parts");
  EXPECT_EQ(report.frames_lost, 512);
  EXPECT_EQ(report.cells.size(), 10U);
  ASSERT_EQ(report.listed.size(), 2U);
  EXPECT_EQ(report.listed[0].symbol, "snd_pcm_mmap_commit");
  EXPECT_EQ(report.listed[0].before, 25);
  EXPECT_EQ(report.listed[0].cpu_percent.size(), 30U);
  EXPECT_DOUBLE_EQ(report.listed[1].confidence, 0.71);
}

TEST(ReportValidator, ADeletionNamesItsInstallation) {
  const CheckedReport checked = ReportValidator().check(report_seed("deletion"), 0);
  EXPECT_TRUE(checked.is_good());
  EXPECT_EQ(checked.report.kind, ReportKind::kDeletion);
  EXPECT_EQ(install_text(checked.report.install), "9f2c7d1e5b3a4860");
}

TEST(ReportValidator, UnknownFieldsAreRefusedAndNamedEverywhere) {
  const std::pair<const char*, const char*> places[] = {
      {"\"schema\":", "user"},
      {"\"version\":", "app.user"},
      {"\"direction\":", "session.user"},
      {"\"os_version\":", "system.user"},
      {"\"device_class\":", "audio.user"},
      {"\"assigned\":", "protect.user"},
      {"\"callbacks\":", "exposure.user"},
      {"\"axes\":", "cells.user"},
      {"\"rt_major\":", "faults.user"},
      {"\"t_ms\":", "glitches.user"},
      {"\"step_ms\":", "glitches.hist.user"},
  };
  for (const auto& [before, name] : places) {
    const std::string why = refusal_with(before, "\"user\":\"jane\"," + std::string(before));
    EXPECT_EQ(why, std::string(name) + ": is not in schema 1, or is there twice");
  }
}

TEST(ReportValidator, AFieldThatIsThereTwiceIsRefused) {
  EXPECT_EQ(refusal_with("\"install\":", "\"install\":\"9f2c7d1e5b3a4861\",\"install\":"),
            "install: is not in schema 1, or is there twice");
}

TEST(ReportValidator, EveryFieldMustBeThere) {
  for (const char* name :
       {"report_id", "schema",        "kind",       "app",    "install",          "consent",
        "session",   "sample_weight", "protect",    "faults", "glitches_dropped", "lib",
        "power",     "rt_priority",   "gap_us_sum", "axes",   "psi_mem_some_us",  "confidence",
        "symbol",    "hist",          "before"}) {
    const std::string quoted = "\"" + std::string(name) + "\":";
    EXPECT_NE(refusal_with(quoted, "\"x\":").find(std::string(name) + ": is missing"),
              std::string::npos)
        << name << ": " << refusal_with(quoted, "\"x\":");
  }
}

TEST(ReportValidator, AFutureSchemaIsNamed) {
  EXPECT_EQ(refusal_with("\"schema\":1", "\"schema\":2"), "schema: is 2; this collector reads 1");
  EXPECT_EQ(refusal_with("\"schema\":1", "\"schema\":\"1\""), "schema: must be an integer");
}

TEST(ReportValidator, BoundsAreKept) {
  const std::pair<const char*, const char*> cases[] = {
      {"\"duration_ms\":61250", "\"duration_ms\":86400001"},
      {"\"duration_ms\":61250", "\"duration_ms\":-1"},
      {"\"duration_ms\":61250", "\"duration_ms\":61250.5"},
      {"\"duration_ms\":61250", "\"duration_ms\":1e400"},
      {"\"duration_ms\":61250", "\"duration_ms\":18446744073709551615"},
      {"\"sample_weight\":1", "\"sample_weight\":0"},
      {"\"sample_weight\":1", "\"sample_weight\":1001"},
      {"\"confidence\":0.97", "\"confidence\":1.01"},
      {"\"confidence\":0.97", "\"confidence\":-0.1"},
      {"\"confidence\":0.97", "\"confidence\":NaN"},
      {"[2,6,4,0]", "[10,6,4,0]"},
      {"[2,6,4,0]", "[2,-1,4,0]"},
      {"[2,6,4,0]", "[2,6,4]"},
      {"[2,6,4,0]", "[2,6,4,0,0]"},
      {"[2,6,4,0]", "7"},
      {"\"cpu\":[77", "\"cpu\":[101"},
      {"\"cpu\":[77", "\"cpu\":[77,77"},
      {"\"before\":25", "\"before\":31"},
      {"\"cause\":\"major_fault\"", "\"cause\":\"ghosts\""},
      {"\"end\":\"clean\"", "\"end\":\"Clean\""},
      {"\"text_locked\":false", "\"text_locked\":0"},
      {"\"object\":\"libasound.so.2\"", "\"object\":\"/home/jane/lib.so\""},
      {"\"id\":\"twistedwave\"", "\"id\":\"Twisted Wave\""},
      {"\"axes\":[\"cpu10\",\"mem10\"]", "\"axes\":[\"mem10\",\"cpu10\"]"},
      {"\"app\":{", "\"app\":[],\"x\":{"},
  };
  for (const auto& [what, instead] : cases) EXPECT_NE(refusal_with(what, instead), "") << instead;
}

TEST(ReportValidator, ListsHaveAnEnd) {
  std::string row = "[2,6,4,0]";
  std::string many = row;
  for (int i = 0; i < 100; i++) many += "," + row;
  EXPECT_EQ(refusal_with(row, many), "cells.rows: has more than 100 entries");
  EXPECT_EQ(refusal_with("\"symbol\":\"snd", "\"symbol\":\"" + std::string(121, 'x')),
            "glitches.symbol: is longer than 120 bytes");
}

TEST(ReportValidator, BasicConsentAllowsNoDetails) {
  const std::string all_but_consent =
      replaced_in(report_seed("glitched"), "\"detail\"", "\"basic\"");
  EXPECT_EQ(refusal_of(all_but_consent), "glitches.object: needs consent to details");
}

TEST(ReportValidator, MarkupIsData) {
  const std::string script = "<script>alert('x')</script>";
  const std::string text = replaced_in(report_seed("glitched"), "snd_pcm_mmap_commit", script);
  const CheckedReport checked = ReportValidator().check(text, kSeedHour);
  EXPECT_EQ(checked.refusal, "");
  EXPECT_EQ(checked.report.listed[0].symbol, script);
}

TEST(ReportValidator, TextsThatAreNoTextAreRefused) {
  for (const char* symbol : {"a\\u0000b", "a\\nb", "\\ud800", "\\udc00", "\\u009b", "\\u007f"}) {
    EXPECT_NE(refusal_with("snd_pcm_mmap_commit", symbol), "") << symbol;
  }
  EXPECT_NE(refusal_with("snd_pcm_mmap_commit", "\xff\xfe"), "");
  EXPECT_NE(refusal_with("snd_pcm_mmap_commit", std::string("a\0b", 3)), "");
}

TEST(ReportValidator, WhatIsNoReportIsRefused) {
  const std::string good = report_seed("clean");
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[]"), std::string("null"), std::string("1"),
        good.substr(0, good.size() / 2), good + good, good + "x", std::string(4'000'000, '['),
        std::string(20, '[') + std::string(20, ']'), std::string(kLongestReport + 1, ' ')}) {
    EXPECT_NE(refusal_of(text), "") << text.substr(0, 60);
  }
}

TEST(ReportValidator, GoesOnAfterARefusal) {
  ReportValidator validator;
  EXPECT_FALSE(validator.check("[[[[[", kSeedHour).is_good());
  EXPECT_TRUE(validator.check(report_seed("clean"), kSeedHour).is_good());
}

TEST(ReportValidator, NamesTheReportThatItRefuses) {
  const CheckedReport checked =
      ReportValidator().check(replaced_in(report_seed("clean"), "\"kind\"", "\"sort\""), kSeedHour);
  EXPECT_EQ(checked.refusal, "kind: is missing");
  EXPECT_EQ(report_id_text(checked.report.id), "018da332-5000-7c3e-9b1d-2f6a5c8e0d12");
}

}  // namespace
}  // namespace holdfast
