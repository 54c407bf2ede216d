// SPDX-License-Identifier: MIT
// A program file with anything in it: asking for symbols may find nothing, but must end. libelf is
// asked in the same way, so this is about both.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "core/elf_build_id.h"
#include "probe/elf_symbols_linux.h"
#include "probe/file_descriptor.h"

namespace holdfast {
namespace {

/// Text, constants, data and bss of the seed.
constexpr struct {
  uint64_t file_offset;
  bool is_bss;
} kPlaces[] = {{0x2f4, false}, {0x324, false}, {0x1004, false}, {0x2010, true}};

void ask(const probe::FilePlace& place) {
  probe::ElfSymbols symbols;
  const auto answer = symbols.find(place);
  const bool is_one_line = !answer || answer->symbol.find('\n') == std::string::npos;
  if (!is_one_line) std::abort();
}

}  // namespace
}  // namespace holdfast

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast;
  const probe::FileDescriptor file(memfd_create("fuzz", MFD_CLOEXEC));
  if (write(file.number(), data, size) != static_cast<ssize_t>(size)) return 0;
  probe::FilePlace place;
  place.path = "/proc/self/fd/" + std::to_string(file.number());
  place.build_id = parse_build_id(std::as_bytes(std::span(data, size)));
  for (const auto& [file_offset, is_bss] : kPlaces) {
    place.file_offset = file_offset;
    place.is_bss = is_bss;
    ask(place);
  }
  return 0;
}
