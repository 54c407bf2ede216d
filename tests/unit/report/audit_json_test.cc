// SPDX-License-Identifier: MIT
#include "report/audit_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace holdfast {
namespace {

using nlohmann::json;

AuditedCall some_call() {
  AuditedCall call;
  call.index = 3;
  call.pid = 2340;
  call.thread = 2345;
  call.process = "jackd";
  call.thread_name = "audio";
  call.call = {LockCallKind::kMlock, 0x7f0000, 1196, 0};
  call.result = 0;
  call.room = {4096, 64 << 10, false};
  CallFrame frame;
  frame.address = 0x401000;
  frame.owner.mapping = "libjackserver.so.0";
  frame.owner.path = "/usr/lib/libjackserver.so.0";
  frame.owner.symbol = "Jack::Lock+0x10";
  frame.owner.file_offset = 0x1000;
  frame.owner.is_file_backed = true;
  call.stack.push_back(frame);
  return call;
}

TEST(AuditJson, ACallHasItsSizeResultRoomAndStack) {
  const json call = json::parse(audit_call_json(some_call(), 4096));
  EXPECT_EQ(call["schema"], "holdfast.audit_call/1");
  EXPECT_EQ(call["call"], "mlock");
  EXPECT_EQ(call["effect"], "lock");
  EXPECT_EQ(call["address"], "0x7f0000");
  EXPECT_EQ(call["size_bytes"], 1196);
  EXPECT_EQ(call["result"], 0);
  EXPECT_TRUE(call["errno"].is_null());
  EXPECT_EQ(call["left_bytes"], 60 << 10);
  EXPECT_EQ(call["caller"], "libjackserver.so.0 Jack::Lock");
  ASSERT_EQ(call["stack"].size(), 1U);
  EXPECT_EQ(call["stack"][0]["symbol"], "Jack::Lock+0x10");
  EXPECT_EQ(call["stack"][0]["file_offset_bytes"], 0x1000);
}

TEST(AuditJson, ARefusalHasItsErrnoAndAReason) {
  AuditedCall call = some_call();
  call.result = -1;
  call.error = 12;
  call.call.size_bytes = 100 << 10;
  call.call.kind = LockCallKind::kMlock2;
  const json refused = json::parse(audit_call_json(call, 4096));
  EXPECT_EQ(refused["errno"], "ENOMEM");
  EXPECT_NE(refused["why"].get<std::string>().find("64.0 KiB"), std::string::npos);
}

TEST(AuditJson, WhatIsNotKnownIsNull) {
  AuditedCall call = some_call();
  call.result.reset();
  call.stack.clear();
  call.room.limit_bytes.reset();
  const json unknown = json::parse(audit_call_json(call, 4096));
  EXPECT_TRUE(unknown["result"].is_null());
  EXPECT_TRUE(unknown["caller"].is_null());
  EXPECT_TRUE(unknown["limit_bytes"].is_null());
  EXPECT_TRUE(unknown["left_bytes"].is_null());
}

TEST(AuditJson, EffectsHaveWords) {
  AuditedCall call = some_call();
  const auto effect = [&](LockCallKind kind) {
    call.call.kind = kind;
    return json::parse(audit_call_json(call, 4096))["effect"].get<std::string>();
  };
  EXPECT_EQ(effect(LockCallKind::kMunlock), "unlock");
  EXPECT_EQ(effect(LockCallKind::kMadvise), "advice");
  EXPECT_EQ(effect(LockCallKind::kLimit), "limit");
}

TEST(AuditJson, CoverageHasARegionPerRow) {
  ThreadCoverage coverage;
  coverage.thread.policy = SchedulingPolicy::kFifo;
  coverage.thread.rt_priority = 70;
  coverage.moment = CoverageMoment::kBeforeUnlock;
  coverage.regions = {{RegionKind::kStack, "stack", 0x7000, 8192, 8192, 4096, 4096},
                      {RegionKind::kAnonymous, "other", 0x9000, 8192, 8192, 0, 8192}};
  const json parsed = json::parse(audit_coverage_json(coverage));
  EXPECT_EQ(parsed["schema"], "holdfast.audit_coverage/1");
  EXPECT_EQ(parsed["policy"], "SCHED_FIFO");
  EXPECT_EQ(parsed["moment"], "before_unlock");
  EXPECT_EQ(parsed["open_bytes"], 4096);
  EXPECT_FALSE(parsed["holds"].get<bool>());
  ASSERT_EQ(parsed["regions"].size(), 2U);
  EXPECT_EQ(parsed["regions"][0]["kind"], "stack");
  EXPECT_EQ(parsed["regions"][1]["kind"], "anonymous");
  EXPECT_FALSE(parsed["regions"][1]["is_judged"].get<bool>());
}

TEST(AuditJson, SumsMissingThingsAndTheSummaryHaveTheirSchemas) {
  const CallerSum sum = {"synth lock", LockCallKind::kMmap, 2, 1, 4096, 11};
  const json caller = json::parse(audit_caller_json(sum));
  EXPECT_EQ(caller["schema"], "holdfast.audit_caller/1");
  EXPECT_EQ(caller["last_errno"], "EAGAIN");
  const json missing = json::parse(audit_missing_json({"no symbols", ""}));
  EXPECT_EQ(missing["schema"], "holdfast.audit_missing/1");
  EXPECT_TRUE(missing["how_to_get_it"].is_null());
  AuditSummary end;
  end.program_exit_code = 7;
  const json summary = json::parse(audit_summary_json(end));
  EXPECT_EQ(summary["schema"], "holdfast.audit_summary/1");
  EXPECT_EQ(summary["program_exit_code"], 7);
  EXPECT_TRUE(summary["holds"].is_null());
  EXPECT_TRUE(summary["program_signal"].is_null());
}

}  // namespace
}  // namespace holdfast
