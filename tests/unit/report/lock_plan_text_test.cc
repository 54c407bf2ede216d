// SPDX-License-Identifier: MIT
#include "report/lock_plan_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

LockPlan small_plan() {
  LockPlan plan;
  PlannedLock stack;
  stack.begin = 0x7f0000;
  stack.size_bytes = 65'536;
  stack.owner.role = MemoryRole::kStack;
  stack.owner.of = "audio";
  plan.locks.push_back(stack);
  PlannedLock text;
  text.reason = LockReason::kWaited;
  text.begin = 0x1000;
  text.size_bytes = 8192;
  text.owner.role = MemoryRole::kLibraryText;
  text.owner.mapping = "libm.so.6";
  text.owner.path = "/lib/libm.so.6";
  text.owner.build_id = "c0ffee";
  text.owner.symbol = "sincosf+0x40";
  text.owner.file_offset = 0x5000;
  text.owner.is_file_backed = true;
  text.major = 2;
  text.others = 1;
  text.time = kMicrosecond * 3600;
  plan.locks.push_back(text);
  plan.mapped_bytes = 10 << 20;
  return plan;
}

TEST(LockPlanText, TellsOrderSizeReasonOwnerAndCost) {
  const std::string text = lock_plan_text(small_plan(), {2 << 20, false, "--limit"});
  EXPECT_EQ(text,
            "order      KiB  why        what\n"
            "    1       64  stack      stack of thread audio\n"
            "                           its stack; how deep it is used was not seen\n"
            "    2        8  waited     libm.so.6 library text, sincosf+0x40\n"
            "                           2 major faults, 3.60 ms\n"
            "to lock: 72.0 KiB in 2 ranges (--limit: 2.0 MiB)\n"
            "mlockall() would take 10.0 MiB\n");
}

TEST(LockPlanText, TellsWhatIsLeftOutAndWhatIsGone) {
  LockPlan plan = small_plan();
  plan.left_out.push_back(plan.locks[1]);
  plan.locks.pop_back();
  plan.gone_pages = 1;
  plan.mapped_bytes = 0;
  const std::string text = lock_plan_text(plan, {65'536, false, "--limit"});
  EXPECT_NE(text.find("left out under the limit:\n    1        8  waited"), std::string::npos)
      << text;
  EXPECT_NE(text.find("; left out: 8.0 KiB\n1 page cannot be locked"), std::string::npos) << text;
  EXPECT_EQ(text.find("mlockall"), std::string::npos);
}

TEST(LockPlanText, PeopleSeeTheFirst40RowsAndTheSumOfTheRest) {
  LockPlan plan;
  plan.locks.assign(42, small_plan().locks[1]);
  const std::string text = lock_plan_text(plan, {0, true, "your lock limit"});
  EXPECT_NE(text.find("  ...       16  and 2 smaller matters"), std::string::npos) << text;
  EXPECT_NE(text.find("(your lock limit: unlimited)"), std::string::npos) << text;
}

TEST(LockPlanText, JsonHasWhatFindsThePagesAgainInAnotherRun) {
  EXPECT_EQ(lock_plan_json(small_plan(), {0, true, "your lock limit"}),
            R"({"schema":"holdfast.plan/1","event":"lock","order":1,"reason":"stack",)"
            R"("address":"0x7f0000","size_bytes":65536,"where":"stack","of":"audio",)"
            R"("mapping":null,"path":null,"build_id":null,"file_offset_bytes":null,)"
            R"("symbol":null,"major_faults":0,"other_faults":0,"fault_ns":0})"
            "\n"
            R"({"schema":"holdfast.plan/1","event":"lock","order":2,"reason":"waited",)"
            R"("address":"0x1000","size_bytes":8192,"where":"library text","of":null,)"
            R"("mapping":"libm.so.6","path":"/lib/libm.so.6","build_id":"c0ffee",)"
            R"("file_offset_bytes":20480,"symbol":"sincosf+0x40","major_faults":2,)"
            R"("other_faults":1,"fault_ns":3600000})"
            "\n"
            R"({"schema":"holdfast.plan/1","event":"summary","locks":2,"locked_bytes":73728,)"
            R"("left_out_bytes":0,"limit_bytes":null,"limit_source":"your lock limit",)"
            R"("mlockall_bytes":10485760,"gone_pages":0})"
            "\n");
}

}  // namespace
}  // namespace holdfast
