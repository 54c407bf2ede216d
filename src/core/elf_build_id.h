// SPDX-License-Identifier: MIT
// The build-id of an ELF file: the linker's checksum of what it made. Two files with one build-id
// are the same program, so a symbol looked up later is the right one.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace holdfast {

/// How much of a file's front parse_build_id() needs: linkers put the note into the first page,
/// and the kernel looks no further either (lib/buildid.c up to 6.11).
inline constexpr size_t kElfFrontBytes = 4096;

/// In lower-case hex; "" when `front`, the first bytes of a file, has none. 64 and 32 bit, in this
/// machine's byte order.
std::string parse_build_id(std::span<const std::byte> front);

}  // namespace holdfast
