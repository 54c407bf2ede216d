// SPDX-License-Identifier: MIT
#include "core/program_file.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace holdfast {
namespace {

ProgramFile parse(const std::string& text) {
  return parse_program_file(std::as_bytes(std::span(text)));
}

std::string program(uint32_t segment, uint16_t machine = EM_X86_64) {
#if defined(__aarch64__)
  if (machine == EM_X86_64) machine = EM_AARCH64;
#endif
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_machine = machine;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  Elf64_Phdr one = {};
  one.p_type = segment;
  std::string text(reinterpret_cast<const char*>(&header), sizeof header);
  return text + std::string(reinterpret_cast<const char*>(&one), sizeof one);
}

TEST(ProgramFile, OneThatNamesItsLoaderIsDynamic) {
  EXPECT_EQ(parse(program(PT_INTERP)).kind, ProgramKind::kDynamic);
}

TEST(ProgramFile, OneWithoutALoaderIsStatic) {
  EXPECT_EQ(parse(program(PT_LOAD)).kind, ProgramKind::kStatic);
}

TEST(ProgramFile, AnotherProcessorOrWordSizeIsAnotherMachine) {
  EXPECT_EQ(parse(program(PT_INTERP, EM_S390)).kind, ProgramKind::kOtherMachine);
  std::string small = program(PT_INTERP);
  small[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(parse(small).kind, ProgramKind::kOtherMachine);
}

TEST(ProgramFile, AScriptNamesItsReader) {
  const ProgramFile script = parse("#! /usr/bin/env python3\nprint()\n");
  EXPECT_EQ(script.kind, ProgramKind::kScript);
  EXPECT_EQ(script.interpreter, "/usr/bin/env");
  EXPECT_EQ(parse("#!/bin/sh").interpreter, "/bin/sh");
  EXPECT_EQ(parse("#!\n").kind, ProgramKind::kUnknown);
}

TEST(ProgramFile, WhatIsCutOffOrStrangeIsUnknownAndReadsNothingOutside) {
  const std::string whole = program(PT_INTERP);
  for (size_t size = 0; size < whole.size(); ++size) {
    const ProgramKind kind = parse(whole.substr(0, size)).kind;
    EXPECT_TRUE(kind == ProgramKind::kUnknown || kind == ProgramKind::kStatic) << size;
  }
  std::string far = whole;
  const uint64_t offset = UINT64_MAX - 8;
  std::memcpy(far.data() + offsetof(Elf64_Ehdr, e_phoff), &offset, sizeof offset);
  EXPECT_EQ(parse(far).kind, ProgramKind::kStatic);
}

}  // namespace
}  // namespace holdfast
