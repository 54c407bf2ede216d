// SPDX-License-Identifier: MIT
#include "report/audit_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr uint64_t kTextPage = 4096;

AuditedCall refused_call() {
  AuditedCall call;
  call.index = 1;
  call.thread = 2345;
  call.thread_name = "audio";
  call.is_realtime = true;
  call.call = {LockCallKind::kMlock, 0x7f0000, 100 << 10, 0};
  call.result = -1;
  call.error = 12;
  call.room = {0, 64 << 10, false};
  call.object = "heap";
  CallFrame libc;
  libc.owner.mapping = "libc.so.6";
  libc.owner.symbol = "mlock+0x7";
  CallFrame ours;
  ours.owner.mapping = "synth";
  ours.owner.symbol = "Engine::lock+0x20";
  call.stack = {libc, ours};
  return call;
}

TEST(AuditText, ARefusedCallSaysWhoAskedForWhatAndWhy) {
  EXPECT_EQ(call_text(refused_call(), kTextPage),
            "00:00:00.000000 UTC audio 2345 RT          mlock                    100.0 KiB  ENOMEM "
            "      64.0 KiB  synth Engine::lock: heap\n"
            "    refused: the lock limit is 64.0 KiB, 64.0 KiB of it left; raise it (ulimit -l, "
            "limits.conf)\n");
}

TEST(AuditText, ColumnsStandBelowTheirHeadings) {
  AuditedCall call = refused_call();
  call.error = 0;
  call.result = 0;
  call.room.is_exempt = true;
  const std::string text = call_text(call, kTextPage);
  EXPECT_EQ(text.find("synth"), audit_heading().find("caller"));
  EXPECT_EQ(text.find("mlock "), audit_heading().find("call "));
  EXPECT_NE(text.find("ok  "), std::string::npos);
  EXPECT_NE(text.find("unlimited"), std::string::npos);
}

TEST(AuditText, ACallThatNeverReturnedSaysSo) {
  AuditedCall call = refused_call();
  call.result.reset();
  call.error = 0;
  call.stack.clear();
  const std::string text = call_text(call, kTextPage);
  EXPECT_NE(text.find("no return"), std::string::npos);
  EXPECT_NE(text.find("unknown: heap"), std::string::npos);
}

TEST(AuditText, TheStackHasALinePerFunction) {
  EXPECT_EQ(stack_text(refused_call()), "    libc.so.6 mlock\n    synth Engine::lock\n");
}

TEST(AuditText, CallersAreATableAndNothingWithoutCalls) {
  LockTally tally;
  EXPECT_EQ(callers_text(tally), "");
  tally.add(refused_call());
  EXPECT_EQ(callers_text(tally),
            "  calls  failed        size  call             caller\n"
            "      1       1              mlock            synth Engine::lock\n");
}

TEST(AuditText, TheSummaryEndsInTheVerdict) {
  AuditSummary summary;
  summary.calls = 1;
  summary.processes = 2;
  summary.threads = 1;
  summary.open_bytes = 8192;
  summary.holds = false;
  summary.program_exit_code = 0;
  EXPECT_EQ(
      audit_summary_text(summary),
      "1 call in 2 processes, 0 refused; no lock limit held\n"
      "the program ended with exit code 0\n"
      "NOT LOCKED: 8.0 KiB that 1 thread had in use can leave memory; holdfast plan finds the "
      "part that matters\n");
}

TEST(AuditText, WhereNothingWasFollowedNoCallsAreCounted) {
  AuditSummary summary;
  summary.has_followed = false;
  summary.holds = true;
  summary.threads = 1;
  EXPECT_EQ(audit_summary_text(summary), "everything that 1 thread had in use was locked\n");
}

TEST(AuditText, ASummaryTellsOfSignalsLimitsAndWhatIsUnknown) {
  AuditSummary summary;
  summary.processes = 1;
  summary.least_left_bytes = 4096;
  summary.program_signal = 11;
  EXPECT_EQ(audit_summary_text(summary),
            "0 calls in 1 process, 0 refused; the least that was left under the lock limit: 4.0 "
            "KiB\n"
            "the program was ended by signal 11\n"
            "what is locked could not be looked at: the program ended too suddenly\n");
  summary.holds = true;
  summary.threads = 2;
  EXPECT_NE(audit_summary_text(summary).find("everything that 2 threads had in use was locked"),
            std::string::npos);
}

}  // namespace
}  // namespace holdfast
