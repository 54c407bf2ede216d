// SPDX-License-Identifier: MIT
#include "report/page_owner_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

PageOwner owner_of(MemoryRole role) {
  PageOwner owner;
  owner.role = role;
  return owner;
}

TEST(PageOwnerText, StackIsNamedAfterItsThread) {
  PageOwner owner = owner_of(MemoryRole::kStack);
  owner.of = "audio";
  EXPECT_EQ(owner_text(owner, 0x1000), "stack of thread audio");
}

TEST(PageOwnerText, FileIsNamedBySymbolElseBySectionAndOffset) {
  PageOwner owner = owner_of(MemoryRole::kLibraryText);
  owner.mapping = "libm.so.6";
  owner.is_file_backed = true;
  owner.section = ".text";
  owner.file_offset = 0x1234;
  EXPECT_EQ(owner_text(owner, 0x1000), "libm.so.6 library text (.text) at offset 0x1234");
  owner.symbol = "sincosf+0x40";
  EXPECT_EQ(owner_text(owner, 0x1000), "libm.so.6 library text, sincosf+0x40");
}

TEST(PageOwnerText, AddressIsSaidWhereNothingElseIsKnown) {
  EXPECT_EQ(owner_text(PageOwner(), 0xabc), "unknown 0xabc");
  PageOwner heap = owner_of(MemoryRole::kHeap);
  heap.mapping = "[heap]";
  EXPECT_EQ(owner_text(heap, 0xabc), "heap");
}

TEST(PageOwnerText, BackingFollowsFromTheFileAndFromTheIo) {
  PageOwner owner = owner_of(MemoryRole::kAnonymous);
  EXPECT_EQ(backing_text(owner, true), "swap");
  EXPECT_EQ(backing_text(owner, false), "anonymous");
  owner.is_file_backed = true;
  EXPECT_EQ(backing_text(owner, false), "file");
}

}  // namespace
}  // namespace holdfast
