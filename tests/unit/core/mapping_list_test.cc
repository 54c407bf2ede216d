// SPDX-License-Identifier: MIT
#include "core/mapping_list.h"

#include <gtest/gtest.h>

#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

constexpr const char* kProgram = "/usr/bin/audio-editor";

MappingList list_of(const std::string& maps) {
  MappingList list;
  list.set_program(kProgram);
  const auto mappings = parse_proc_maps(maps);
  EXPECT_TRUE(mappings);
  for (const Mapping& mapping : *mappings) EXPECT_TRUE(list.add(mapping, "c0ffee"));
  return list;
}

/// "text audio-editor" for an address of the recorded process.
std::string named(const MappingList& list, uint64_t address) {
  const auto owner = list.owner_of(address);
  if (!owner) return "nothing";
  return std::string(name_of(owner->role)) + (owner->mapping.empty() ? "" : " " + owner->mapping);
}

TEST(MappingList, NamesTheMemoryOfARecordedProcess) {
  const MappingList list = list_of(test::proc_fixture("maps"));
  EXPECT_EQ(named(list, 0x55f66d676000), "read-only data audio-editor");
  EXPECT_EQ(named(list, 0x55f66d677fff), "text audio-editor");
  EXPECT_EQ(named(list, 0x55f66d67a000), "data audio-editor");
  EXPECT_EQ(named(list, 0x55f66d67d000), "data audio-editor");  // bss
  EXPECT_EQ(named(list, 0x55f66f093010), "heap [heap]");
  EXPECT_EQ(named(list, 0x7f7192b82000), "shared memory zero");
  EXPECT_EQ(named(list, 0x7f7192c93000), "anonymous memory");
  EXPECT_EQ(named(list, 0x7f71944be000), "library text libc.so.6");
  EXPECT_EQ(named(list, 0x7f7194614000), "library read-only data libc.so.6");
  EXPECT_EQ(named(list, 0x7f719466b000), "library data libc.so.6");
  EXPECT_EQ(named(list, 0x7f719466d000), "library data libc.so.6");  // bss
  EXPECT_EQ(named(list, 0x7f7194765000), "anonymous memory");
  EXPECT_EQ(named(list, 0x7f7194767000), "library read-only data [vvar]");
  EXPECT_EQ(named(list, 0x7f719476d000), "library text [vdso]");
  EXPECT_EQ(named(list, 0x7fffd9b73000), "stack [stack]");
}

TEST(MappingList, WhatIsNotMappedHasNoOwner) {
  const MappingList list = list_of(test::proc_fixture("maps"));
  EXPECT_FALSE(list.owner_of(0));
  EXPECT_FALSE(list.owner_of(0x55f66d687000));
  EXPECT_FALSE(MappingList().owner_of(0x1000));
}

TEST(MappingList, TellsWhereInItsFileAPageIs) {
  const MappingList list = list_of(test::proc_fixture("maps"));
  const auto text = list.owner_of(0x7f71944be123);
  EXPECT_TRUE(text->is_file_backed);
  EXPECT_EQ(text->file_offset, 0x26123U);
  EXPECT_EQ(text->path, "/usr/lib/x86_64-linux-gnu/libc.so.6");
  EXPECT_EQ(text->build_id, "c0ffee");
}

TEST(MappingList, BssLiesWhereTheFileWouldGoOn) {
  const MappingList list = list_of(test::proc_fixture("maps"));
  const auto bss = list.owner_of(0x55f66d67d004);
  EXPECT_FALSE(bss->is_file_backed);
  EXPECT_EQ(bss->path, kProgram);
  EXPECT_EQ(bss->build_id, "c0ffee");
  EXPECT_EQ(bss->file_offset, 0x6004U);
}

TEST(MappingList, FilesWithoutCodeAreFiles) {
  const MappingList list = list_of(
      "1000-2000 r--p 00000 0:1 9 /usr/lib/locale/archive\n"
      "2000-3000 rw-p 00000 0:0 0 \n"
      "3000-4000 rw-s 00000 0:1 9 /home/me/take.wav\n"
      "4000-5000 rw-s 00000 0:1 9 /dev/snd/pcmC0D0p\n");
  EXPECT_EQ(named(list, 0x1000), "file archive");
  EXPECT_EQ(named(list, 0x2000), "anonymous memory");
  EXPECT_EQ(named(list, 0x3000), "file take.wav");
  EXPECT_TRUE(list.owner_of(0x3000)->is_shared);
  EXPECT_EQ(named(list, 0x4000), "file pcmC0D0p");
  EXPECT_FALSE(list.owner_of(0x1000)->is_in_code_file());
}

