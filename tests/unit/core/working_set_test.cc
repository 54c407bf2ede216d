// SPDX-License-Identifier: MIT
#include "core/working_set.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

SeenFault fault(uint64_t address, FaultKind kind, std::optional<Nanos> duration,
                const char* symbol = "") {
  SeenFault seen;
  seen.address = address;
  seen.kind = kind;
  seen.duration = duration;
  seen.owner.symbol = symbol;
  return seen;
}

TEST(WorkingSet, FaultsOfOnePageAddUp) {
  WorkingSet set(4096);
  set.add(fault(0x1010, FaultKind::kMajor, Nanos(300)));
  set.add(fault(0x1ff8, FaultKind::kMinor, Nanos(20)));
  set.add(fault(0x1000, FaultKind::kUnknown, std::nullopt));
  ASSERT_EQ(set.pages().size(), 1U);
  const TouchedPage& page = set.pages().at(0x1000);
  EXPECT_EQ(page.major, 1);
  EXPECT_EQ(page.others, 2);
  EXPECT_EQ(page.time, Nanos(320));
}

TEST(WorkingSet, TheOwnerIsThatOfTheLongestFault) {
  WorkingSet set(4096);
  set.add(fault(0x1010, FaultKind::kMinor, Nanos(20), "short"));
  set.add(fault(0x1020, FaultKind::kMajor, Nanos(300), "long"));
  set.add(fault(0x1030, FaultKind::kMinor, Nanos(30), "middle"));
  EXPECT_EQ(set.pages().at(0x1000).owner.symbol, "long");
}

TEST(WorkingSet, PagesAreAsLargeAsToldNot4KiB) {
  WorkingSet set(65'536);
  set.add(fault(0x1010, FaultKind::kMinor, Nanos(1)));
  set.add(fault(0xf000, FaultKind::kMinor, Nanos(1)));
  EXPECT_EQ(set.pages().size(), 1U);
}

TEST(WorkingSet, WhatFindsNoRoomIsCounted) {
  WorkingSet set(1);
  for (uint64_t i = 0; i < WorkingSet::kMostPages + 3; ++i) {
    set.add(fault(i, FaultKind::kMinor, Nanos(1)));
  }
  set.add(fault(0, FaultKind::kMinor, Nanos(1)));
  EXPECT_EQ(set.pages().size(), WorkingSet::kMostPages);
  EXPECT_EQ(set.not_kept(), 3);
}

}  // namespace
}  // namespace holdfast
