// SPDX-License-Identifier: MIT
// The front of a file that claims to be a program: whatever is in it, at most one build-id comes
// out, in hex.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "core/elf_build_id.h"

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string id = holdfast::parse_build_id(std::as_bytes(std::span(data, size)));
  const bool is_hex = id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_hex || id.size() > 2 * size) std::abort();
  return 0;
}