TEST(MappingList, SharedMemoryOfEveryKindIsSharedMemory) {
  const MappingList list = list_of(
      "1000-2000 rw-s 0 0:1 9 /dev/shm/jack-engine\n"
      "2000-3000 rw-s 0 0:1 9 /memfd:pipewire-memfd (deleted)\n"
      "3000-4000 rw-s 0 0:1 9 /SYSV00000000 (deleted)\n"
      "4000-5000 rw-s 0 0:1 9 /dev/zero (deleted)\n");
  EXPECT_EQ(named(list, 0x1000), "shared memory jack-engine");
  EXPECT_EQ(named(list, 0x2000), "shared memory memfd:pipewire-memfd");
  EXPECT_EQ(named(list, 0x3000), "shared memory SYSV00000000");
  EXPECT_EQ(named(list, 0x4000), "shared memory zero");
}

TEST(MappingList, MemoryBetweenTheProgramsBssAndTheHeapIsHeap) {
  const MappingList list = list_of(
      "1000-2000 r-xp 0000 0:1 9 /usr/bin/audio-editor\n"
      "2000-3000 rw-p 1000 0:1 9 /usr/bin/audio-editor\n"
      "3000-4000 rw-p 0000 0:0 0 \n"
      "4000-5000 rw-p 0000 0:0 0 \n"
      "5000-6000 rw-p 0000 0:0 0 [heap]\n"
      "7000-8000 rw-p 0000 0:0 0 \n");
  EXPECT_EQ(named(list, 0x3000), "data audio-editor");
  EXPECT_EQ(named(list, 0x4000), "heap");
  EXPECT_EQ(named(list, 0x7000), "anonymous memory");
}

TEST(MappingList, AnArenaOfAThreadIsHeap) {
  const MappingList list = list_of(
      "7f684c000000-7f684c010000 rw-p 0 0:0 0 \n"
      "7f684c010000-7f684c021000 rw-p 0 0:0 0 \n"
      "7f684c021000-7f6850000000 ---p 0 0:0 0 \n"
      "7f6854000000-7f6854021000 rw-p 0 0:0 0 \n");
  EXPECT_EQ(named(list, 0x7f684c000000), "heap");
  EXPECT_EQ(named(list, 0x7f684c020000), "heap");
  EXPECT_EQ(named(list, 0x7f6854000000), "anonymous memory");
}

TEST(MappingList, BssThatIsPartlyLockedIsStillBss) {
  const MappingList list = list_of(
      "1000-2000 r-xp 0000 0:1 9 /usr/bin/audio-editor\n"
      "2000-3000 rw-p 1000 0:1 9 /usr/bin/audio-editor\n"
      "3000-4000 rw-p 0000 0:0 0 \n"
      "4000-5000 rw-p 0000 0:0 0 \n"
      "9000-a000 rw-p 0000 0:0 0 [heap]\n");
  EXPECT_EQ(named(list, 0x4000), "data audio-editor");
  EXPECT_EQ(list.owner_of(0x4004)->file_offset, 0x3004U);
}

TEST(MappingList, OnlyWritableMemoryWithoutAFileCanBeAStack) {
  const MappingList list = list_of(test::proc_fixture("maps"));
  EXPECT_TRUE(list.can_be_a_stack(0x7f7192c94000));
  EXPECT_TRUE(list.can_be_a_stack(0x7fffd9b73000));
  EXPECT_FALSE(list.can_be_a_stack(0x7f7192c92000));  // a guard
  EXPECT_FALSE(list.can_be_a_stack(0x7f719466b000));  // libc's data
  EXPECT_FALSE(list.can_be_a_stack(0));
}

TEST(MappingList, RefusesWhatDoesNotRise) {
  MappingList list = list_of("2000-3000 rw-p 0 0:0 0 \n");
  Mapping mapping;
  mapping.begin = 0x2800;
  mapping.end = 0x3800;
  EXPECT_FALSE(list.add(mapping, ""));
  mapping.begin = 0x4000;
  EXPECT_FALSE(list.add(mapping, ""));
}

}  // namespace
}  // namespace holdfast
