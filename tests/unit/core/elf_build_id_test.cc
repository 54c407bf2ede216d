// SPDX-License-Identifier: MIT
#include "core/elf_build_id.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace holdfast {
namespace {

using Front = std::vector<std::byte>;

template <class Struct>
void append(Front& front, const Struct& value) {
  front.resize(front.size() + sizeof value);
  std::memcpy(front.data() + front.size() - sizeof value, &value, sizeof value);
}

void append_note(Front& front, uint32_t type, const std::string& content) {
  append(front, Elf64_Nhdr{4, static_cast<uint32_t>(content.size()), type});
  append(front, std::array<char, 4>{'G', 'N', 'U', '\0'});
  for (const char c : content) front.push_back(static_cast<std::byte>(c));
  front.resize((front.size() + 3) / 4 * 4);
}

/// A file with one segment of two notes: another one, and the build-id.
template <class Header, class Segment>
Front file_with_build_id(unsigned char elf_class, const std::string& build_id) {
  Front notes;
  append_note(notes, NT_GNU_ABI_TAG, "12345");
  append_note(notes, NT_GNU_BUILD_ID, build_id);
  Header header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = elf_class;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Segment);
  header.e_phnum = 2;
  Segment load = {};
  load.p_type = PT_LOAD;
  Segment note = {};
  note.p_type = PT_NOTE;
  note.p_offset = sizeof header + 2 * sizeof(Segment);
  note.p_filesz = static_cast<decltype(note.p_filesz)>(notes.size());
  Front front;
  append(front, header);
  append(front, load);
  append(front, note);
  front.insert(front.end(), notes.begin(), notes.end());
  return front;
}

Front file_of_64_bit(const std::string& build_id) {
  return file_with_build_id<Elf64_Ehdr, Elf64_Phdr>(ELFCLASS64, build_id);
}

TEST(ElfBuildId, IsFoundBehindOtherNotes) {
  EXPECT_EQ(parse_build_id(file_of_64_bit("\xc0\xff\x01")), "c0ff01");
}

TEST(ElfBuildId, IsFoundInFilesOf32Bit) {
  const Front front = file_with_build_id<Elf32_Ehdr, Elf32_Phdr>(ELFCLASS32, "\x12\x34");
  EXPECT_EQ(parse_build_id(front), "1234");
}

TEST(ElfBuildId, AFileThatIsCutAnywhereHasNone) {
  const Front whole = file_of_64_bit("\xc0\xff\x01\x02");
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parse_build_id(std::span(whole).first(size)), "") << size;
  }
}

TEST(ElfBuildId, OtherFilesHaveNone) {
  Front text(4096, std::byte{'x'});
  EXPECT_EQ(parse_build_id(text), "");
  Front other_order = file_of_64_bit("\xc0\xff\x01\x02");
  other_order[EI_DATA] = std::byte{ELFDATA2MSB};
  EXPECT_EQ(parse_build_id(other_order), "");
  Front other_class = file_of_64_bit("\xc0\xff\x01\x02");
  other_class[EI_CLASS] = std::byte{77};
  EXPECT_EQ(parse_build_id(other_class), "");
}

TEST(ElfBuildId, HugeOffsetsAndCountsAreNotFollowed) {
  Front front = file_of_64_bit("\xc0\xff\x01\x02");
  Elf64_Ehdr header;
  std::memcpy(&header, front.data(), sizeof header);
  header.e_phoff = UINT64_MAX - 10;
  header.e_phnum = UINT16_MAX;
  std::memcpy(front.data(), &header, sizeof header);
  EXPECT_EQ(parse_build_id(front), "");
}

}  // namespace
}  // namespace holdfast
