// SPDX-License-Identifier: MIT
#include "report/run_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace holdfast {
namespace {

RunReport report() {
  RunReport report;
  report.command = {"jackd", "-R"};
  report.exit_code = 137;
  report.other_processes = 2;
  RunProcess process;
  process.pid = 20;
  process.name = "jackd";
  process.route = RunRoute::kPreload;
  process.plan = "auto";
  process.is_protected = true;
  process.locked_bytes = 3 * 4096;
  process.left_out_bytes = 4096;
  process.kept_warm_bytes = 4096;
  process.mapped_bytes = 1 << 20;
  process.calls = 2;
  process.calls_time = kMicrosecond * 50;
  LedgerRow row;
  row.role = MemoryRole::kLibraryText;
  row.mapping = "libc.so.6";
  row.bytes[static_cast<size_t>(PageFate::kLocked)] = 3 * 4096;
  row.bytes[static_cast<size_t>(PageFate::kLeftOut)] = 4096;
  process.regions = {row};
  RunThread thread;
  thread.id = 21;
  thread.name = "audio";
  thread.policy = SchedulingPolicy::kFifo;
  thread.priority = 70;
  thread.before = {100, 3};
  thread.after = {5, 1};
  thread.is_seen = true;
  process.threads = {thread};
  process.faults[{MemoryRole::kHeap, "[heap]"}] = {{5, 1}, kMicrosecond * 90};
  process.notes = {"no room"};
  report.processes = {process};
  return report;
}

std::vector<nlohmann::json> lines(const std::string& text) {
  std::vector<nlohmann::json> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) all.push_back(nlohmann::json::parse(line));
  return all;
}

TEST(RunText, PeopleAreToldWhatWasLockedAndWhatStillFaulted) {
  const std::string text = run_text(report());
  for (const char* words :
       {"jackd -R ended with exit code 137", "12 KiB  library text libc.so.6; no room for 4.0 KiB",
        "locked 12.0 KiB of 1.0 MiB that mlockall() would take; 2 calls",
        "thread 21 audio (SCHED_FIFO 70): page faults since it was protected: 1 major, 5 minor",
        "faults after that in heap [heap]: 1 major, 5 minor",
        "kept warm instead of locked: 4.0 KiB", "note: no room",
        "2 processes without a real-time thread"}) {
    EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
  }
}

TEST(RunText, AProgramWithoutRealTimeThreadsIsCalledThat) {
  RunReport empty;
  empty.command = {"true"};
  EXPECT_NE(run_text(empty).find("no thread became real-time"), std::string::npos);
}

TEST(RunText, JsonHasEveryFactOnce) {
  const auto all = lines(run_json(report()));
  ASSERT_EQ(all.size(), 6U);
  for (const auto& line : all) EXPECT_EQ(line["schema"], "holdfast.run/1");
  EXPECT_EQ(all[0]["event"], "region");
  EXPECT_EQ(all[0]["locked_bytes"], 12288);
  EXPECT_EQ(all[1]["event"], "thread");
  EXPECT_EQ(all[1]["major_faults_after"], 1);
  EXPECT_EQ(all[2]["event"], "fault");
  EXPECT_EQ(all[3]["note"], "no room");
  EXPECT_EQ(all[4]["event"], "process");
  EXPECT_EQ(all[4]["route"], "preload");
  EXPECT_EQ(all[5]["event"], "summary");
  EXPECT_EQ(all[5]["exit_code"], 137);
  EXPECT_EQ(all[5]["major_faults_after"], 1);
}

TEST(RunText, AProtectedProcessIsToldAtOnce) {
  const RunProcess process = report().processes.front();
  EXPECT_EQ(nlohmann::json::parse(protected_json(process))["event"], "protected");
  EXPECT_EQ(protected_text(process), "process 20 jackd: protected, 12.0 KiB locked");
}

}  // namespace
}  // namespace holdfast
