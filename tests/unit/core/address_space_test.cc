// SPDX-License-Identifier: MIT
#include "core/address_space.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace holdfast {
namespace {

AddressSpace space_of(std::initializer_list<const char*> lines) {
  AddressSpace space;
  for (const char* line : lines) space.take_line(line);
  return space;
}

/// A program, a library, a heap, a stack of thread 21 inside of anonymous memory.
AddressSpace usual_space() {
  return space_of({"maps 20", "program /usr/bin/editor", "map 1000 2000 r-xp 0 aa /usr/bin/editor",
                   "map 2000 3000 rw-p 1000 aa /usr/bin/editor", "map 3000 5000 rw-p 0 - [heap]",
                   "map 7000 9000 rw-p 0 -", "map a000 b000 r-xp 0 bb /usr/lib/libfoo.so",
                   "map f000 10000 rw-p 0 - [stack]", "thread 20 editor", "thread 21 audio",
                   "stack 21 7000 8000", "tls 21 7f00 8000"});
}

TEST(AddressSpace, NamesTheThreadOfAStackAndOfItsStorage) {
  const AddressSpace space = usual_space();
  EXPECT_EQ(space.owner_of(0x7000, 21).role, MemoryRole::kStack);
  EXPECT_EQ(space.owner_of(0x7000, 21).of, "audio");
  EXPECT_EQ(space.owner_of(0x7f00, 21).role, MemoryRole::kTls);
  EXPECT_EQ(space.owner_of(0x7f00, 21).of, "audio");
  EXPECT_EQ(space.owner_of(0x8000, 21).role, MemoryRole::kAnonymous);
  EXPECT_EQ(space.bad_lines(), 0U);
}

TEST(AddressSpace, AnotherThreadsStackIsNamedAfterThatThread) {
  EXPECT_EQ(usual_space().owner_of(0x7100, 20).of, "audio");
}

TEST(AddressSpace, TheMainStackIsNamedAfterTheMainThread) {
  const PageOwner owner = usual_space().owner_of(0xf000, 21);
  EXPECT_EQ(owner.role, MemoryRole::kStack);
  EXPECT_EQ(owner.of, "editor");
}

TEST(AddressSpace, AStackThatHasGrownSinceIsStillAStack) {
  AddressSpace space = usual_space();
  space.take_line("stack 20 c000 10000");
  EXPECT_EQ(space.owner_of(0xd000, 20).role, MemoryRole::kStack);
  EXPECT_EQ(space.owner_of(0xa000, 20).role, MemoryRole::kLibraryText);
}

TEST(AddressSpace, WhatNobodyMappedIsUnknown) {
  EXPECT_EQ(usual_space().owner_of(0x6000, 21), PageOwner());
  EXPECT_EQ(AddressSpace().owner_of(0x6000, 21), PageOwner());
}

TEST(AddressSpace, AFileWhereAStackWasIsAFile) {
  AddressSpace space = usual_space();
  space.take_line("maps 20");
  space.take_line("map 7000 8000 r-xp 0 cc /usr/lib/libnew.so");
  EXPECT_EQ(space.owner_of(0x7100, 21).mapping, "libnew.so");
}

TEST(AddressSpace, AStackThatIsUsedAgainBelongsToItsNewThread) {
  AddressSpace space = usual_space();
  space.take_line("thread 22 midi");
  space.take_line("stack 22 7000 8000");
  EXPECT_EQ(space.owner_of(0x7100, 21).of, "midi");
}

TEST(AddressSpace, AMappingThatHasJustGoneIsStillNamed) {
  AddressSpace space = usual_space();
  space.take_line("maps 20");
  EXPECT_EQ(space.owner_of(0xa000, 21).mapping, "libfoo.so");
  space.take_line("maps 20");
  EXPECT_EQ(space.owner_of(0xa000, 21).role, MemoryRole::kUnknown);
}

TEST(AddressSpace, TheLatestListOfMappingsCounts) {
  AddressSpace space = usual_space();
  space.take_line("maps 20");
  space.take_line("map a000 b000 r-xp 0 cc /usr/lib/libnew.so");
  EXPECT_EQ(space.owner_of(0xa000, 21).mapping, "libnew.so");
  EXPECT_EQ(space.owner_of(0x1000, 21).role, MemoryRole::kText);
}

TEST(AddressSpace, AnotherProcessHasNothingOfTheFormer) {
  AddressSpace space = usual_space();
  space.take_line("symbol a040 .text Biquad::process+0x40");
  space.take_line("maps 30");
  EXPECT_EQ(space.owner_of(0xa040, 21), PageOwner());
  EXPECT_EQ(space.owner_of(0x7000, 21), PageOwner());
  EXPECT_FALSE(space.has_symbol(0xa040));
  EXPECT_EQ(space.thread_name(21), "audio");
}

TEST(AddressSpace, SymbolsAreNamedWhereTheyWereAskedAbout) {
  AddressSpace space = usual_space();
  EXPECT_FALSE(space.has_symbol(0xa040));
  space.take_line("symbol a040 .text Biquad<float, 2>::process+0x40");
  EXPECT_TRUE(space.has_symbol(0xa040));
  const PageOwner owner = space.owner_of(0xa040, 21);
  EXPECT_EQ(owner.section, ".text");
  EXPECT_EQ(owner.symbol, "Biquad<float, 2>::process+0x40");
  EXPECT_EQ(owner.build_id, "bb");
  EXPECT_EQ(space.owner_of(0xa044, 21).symbol, "");
}

TEST(AddressSpace, ADashIsAnAnswerWithoutAName) {
  AddressSpace space = usual_space();
  space.take_line("symbol a040 - -");
  EXPECT_TRUE(space.has_symbol(0xa040));
  EXPECT_EQ(space.owner_of(0xa040, 21).section, "");
  EXPECT_EQ(space.owner_of(0xa040, 21).symbol, "");
}

TEST(AddressSpace, ASymbolIsNotGivenToAnotherFileAtItsAddress) {
  AddressSpace space = usual_space();
  space.take_line("symbol a040 .text Biquad::process+0x40");
  space.take_line("maps 20");
  space.take_line("map a000 b000 r-xp 0 cc /usr/lib/libnew.so");
  EXPECT_EQ(space.owner_of(0xa040, 21).symbol, "");
}

TEST(AddressSpace, LinesThatCannotBeReadAreCounted) {
  AddressSpace space;
  uint64_t bad = 0;
  for (const char* line : {"map", "map 1000 2000", "map 2000 1000 rw-p 0 -", "map 1 2 rwp 0 -",
                           "map 1 2 rw-p x -", "maps", "maps x", "thread x y", "stack 1 2",
                           "stack 1 20 10", "tls x 10 20", "symbol x .text y"}) {
    space.take_line(line);
    EXPECT_EQ(space.bad_lines(), ++bad) << line;
  }
}

TEST(AddressSpace, LinesOfNewerVersionsAreIgnored) {
  AddressSpace space;
  space.take_line("weather sunny");
  space.take_line("");
  EXPECT_EQ(space.bad_lines(), 0U);
}

}  // namespace
}  // namespace holdfast
