// SPDX-License-Identifier: MIT
#include "report/fault_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

SeenFault text_fault() {
  SeenFault fault;
  fault.time = Nanos(5);
  fault.address = 0x7f0012345010;
  fault.owner.role = MemoryRole::kLibraryText;
  fault.owner.mapping = "libm.so.6";
  fault.owner.symbol = "sincosf+0x40";
  fault.owner.is_file_backed = true;
  fault.toucher = "work+0x12";
  fault.kind = FaultKind::kMajor;
  fault.duration = Nanos(3'610'000);
  fault.asleep = Nanos(1'390'000);
  return fault;
}

TEST(FaultText, LineSaysWhatWhereAndHowLong) {
  EXPECT_EQ(fault_text(text_fault(), "12:00"),
            "12:00 major fault, 3.61 ms, 1.39 ms of it asleep: libm.so.6 library text, "
            "sincosf+0x40 (7f0012345010); touched by work+0x12");
}

TEST(FaultText, NothingIsSaidTwice) {
  SeenFault fault = text_fault();
  fault.toucher = fault.owner.symbol;
  fault.asleep = Nanos(0);
  EXPECT_EQ(fault_text(fault, "12:00"),
            "12:00 major fault, 3.61 ms: libm.so.6 library text, sincosf+0x40 (7f0012345010)");
  SeenFault nowhere;
  nowhere.kind = FaultKind::kMinor;
  nowhere.address = 0x1000;
  nowhere.duration = Nanos(900);
  nowhere.asleep = Nanos(0);
  nowhere.is_in_kernel = true;
  EXPECT_EQ(fault_text(nowhere, "12:00"),
            "12:00 minor fault, 900 ns: unknown 0x1000; touched by the kernel on its behalf");
}

TEST(FaultText, WhatWasNotSeenIsSaid) {
  SeenFault fault = text_fault();
  fault.asleep.reset();
  EXPECT_NE(fault_text(fault, "").find("3.61 ms, time asleep not known:"), std::string::npos);
  fault.duration.reset();
  EXPECT_NE(fault_text(fault, "").find("major fault, its begin was not seen:"), std::string::npos);
  fault.kind = FaultKind::kUnknown;
  EXPECT_NE(fault_text(fault, "").find(" fault, its end was not seen:"), std::string::npos);
}

TEST(FaultText, JsonHasEveryField) {
  EXPECT_EQ(fault_json(text_fault(), Nanos(0)),
            R"({"schema":"holdfast.fault/1","utc":"1970-01-01T00:00:00.000000Z","mono_ns":5,)"
            R"("address":"0x7f0012345010","where":"library text","of":null,"mapping":"libm.so.6",)"
            R"("symbol":"sincosf+0x40","backing":"file","kind":"major","duration_ns":3610000,)"
            R"("asleep_ns":1390000,"toucher":"work+0x12","is_in_kernel":false})");
}

TEST(FaultText, JsonOfWhatIsNotKnownIsNull) {
  SeenFault fault;
  fault.address = 0x1000;
  EXPECT_EQ(fault_json(fault, Nanos(0)),
            R"({"schema":"holdfast.fault/1","utc":"1970-01-01T00:00:00.000000Z","mono_ns":0,)"
            R"("address":"0x1000","where":null,"of":null,"mapping":null,"symbol":null,)"
            R"("backing":null,"kind":null,"duration_ns":null,"asleep_ns":null,"toucher":null,)"
            R"("is_in_kernel":false})");
}

TEST(FaultText, LevelIsSaidInWords) {
  EXPECT_EQ(observation_text(Observation::kPolls),
            "observing: counters of the thread, read now and then: amounts, but no pages");
  EXPECT_EQ(observation_json(Nanos(0), Observation::kPolls),
            R"({"schema":"holdfast.residency/1","event":"observation",)"
            R"("utc":"1970-01-01T00:00:00.000000Z","level":"polls","statement":)"
            R"("counters of the thread, read now and then: amounts, but no pages"})");
}

}  // namespace
}  // namespace holdfast
