// SPDX-License-Identifier: MIT
#include "core/elf_build_id.h"

#include <elf.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

namespace holdfast {
namespace {

using Bytes = std::span<const std::byte>;

/// `size_bytes` from `offset`; empty when `all` does not have them.
Bytes part_of(Bytes all, uint64_t offset, uint64_t size_bytes) {
  if (offset > all.size() || size_bytes > all.size() - offset) return {};
  return all.subspan(static_cast<size_t>(offset), static_cast<size_t>(size_bytes));
}

/// Copied, because nothing in a file needs to be aligned.
template <class Struct>
std::optional<Struct> read_struct(Bytes all, uint64_t offset) {
  const Bytes bytes = part_of(all, offset, sizeof(Struct));
  if (bytes.empty()) return std::nullopt;
  Struct value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::string to_hex(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    text += kDigits[value >> 4];
    text += kDigits[value & 15];
  }
  return text;
}

constexpr uint64_t padded(uint64_t size_bytes) {
  return (size_bytes + 3) / 4 * 4;
}

/// Notes follow each other: a header of three words, a name, a content, each padded to 4 bytes.
std::string build_id_in_notes(Bytes notes) {
  constexpr char kGnu[] = "GNU";
  uint64_t at = 0;
  while (const auto note = read_struct<Elf64_Nhdr>(notes, at)) {  // the same in 32 bit
    const Bytes name = part_of(notes, at + sizeof *note, note->n_namesz);
    const uint64_t content_at = at + sizeof *note + padded(note->n_namesz);
    const bool is_build_id = note->n_type == NT_GNU_BUILD_ID && name.size() == sizeof kGnu &&
                             std::memcmp(name.data(), kGnu, sizeof kGnu) == 0;
    if (is_build_id) return to_hex(part_of(notes, content_at, note->n_descsz));
    at = content_at + padded(note->n_descsz);
  }
  return "";
}

template <class Header, class Segment>
std::string build_id_in(Bytes front) {
  const auto header = read_struct<Header>(front, 0);
  if (!header || header->e_phentsize != sizeof(Segment)) return "";
  for (unsigned i = 0; i < header->e_phnum; ++i) {
    const auto segment = read_struct<Segment>(front, header->e_phoff + i * sizeof(Segment));
    if (!segment || segment->p_type != PT_NOTE) continue;
    std::string id = build_id_in_notes(part_of(front, segment->p_offset, segment->p_filesz));
    if (!id.empty()) return id;
  }
  return "";
}

}  // namespace

std::string parse_build_id(Bytes front) {
  const Bytes ident = part_of(front, 0, EI_NIDENT);
  if (ident.empty() || std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0) return "";
  constexpr auto kOwnOrder =
      std::byte(std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB);
  if (ident[EI_DATA] != kOwnOrder) return "";
  if (ident[EI_CLASS] == std::byte(ELFCLASS64)) return build_id_in<Elf64_Ehdr, Elf64_Phdr>(front);
  if (ident[EI_CLASS] == std::byte(ELFCLASS32)) return build_id_in<Elf32_Ehdr, Elf32_Phdr>(front);
  return "";
}

}  // namespace holdfast
