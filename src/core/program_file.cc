// SPDX-License-Identifier: MIT
#include "core/program_file.h"

#include <elf.h>

#include <cstring>

namespace holdfast {
namespace {

#if defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#else
constexpr uint16_t kMachine = EM_X86_64;
#endif

ProgramFile parse_script(std::string_view line) {
  line = line.substr(
      2, line.find('\n') == std::string_view::npos ? std::string_view::npos : line.find('\n') - 2);
  const size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  line = line.substr(begin);
  return {ProgramKind::kScript, std::string(line.substr(0, line.find_first_of(" \t\r")))};
}

bool names_a_loader(std::span<const std::byte> front, const Elf64_Ehdr& header) {
  for (size_t i = 0; i < header.e_phnum; ++i) {
    const uint64_t at = header.e_phoff + i * sizeof(Elf64_Phdr);
    if (at > front.size() || front.size() - at < sizeof(Elf64_Phdr)) return false;
    Elf64_Phdr segment;
    std::memcpy(&segment, front.data() + at, sizeof segment);
    if (segment.p_type == PT_INTERP) return true;
  }
  return false;
}

}  // namespace

ProgramFile parse_program_file(std::span<const std::byte> front) {
  const std::string_view text(reinterpret_cast<const char*>(front.data()), front.size());
  if (text.starts_with("#!")) return parse_script(text);
  if (!text.starts_with(ELFMAG) || front.size() <= EI_CLASS) return {};
  if (static_cast<unsigned char>(text[EI_CLASS]) != ELFCLASS64) {
    return {ProgramKind::kOtherMachine, ""};
  }
  Elf64_Ehdr header;
  if (front.size() < sizeof header) return {};
  std::memcpy(&header, front.data(), sizeof header);
  if (header.e_machine != kMachine) return {ProgramKind::kOtherMachine, ""};
  if (header.e_phentsize != sizeof(Elf64_Phdr)) return {};
  return {names_a_loader(front, header) ? ProgramKind::kDynamic : ProgramKind::kStatic, ""};
}

}  // namespace holdfast
